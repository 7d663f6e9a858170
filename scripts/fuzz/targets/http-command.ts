import { z } from 'zod';
import { CommandReader, type ReadCommand } from '../../../server/network/http/command-reader.js';
import { checkNoBody, parseSmallBody } from '../../../server/network/http/small-body.js';
import { testLimits } from '../../../server/network/testing/test-limits.js';
import { decodeCommand, encodeCommand } from '../../../server/state/command-codec.js';
import type { Command } from '../../../server/state/vocabulary.js';
import { mutateJson } from '../engine/mutate-json.js';
import { equal, holds, must } from '../engine/properties.js';
import type { Target } from '../engine/target.js';
import { behindMode, type Mode, runMode, seedsOf } from './modes.js';

const limits = testLimits();
const reader = new CommandReader(limits);
const CODEC_LIMITS = { valueBytesMax: 1_000, sessionsMax: 5, sessionAnswersMax: 5 };
/** As the administration asks for members. */
const member = z.strictObject({
  id: z.int().min(1),
  host: z.string().min(1).max(253),
  peerPort: z.int().min(1).max(65_535),
});

const modes: readonly Mode[] = [
  {
    name: 'batch',
    run: (rest) => check(reader.batch(rest, null)),
    seeds: [
      '{"encoding":"utf8","ops":[{"op":"put","key":"k","value":"v","ttlMs":5,"if":{"revision":3},"previous":true}]}',
      '{"ops":[{"op":"increment","key":"aw==","delta":"-9223372036854775808"},{"op":"append","key":"aw==","value":""}]}',
      '{"encoding":"utf8","ops":[{"op":"expire","key":"k","ttlMs":null},{"op":"delete","key":"k","if":"exists"},{"op":"get","key":"é"},{"op":"put","key":"k","value":"","if":{"notRevision":1},"ttlMs":"keep"}]}',
    ],
  },
  {
    name: 'txn',
    run: (rest) => check(reader.txn(rest, { session: 7, sequence: 8 })),
    seeds: [
      '{"encoding":"utf8","compare":[{"target":"value","key":"k","relation":"<","value":"x"},{"target":"exists","key":"k","exists":true}],"success":[{"op":"get","key":"k"}]}',
      '{"compare":[{"target":"createRevision","key":"aw==","revision":0},{"target":"revision","key":"aw==","relation":"!=","revision":9007199254740991}],"failure":[{"op":"delete","key":"aw=="}]}',
    ],
  },
  {
    name: 'member',
    run: (rest) => void parseSmallBody(rest, member),
    seeds: ['{"id":4,"host":"node-4","peerPort":7201}'],
  },
  { name: 'no body', run: checkNoBody, seeds: ['{}', ''] },
];

/** What is accepted keeps the limits and stands in the log with the same meaning. */
export const target: Target = {
  name: 'http-command',
  about: 'bodies of /batch, /txn and of the administration',
  sources: [
    'server/network/http/command-reader',
    'server/network/http/small-body',
    'server/network/http/strict-json',
    'server/network/http/text-encoding',
  ],
  dictionary: [
    '"op":"put"',
    '"op":"get"',
    '"if":"absent"',
    '"encoding":"utf8"',
    '"ttlMs":',
    '"delta":',
    '\\ud800',
    'aw==',
    'ax==',
  ],
  seeds: () => seedsOf(modes),
  mutate: (input, random) => behindMode((rest) => mutateJson(rest, random), input),
  run: (input) => runMode(modes, input),
  steps: { base: 2_000_000, perByte: 3_000 },
};

function check({ command }: ReadCommand): void {
  const steps = command.kind === 'batch' ? command.ops : [...command.success, ...command.failure];
  holds(steps.length <= limits.opsPerCommandMax, `${steps.length} steps were accepted`);
  for (const { key } of steps)
    holds(key.length > 0 && key.length <= limits.keyBytesMax, `a key of ${key.length} bytes was accepted`);
  const logged = must('command in the log', () => decodeCommand(encodeCommand(command, 5, CODEC_LIMITS)));
  equal('command in the log', plain(logged.command), plain(command));
}

/** Bytes of whatever kind as hexadecimal digits. */
function plain(command: Command): unknown {
  return JSON.parse(
    JSON.stringify(command, (_, value: unknown) => {
      if (typeof value === 'bigint') return `${value}n`;
      if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
      // A Buffer's toJSON comes before the replacer.
      const { type, data } = (value ?? {}) as { readonly type?: unknown; readonly data?: unknown };
      return type === 'Buffer' && Array.isArray(data) ? Buffer.from(data as number[]).toString('hex') : value;
    }),
  );
}
