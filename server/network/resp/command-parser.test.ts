import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CommandParser, Parsed, type ParserLimits } from './command-parser.js';
import { latin1 } from './reply.js';
import { encode } from './testing/resp-client.js';

const limits: ParserLimits = { argumentsMax: 8, argumentBytesMax: 2_000, commandBytesMax: 5_000 };

interface Outcome {
  /** Commands as words, refused ones as their code. */
  readonly commands: (string[] | string)[];
  readonly fault: string | null;
  readonly parser: CommandParser<string>;
}

/** Everything that comes out of these chunks. */
function parse(chunks: readonly Buffer[], stranger = false): Outcome {
  const parser = new CommandParser(limits, (bytes, start, end) => latin1(bytes.subarray(start, end)));
  parser.stranger = stranger;
  const commands: (string[] | string)[] = [];
  for (const chunk of chunks) {
    parser.push(chunk);
    for (let parsed = parser.next(); parsed !== Parsed.More; parsed = parser.next()) {
      if (parsed === Parsed.Broken) return { commands, fault: parser.fault, parser };
      const { name, args, refusal } = parser;
      commands.push(refusal === null ? [name, ...args.map((arg) => latin1(arg))] : `${name} ${refusal.code}`);
    }
  }
  return { commands, fault: null, parser };
}

function one(text: string): Outcome {
  return parse([Buffer.from(text, 'latin1')]);
}

/** `bytes` cut at the given places. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  const starts = [0, ...ends];
  // Chunks of their own, so that a read beyond one does not find the next.
  return starts.map((start, i) => Buffer.from(bytes.subarray(start, starts[i + 1] ?? bytes.length)));
}

const words = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 8 });
const long = fc.nat(2_500).map((size) => Buffer.alloc(size, 'x'));
const commands = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: words.map((args) => encode(...args.map((arg) => Buffer.from(arg)))) },
    {
      weight: 1,
      arbitrary: fc.tuple(words, long).map(([args, value]) => encode('SET', Buffer.from(args[0]!), value)),
    },
    {
      weight: 1,
      arbitrary: fc.nat(20).map((count) => encode('MANY', ...Array.from({ length: count }, String))),
    },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom('PING\r\n', '\r\n', 'set "a b" \'c\'\n', '*0\r\n', '*-1\r\n')
        .map((text) => Buffer.from(text)),
    },
  ),
  { maxLength: 8 },
);

describe('command parser', () => {
  it('reads arrays of bulk strings, bytes as they are', () => {
    assert.deepEqual(one('*3\r\n$3\r\nSET\r\n$2\r\n\r\n\r\n$0\r\n\r\n').commands, [['SET', '\r\n', '']]);
    assert.deepEqual(one('*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nping\r\n').commands, [['PING'], ['ping']]);
  });

  it('reads commands typed on one line, with quotes and escapes', () => {
    assert.deepEqual(one('SET a "b \\x41\\n\\"" \'it\\\'s\'\r\nPING\nGET  a \r\n').commands, [
      ['SET', 'a', 'b A\n"', "it's"],
      ['PING'],
      ['GET', 'a'],
    ]);
    assert.deepEqual(one('\r\n\n  \r\nPING\r\n').commands, [['PING']]);
  });

  it('asks for nothing on an array of nothing, as Redis', () => {
    assert.deepEqual(one('*0\r\n*-1\r\nPING\r\n').commands, [['PING']]);
  });

  for (const [bytes, fault] of [
    ['*x\r\n', 'invalid multibulk length'],
    ['*+1\r\n', 'invalid multibulk length'],
    ['*01\r\n', 'invalid multibulk length'],
    ['*\r\n', 'invalid multibulk length'],
    ['*1048577\r\n', 'invalid multibulk length'],
    ['*99999999999999999999\r\n', 'invalid multibulk length'],
    ['*1\r\n:1\r\n', "expected '$', got ':'"],
    ['*1\r\nPING\r\n', "expected '$', got 'P'"],
    ['*1\r\n\r\n', "expected '$', got '?'"],
    ['*1\r\n\x01\r\n', "expected '$', got '?'"],
    ['*1\r\n$-1\r\n', 'invalid bulk length'],
    ['*1\r\n$x\r\n', 'invalid bulk length'],
    ['*2\r\n$3\r\nGET\r\n$5001\r\n', 'invalid bulk length'],
    ['*1\r\n$4\r\nPINGxx', 'expected the end of a line behind a bulk string'],
    ['*1\r\n$4\r\nPING\n\r', 'expected the end of a line behind a bulk string'],
    [`*${'1'.repeat(40)}`, 'too big mbulk count string'],
    [`*1\r\n$${'1'.repeat(40)}`, 'too big bulk count string'],
    ['x'.repeat(65_537), 'too big inline request'],
    ['SET a "b\r\n', 'unbalanced quotes in request'],
    ['SET a "b"c\r\n', 'unbalanced quotes in request'],
    ["SET a 'b\r\n", 'unbalanced quotes in request'],
  ] as const) {
    it(`A2.37 malformed: ${JSON.stringify(bytes.slice(0, 40))} is ${fault}`, () => {
      assert.equal(one(bytes).fault, fault);
      const bytewise = [...Buffer.from(bytes, 'latin1')].map((byte) => Buffer.from([byte]));
      assert.equal(parse(bytewise).fault, fault, 'byte by byte');
    });
  }

  it('reads past a command that is too large, and goes on behind it', () => {
    const { commands: found, fault } = parse([
      encode('SET', 'a', Buffer.alloc(2_001)),
      encode('MSET', ...Array.from({ length: 8 }, String)),
      encode('MSET', 'a', Buffer.alloc(1_900), 'b', Buffer.alloc(1_900), 'c', Buffer.alloc(1_900)),
      encode('PING'),
    ]);
    assert.equal(fault, null);
    const refused = 'STRATA_COMMAND_TOO_LARGE';
    assert.deepEqual(found, [`SET ${refused}`, `MSET ${refused}`, `MSET ${refused}`, ['PING']]);
  });

  it('A2.35 holds no bytes of a command that is refused anyway, whatever it announces', () => {
    const { parser } = parse([
      Buffer.from('*1000000\r\n$3\r\nSET\r\n'),
      ...Array.from({ length: 50 }, () => Buffer.from(`$1000\r\n${'x'.repeat(1_000)}\r\n`)),
    ]);
    assert.ok(parser.isInside);
    assert.ok(parser.heldBytes < 64, `held ${parser.heldBytes}`);
  });

  it('holds what has come of a command, not what it announces', () => {
    const { parser } = parse([Buffer.from('*3\r\n$3\r\nSET\r\n$1\r\na\r\n$2000\r\nxx')]);
    assert.equal(parser.heldBytes, 'SETaxx'.length);
  });

  it('lets a stranger say no more than it takes to authenticate', () => {
    const from = (text: string): string | null => parse([Buffer.from(text)], true).fault;
    assert.equal(from('*11\r\n'), 'unauthenticated multibulk length');
    assert.equal(parse([encode('AUTH', 'user', 'token')], true).fault, null);
    const large = new CommandParser({ ...limits, commandBytesMax: 100_000 }, () => '');
    large.stranger = true;
    large.push(Buffer.from('*2\r\n$4\r\nAUTH\r\n$16385\r\n'));
    assert.equal(large.next(), Parsed.Broken);
    assert.equal(large.fault, 'unauthenticated bulk length');
  });

  it('stops between two commands and goes on where it stopped', () => {
    const parser = new CommandParser(limits, (bytes, start, end) => latin1(bytes.subarray(start, end)));
    parser.push(Buffer.concat([encode('A'), encode('B')]));
    assert.equal(parser.next(), Parsed.Command);
    parser.push(encode('C'));
    const names = [parser.name];
    while (parser.next() === Parsed.Command) names.push(parser.name);
    assert.deepEqual(names, ['A', 'B', 'C']);
    assert.equal(parser.isInside, false);
  });

  it('gives the same commands however the bytes are cut', () => {
    fc.assert(
      fc.property(commands, fc.array(fc.nat(), { maxLength: 12 }), (parts, places) => {
        const bytes = Buffer.concat(parts);
        const whole = parse([bytes]);
        const pieces = parse(cut(bytes, places));
        assert.deepEqual(pieces.commands, whole.commands);
        assert.equal(pieces.fault, whole.fault);
        assert.equal(whole.fault, null);
      }),
      { numRuns: 500 },
    );
  });

  it('A2.37 never throws on random bytes, and answers them the same however they are cut', () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .array(fc.constantFrom('*', '$', '1', '3', '-', '\r\n', '\n', 'a', '"', "'", '\\x', ' ', '\0', ':'), {
          maxLength: 60,
        })
        .map((parts) => Buffer.from(parts.join(''))),
      // Whole commands with one byte changed.
      fc.tuple(commands, fc.nat(), fc.nat(255)).map(([parts, at, byte]) => {
        const bytes = Buffer.concat(parts);
        if (bytes.length > 0) bytes[at % bytes.length] = byte;
        return bytes;
      }),
    );
    fc.assert(
      fc.property(noise, fc.array(fc.nat(), { maxLength: 8 }), (bytes, places) => {
        const whole = parse([Buffer.from(bytes)]);
        const pieces = parse(cut(Buffer.from(bytes), places));
        assert.deepEqual(pieces.commands, whole.commands);
        assert.equal(pieces.fault, whole.fault);
      }),
      { numRuns: 2_000 },
    );
  });
});
