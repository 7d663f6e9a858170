import { plainSymbol } from '../../../profiles/attribution/native-rules.js';
import { codeName } from '../../../profiles/perf/code-name.js';
import { PerfStacks } from '../../../profiles/perf/perf-capture.js';
import { PerfMap } from '../../../profiles/perf/perf-map.js';
import { PerfScriptReader } from '../../../profiles/perf/perf-script.js';
import { kindsByCalls } from '../../../profiles/perf/thread-kinds.js';
import { futexRows, syscallRows } from '../../../profiles/perf/trace-rows.js';
import { parseTraceSummary } from '../../../profiles/perf/trace-summary.js';
import { ProbeError } from '../../../profiles/probe-error.js';
import { PERF_MAP, PERF_SCRIPT, TRACE_SUMMARY } from '../../../profiles/testing/perf-script-text.js';
import { PerfCapture, SyscallCapture } from '../../../results/schema/index.js';
import { equal, holds } from '../engine/properties.js';
import type { Target } from '../engine/target.js';
import { type Mode, runMode, seedsOf } from './modes.js';

const HEAD = { node: 1, role: 'leader', pid: 28379, seconds: 1, raw: [] } as const;
const FREQUENCY_HZ = 499;
/** Between a map and the text that it names. */
const DIVIDER = '\n----\n';

/** Reads a text whole, or in pieces of a length; what it gives is comparable. */
function capture(text: string, map: PerfMap | null, pieceCharacters: number): PerfCapture {
  const stacks = new PerfStacks(FREQUENCY_HZ, map);
  const reader = new PerfScriptReader((sample) => stacks.add(sample));
  for (let at = 0; at < text.length; at += pieceCharacters) reader.push(text.slice(at, at + pieceCharacters));
  const { lost } = reader.end();
  const head = {
    ...HEAD,
    raw: [],
    probe: 'perf',
    frequencyHz: FREQUENCY_HZ,
    lost,
    namesJavaScript: map !== null,
  };
  return stacks.capture(head, { index: null, fallback: new Map(), event: 'cpu-clock' });
}

/** The time of all samples, without a look at their stacks. */
function weightOf(text: string): number {
  let us = 0;
  const reader = new PerfScriptReader(({ event, period }) => {
    const isClock = event === 'cpu-clock' || event === 'task-clock';
    us += isClock && period > 0 ? period / 1_000 : 1e6 / FREQUENCY_HZ;
  });
  reader.push(text);
  reader.end();
  return us;
}

function holdsOf(schema: typeof PerfCapture | typeof SyscallCapture, document: unknown): void {
  const { success, error } = schema.safeParse(document);
  holds(
    success,
    `a capture that its schema refuses: ${error?.issues[0]?.path.join('.')} ${error?.issues[0]?.message}`,
  );
}

const modes: readonly Mode[] = [
  {
    name: 'script',
    run(rest) {
      const text = rest.toString('utf8');
      const whole = capture(text, null, text.length + 1);
      holdsOf(PerfCapture, whole);
      equal('read in pieces', capture(text, null, 7), whole);
      const sums = [
        [weightOf(text)],
        Object.values(whole.layers),
        Object.values(whole.mechanisms),
        whole.matrix.map(({ us }) => us),
        whole.threads.map(({ us }) => us),
        whole.stacks.map(({ us }) => us),
      ].map((parts) => parts.reduce((sum, us) => sum + us, 0));
      // Sums of doubles differ in the last digits.
      const near = (us: number): boolean =>
        Math.abs(us - whole.sampledUs) <= 1e-6 * Math.max(1, whole.sampledUs);
      holds(sums.every(near), `${sums.join(', ')} of ${whole.sampledUs}`);
      const samples = whole.threads.reduce((sum, thread) => sum + thread.samples, 0);
      equal('samples of all threads', samples, whole.samples);
      holds(
        whole.stacks.every(({ frames }) => frames.every((index) => index < whole.frames.length)),
        'a stack names a frame that is not there',
      );
    },
    seeds: [
      PERF_SCRIPT,
      'V8 Worker 0 7/8 [001] 12.5:  1234 cpu_core/cycles/P: \n\t 55d0 main+0x1f (/opt/node (deleted))\n\n',
      'node 7/7 36833.023952: PERF_RECORD_LOST lost 2\n',
      '',
    ],
  },
  {
    name: 'map',
    run(rest) {
      const [names = '', text = ''] = rest.toString('utf8').split(DIVIDER);
      const map = new PerfMap(names);
      const renamed = map.rename(text);
      equal('lines', renamed.split('\n').length, text.split('\n').length);
      equal('named twice', map.rename(renamed), renamed);
      holdsOf(PerfCapture, capture(text, map, text.length + 1));
    },
    seeds: [`${PERF_MAP}${DIVIDER}${PERF_SCRIPT}`, `${PERF_MAP}${DIVIDER}`],
  },
  {
    name: 'names',
    run(rest) {
      for (const name of rest.toString('utf8').split('\n')) {
        const plain = plainSymbol(name);
        holds(plain.length <= name.length && (plain !== '' || name === ''), `${name} became ${plain}`);
        const code = codeName(name);
        if (code !== null)
          holds(Number.isSafeInteger(code.frame.lineNumber), `line ${code.frame.lineNumber}`);
      }
    },
    seeds: [
      "JS:*'get size file:///x y/a.js:3:9\nScript:~ file:///x.js:1:1\nRegExp:^a\nBuiltin:X",
      'node::fs::Open(v8::FunctionCallbackInfo<v8::Value> const&)\nf.isra.0\ncfree@GLIBC_2.2.5\noperator()(int)',
    ],
  },
  {
    name: 'trace',
    run(rest) {
      const { threads, lost } = parseTraceSummary(rest.toString('utf8'));
      const kinds = kindsByCalls(threads, new Map());
      const rows = syscallRows(threads);
      const futex = futexRows(threads, kinds);
      holdsOf(SyscallCapture, {
        schema: 'strata.syscalls/1',
        ...HEAD,
        probe: 'perf-trace',
        rows,
        futex,
        lost,
      });
      const calls = threads.flatMap((thread) => thread.rows).reduce((sum, row) => sum + row.calls, 0);
      const summed = rows.reduce((sum, row) => sum + row.calls, 0);
      equal('calls of all threads', summed, calls);
    },
    seeds: [TRACE_SUMMARY, 'LOST 12 events!\n', ''],
  },
];

/** What perf prints and V8 writes for it: read or refused, the same in any pieces, and every microsecond and call in exactly one place. */
export const target: Target = {
  name: 'perf-output',
  about: 'samples of perf script, maps of V8, summaries of perf trace',
  sources: [
    'profiles/perf/perf-script',
    'profiles/perf/perf-map',
    'profiles/perf/perf-capture',
    'profiles/perf/code-name',
    'profiles/perf/trace-summary',
    'profiles/perf/trace-rows',
    'profiles/attribution/mixed-stack',
    'profiles/attribution/native-rules',
  ],
  dictionary: [
    'node 7/7 1.0: 1 cpu-clock: \n',
    '\t7faf78449454 JS:*f file:///x/dist/server/log/a.js:3:1 (/tmp/perf-7.map)\n',
    '\n\n',
    '[unknown]',
    ' ([kernel.kallsyms])',
    ' (deleted))',
    'PERF_RECORD_LOST lost ',
    'ffffffff81000000',
    'worker',
    'v8::internal::Heap::CollectGarbage',
    '(anonymous namespace)',
    'operator()',
    'RegExp:',
    '9'.repeat(30),
    ' (7), 3 events, 1.0%',
    '__proto__',
    'futex',
  ],
  seeds: () => seedsOf(modes),
  run: (input) => runMode(modes, input),
  isRefusal: (error) => error instanceof ProbeError,
  steps: { base: 8_000_000, perByte: 10_000 },
};
