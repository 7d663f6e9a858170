import { int64, integerArgument, ttlMs } from '../../../server/network/resp/arguments.js';
import { createCommandTable } from '../../../server/network/resp/command-table.js';
import { Glob, prefixEnd } from '../../../server/network/resp/glob.js';
import { splitInline } from '../../../server/network/resp/inline-command.js';
import { testLimits } from '../../../server/network/testing/test-limits.js';
import { decodeCommand, encodeCommand } from '../../../server/state/command-codec.js';
import { equal, holds, must } from '../engine/properties.js';
import type { Target } from '../engine/target.js';
import { type Mode, runMode, seedsOf } from './modes.js';

const table = createCommandTable();
const limits = testLimits();
const CODEC_LIMITS = { valueBytesMax: 1_000, sessionsMax: 5, sessionAnswersMax: 5 };

const modes: readonly Mode[] = [
  {
    name: 'command',
    run: command,
    seeds: [
      'SET k v EX 10 NX GET',
      'SET k v PX 99 KEEPTTL XX',
      'MSET a 1 b 2',
      'INCRBY k -5',
      'DECRBY k 9223372036854775807',
      'GETEX k PERSIST',
      'EXPIRE k -1',
      'SETEX k 10 v',
      'GETRANGE k 0 -1',
      'APPEND k v',
      'DEL a b c',
      'PSETEX k 281474976710656 v',
      'MSETNX a b c d',
    ],
  },
  { name: 'number', run: number, seeds: ['-9223372036854775808', '0', '281474976710656', '12'] },
  { name: 'glob', run: glob, seeds: ['h[a-c^]l*o?\\*\0hello', 'a*b*c\0aXbYc', '[^a-z\0A', '*\0'] },
];

/** Arguments behind the names of commands: numbers, options, patterns. */
export const target: Target = {
  name: 'resp-commands',
  about: 'arguments of commands become steps, numbers, patterns',
  sources: [
    'server/network/resp/arguments',
    'server/network/resp/glob',
    'server/network/resp/commands/set-options',
    'server/network/resp/commands/strings',
    'server/network/resp/commands/expiry',
  ],
  dictionary: table.all
    .map(({ name }) => name)
    .concat([
      ' NX',
      ' XX',
      ' GET',
      ' EX ',
      ' PX ',
      ' KEEPTTL',
      ' PERSIST',
      ' EXAT ',
      '""',
      '[^',
      '[a-',
      '\\',
      '*',
      '?',
    ]),
  seeds: () => seedsOf(modes),
  run: (input) => runMode(modes, input),
  bytesMax: 512,
};

function command(rest: Buffer): void {
  const words = splitInline(rest);
  const [name, ...args] = words ?? [];
  if (name === undefined) return;
  const spec = table.find(name, 0, name.length);
  if (spec === null || spec.steps === null) return;
  const count = args.length + 1;
  if (spec.arity >= 0 ? count !== spec.arity : count < -spec.arity) return;
  // The connection holds keys to their limits before a command sees them.
  if (args.some((argument) => argument.length === 0 || argument.length > limits.keyBytesMax)) return;
  const steps = spec.steps(args, limits);
  if (typeof steps === 'string') return;
  must('steps in the log', () =>
    decodeCommand(encodeCommand({ kind: 'batch', ops: steps.ops, session: null }, 1, CODEC_LIMITS)),
  );
}

function number(rest: Buffer): void {
  const value = int64(rest);
  if (value !== null) equal('number again', String(value), rest.toString('latin1'));
  const integer = integerArgument(rest);
  holds(integer === null || Number.isSafeInteger(integer), `${integer} was accepted`);
  for (const unitMs of [1, 1_000]) {
    const ttl = ttlMs(rest, unitMs);
    holds(typeof ttl === 'string' || Number.isSafeInteger(ttl), `a time to live of ${ttl} was accepted`);
  }
}

/** Pattern, NUL, key. A slow matcher that tries every star is the oracle, where it is quick enough. */
function glob(rest: Buffer): void {
  const end = rest.indexOf(0);
  const pattern = end === -1 ? rest : rest.subarray(0, end);
  const key = end === -1 ? Buffer.alloc(0) : rest.subarray(end + 1);
  const compiled = new Glob(pattern);
  const found = compiled.matches(key);
  if (found)
    holds(
      Buffer.from(compiled.prefix).equals(key.subarray(0, compiled.prefix.length)),
      'a key matches without the prefix',
    );
  const behind = prefixEnd(compiled.prefix);
  if (behind !== null)
    holds(Buffer.compare(behind, compiled.prefix) > 0, 'the end of a prefix lies before it');
  if (/[[\\]/.test(pattern.toString('latin1')) || pattern.length > 200) return;
  const expression = pattern
    .toString('latin1')
    .replace(/[.+^${}()|\]]/g, '\\$&')
    .replace(/\*+/g, '[^]*')
    .replace(/\?/g, '[^]');
  if ((expression.match(/\*/g) ?? []).length <= 3)
    equal('match', found, new RegExp(`^${expression}$`).test(key.toString('latin1')));
}
