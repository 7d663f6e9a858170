import { CommandParser, Parsed } from '../../../server/network/resp/command-parser.js';
import { splitInline } from '../../../server/network/resp/inline-command.js';
import { cuttings, equal, holds } from '../engine/properties.js';
import type { Target } from '../engine/target.js';

const LIMITS = { argumentsMax: 8, argumentBytesMax: 300, commandBytesMax: 600 };

interface Told {
  readonly name: string;
  readonly args: readonly string[];
  readonly bytes: number;
  readonly refusal: string | null;
}

interface Outcome {
  readonly commands: readonly Told[];
  readonly fault: string | null;
  readonly isInside: boolean;
}

/** Commands of a stream: the same however it is cut, within the limits, and the same again when they are written as arrays. */
export const target: Target = {
  name: 'resp-parser',
  about: 'what Redis clients send: arrays of bulk strings, inline commands',
  sources: [
    'server/network/resp/command-parser',
    'server/network/resp/element-reader',
    'server/network/resp/inline-command',
  ],
  dictionary: [
    '\r\n',
    '*1\r\n',
    '*3\r\n',
    '$-1\r\n',
    '$0\r\n\r\n',
    '$5\r\nhello\r\n',
    '*-1\r\n',
    '*0\r\n',
    '"\\x41\\n"',
    "'a'",
    '\0',
    '\\',
    '$600\r\n',
    '$601\r\n',
    '*9\r\n',
  ],
  seeds: () =>
    [
      '*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\nhello\r\n*1\r\n$4\r\nPING\r\n',
      "PING\r\nSET k \"a \\x41\\n b\" 'c\\'d'\n\r\n",
      `*2\r\n$3\r\nGET\r\n$400\r\n${'x'.repeat(400)}\r\nPING\r\n`,
      `*10\r\n${'$1\r\na\r\n'.repeat(10)}PING\n`,
      '*2\r\n$3\r\nGET\r\n$1\r\n',
    ].map((text, at) => ({ name: `stream ${at + 1}`, bytes: Buffer.from(text, 'latin1') })),
  run(input) {
    for (const stranger of [false, true]) {
      const outcomes = cuttings(input).map((pieces) => outcomeOf(pieces, stranger));
      for (const outcome of outcomes) equal('commands of another cut', outcome, outcomes[0]);
      equal(
        'commands of a connection that waited',
        outcomeOf(cuttings(input, 2)[1]!, stranger, 'waiting'),
        outcomes[0],
      );
      if (!stranger) again(outcomes[0]!);
    }
    const words = splitInline(input);
    const wordBytes = words?.reduce((sum, word) => sum + word.length, 0) ?? 0;
    holds(wordBytes <= input.length, `words of ${wordBytes} bytes came out of ${input.length}`);
  },
  // Eight parsers read each input.
  steps: { base: 2_000_000, perByte: 4_000 },
};

/** `waiting`: nothing is asked for before all has come, as on a connection whose commands wait for others. */
function outcomeOf(
  pieces: readonly Buffer[],
  stranger: boolean,
  mode: 'at once' | 'waiting' = 'at once',
): Outcome {
  const parser = new CommandParser<string>(LIMITS, (bytes, start, end) =>
    Buffer.from(bytes.subarray(start, end)).toString('latin1'),
  );
  parser.stranger = stranger;
  const commands: Told[] = [];
  for (const [at, piece] of pieces.entries()) {
    parser.push(piece);
    if (mode === 'waiting' && at < pieces.length - 1) continue;
    for (let parsed = parser.next(); parsed !== Parsed.More; parsed = parser.next()) {
      if (parsed === Parsed.Broken) return { commands, fault: parser.fault, isInside: false };
      commands.push(told(parser));
    }
    // An inline command may have 64 KiB; of an array no more is held than its limits say.
    holds(parser.heldBytes <= 65_536 + LIMITS.commandBytesMax, `the parser holds ${parser.heldBytes} bytes`);
  }
  return { commands, fault: null, isInside: parser.isInside };
}

function told({ name, args, bytes, refusal }: CommandParser<string>): Told {
  holds(args.length < LIMITS.argumentsMax, `${args.length} arguments were accepted`);
  return {
    name,
    args: args.map((argument) => argument.toString('latin1')),
    bytes,
    refusal: refusal?.message ?? null,
  };
}

/** Commands that the limits for arrays allow too. */
function again({ commands }: Outcome): void {
  const whole = commands.filter(
    ({ args, name, refusal }) =>
      refusal === null &&
      name.length <= LIMITS.argumentBytesMax &&
      args.every((argument) => argument.length <= LIMITS.argumentBytesMax) &&
      args.reduce((sum, argument) => sum + argument.length, name.length) <= LIMITS.commandBytesMax,
  );
  const text = whole
    .map(({ name, args }) => [name, ...args])
    .map((words) => `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`)
    .join('');
  const { commands: written } = outcomeOf([Buffer.from(text, 'latin1')], false);
  equal(
    'commands again',
    written.map(({ name, args }) => [name, args]),
    whole.map(({ name, args }) => [name, args]),
  );
}
