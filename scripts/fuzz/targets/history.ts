import { checkHistory, HistoryError, parseHistory } from '../../../analysis/linearizability/index.js';
import type { Random } from '../../../server/sim/random.js';
import { mutateJson } from '../engine/mutate-json.js';
import { equal, must } from '../engine/properties.js';
import type { Target } from '../engine/target.js';

const line = (process: number, type: string, f: string, value: unknown, time: number): string =>
  JSON.stringify({ process, type, f, key: 'k', value, time });

const REGISTER = [
  line(0, 'invoke', 'write', 1, 1),
  line(1, 'invoke', 'read', null, 2),
  line(0, 'ok', 'write', 1, 3),
  line(1, 'ok', 'read', 1, 4),
  line(0, 'invoke', 'cas', [1, 2], 5),
  line(0, 'info', 'cas', [1, 2], 6),
];
const KV = [
  line(0, 'invoke', 'append', 'a', 1),
  line(0, 'ok', 'append', 'a', 2),
  line(1, 'invoke', 'get', null, 2),
  line(1, 'ok', 'get', 'a', 4),
  line(1, 'invoke', 'put', 'b', 5),
  line(1, 'fail', 'put', 'b', 6),
];

/** Files of `strata check`: read, written again to the same, and judged; whatever stands in them, there is a verdict or a sentence. */
export const target: Target = {
  name: 'history',
  about: 'history files and their verdict',
  sources: [
    'analysis/linearizability/parse-history',
    'analysis/linearizability/operations',
    'analysis/linearizability/check-history',
    'analysis/linearizability/key-history',
    'analysis/linearizability/values',
  ],
  dictionary: [
    '"type":"info"',
    '"type":"fail"',
    '"f":"cas"',
    '"value":[1,2]',
    '"__proto__"',
    '"time":1',
    '\n',
    '\r\n',
    '\n\n',
    '-0',
    '1e21',
  ],
  seeds: () => [
    { name: 'register', bytes: Buffer.from(`${REGISTER.join('\n')}\n`) },
    { name: 'kv', bytes: Buffer.from(KV.join('\n')) },
  ],
  mutate,
  run(input) {
    const events = parseHistory(input.toString('utf8'));
    const text = events.map((event) => JSON.stringify(event)).join('\n');
    // As text: JSON knows no negative zero.
    const again = must('history', () => parseHistory(text));
    equal('history again', again.map((event) => JSON.stringify(event)).join('\n'), text);
    checkHistory(events, { stepsMax: 2_000, memoBytesMax: 65_536 });
  },
  isRefusal: (error) => error instanceof HistoryError,
  steps: { base: 8_000_000, perByte: 5_000 },
  allocation: { base: 16 * 2 ** 20, perByte: 4_096 },
};

/** One line, or the order of lines. */
function mutate(input: Buffer, random: Random): Buffer {
  const lines = input.toString('utf8').split('\n');
  const at = random.between(0, lines.length - 1);
  const kind = random.between(0, 5);
  if (kind === 0) lines.splice(at, 1);
  else if (kind === 1) lines.splice(random.between(0, lines.length), 0, lines[at]!);
  else if (kind === 2) [lines[0], lines[at]] = [lines[at]!, lines[0]!];
  else lines[at] = mutateJson(Buffer.from(lines[at]!), random).toString('utf8');
  return Buffer.from(lines.join('\n'));
}
