import { StrataError } from '../../errors.js';
import { ElementReader } from './element-reader.js';
import { splitInline } from './inline-command.js';
import {
  argumentsReadMax,
  headerLineBytesMax,
  inlineBytesMax,
  strangerArgumentsMax,
  strangerBulkBytesMax,
} from './resp-limits.js';

export const Parsed = { More: 0, Command: 1, Broken: 2 } as const;
export type Parsed = (typeof Parsed)[keyof typeof Parsed];

export interface ParserLimits {
  /** Name and arguments that are kept. Of a command with more the rest is read past and the command refused. */
  readonly argumentsMax: number;
  /** The same for one argument. */
  readonly argumentBytesMax: number;
  /** The same for all together; one argument that is longer ends the connection. */
  readonly commandBytesMax: number;
}

/** Finds what a command's name stands for, without a string on the way. */
export type NameResolver<Name> = (bytes: Uint8Array, start: number, end: number) => Name;

const ASTERISK = 0x2a;
const DOLLAR = 0x24;
const noBytes = Buffer.alloc(0);

/**
 * Incremental parser of what Redis clients send: arrays of bulk strings, and commands typed on one line. Pull: `push` bytes, then `next` until
 * it says `More`; so a connection can stop between two commands. Never throws, whatever comes.
 *
 * Arguments are views of the pushed bytes, which nobody may write to; only an element that came in pieces is copied. The socket hands out
 * a buffer of its own per read, and what is proposed is encoded before `service.put` returns or kept by reference, so a view lives as
 * long as its command. Who keeps an argument for longer (WATCH, MULTI) copies it: a view of five bytes holds 64 KiB.
 */
export class CommandParser<Name> {
  /** The command found by the last `next`. */
  name: Name;
  args: Buffer[] = [];
  /** Bytes of its name and arguments. */
  bytes = 0;
  /** Set when the command was whole and too large: it has no arguments then. */
  refusal: StrataError | null = null;
  /** Why `next` said `Broken`, without the prefix. */
  fault = '';
  /** True until the client has authenticated, where it must. */
  stranger = false;

  readonly #limits: ParserLimits;
  readonly #resolve: NameResolver<Name>;
  readonly #reader = new ElementReader();

  /** Arguments of the current array still to come; 0 between commands. */
  #missing = 0;
  /** Length of the bulk string whose body is next, -1 when its header is next. */
  #bulkBytes = -1;
  #isFirst = true;
  #found: Buffer[] = [];
  #foundBytes = 0;
  #tooLarge: StrataError | null = null;
  /** Bytes of a refused command's argument that are still to be read past. */
  #skip = 0;

  constructor(limits: ParserLimits, resolve: NameResolver<Name>) {
    this.#limits = limits;
    this.#resolve = resolve;
    this.name = resolve(noBytes, 0, 0);
  }

  /** Bytes of an unfinished command that are held in memory. */
  get heldBytes(): number {
    return this.#reader.partialBytes + this.#foundBytes;
  }

  /** True when a command has begun and not ended. */
  get isInside(): boolean {
    return this.#missing > 0 || this.#reader.partialBytes > 0;
  }

  push(chunk: Buffer): void {
    this.#reader.push(chunk);
  }

  next(): Parsed {
    for (;;) {
      const parsed = this.#nextInChunk();
      if (parsed !== Parsed.More || !this.#reader.nextChunk()) return parsed;
    }
  }

  #nextInChunk(): Parsed {
    for (;;) {
      if (this.#missing === 0) {
        const parsed = this.#begin();
        if (parsed !== Parsed.More || this.#missing === 0) return parsed;
      }
      while (this.#missing > 0) {
        const parsed = this.#argument();
        if (parsed !== Parsed.Command) return parsed;
      }
      return this.#complete();
    }
  }

  /** First line of a command. `More` with arguments missing: it is an array and they come next. */
  #begin(): Parsed {
    const reader = this.#reader;
    for (;;) {
      const { first } = reader;
      if (first === undefined) return Parsed.More;
      const isArray = first === ASTERISK;
      const bytesMax = isArray ? headerLineBytesMax : inlineBytesMax;
      if (!reader.line(bytesMax)) {
        if (reader.partialBytes <= bytesMax) return Parsed.More;
        return this.#broken(isArray ? 'too big mbulk count string' : 'too big inline request');
      }
      if (!isArray) {
        const parsed = this.#inline();
        if (parsed === Parsed.More) continue;
        return parsed;
      }
      const count = decimal(reader.bytes, reader.start + 1, reader.end);
      if (count === null || count > argumentsReadMax) return this.#broken('invalid multibulk length');
      if (this.stranger && count > strangerArgumentsMax) {
        return this.#broken('unauthenticated multibulk length');
      }
      // As Redis: an array of nothing asks for nothing.
      if (count <= 0) continue;
      this.#missing = count;
      if (count > this.#limits.argumentsMax) this.#refuse(count, 'arguments', this.#limits.argumentsMax);
      return Parsed.More;
    }
  }

  /** `Command`: one argument is read, or read past. */
  #argument(): Parsed {
    const reader = this.#reader;
    if (this.#skip > 0) return this.#readPast();
    if (this.#bulkBytes < 0) {
      if (!reader.line(headerLineBytesMax)) {
        if (reader.partialBytes <= headerLineBytesMax) return Parsed.More;
        return this.#broken('too big bulk count string');
      }
      const parsed = this.#bulkHeader();
      if (parsed !== Parsed.Command) return parsed;
      if (this.#tooLarge !== null && !this.#isFirst) {
        this.#skip = this.#bulkBytes + 2;
        return this.#readPast();
      }
    }
    if (!reader.body(this.#bulkBytes)) return Parsed.More;
    if (!reader.hasLineEnd) return this.#broken('expected the end of a line behind a bulk string');
    this.#foundBytes += this.#bulkBytes;
    if (this.#isFirst) {
      this.name = this.#resolve(reader.bytes, reader.start, reader.end);
      this.#isFirst = false;
    } else this.#found.push(reader.bytes.subarray(reader.start, reader.end));
    reader.forget();
    this.#bulkBytes = -1;
    this.#missing -= 1;
    return Parsed.Command;
  }

  #bulkHeader(): Parsed {
    const { bytes: line, start, end } = this.#reader;
    if (start === end || line[start] !== DOLLAR) {
      return this.#broken(`expected '$', got '${printable(start === end ? undefined : line[start])}'`);
    }
    const bytes = decimal(line, start + 1, end);
    const { argumentBytesMax, commandBytesMax } = this.#limits;
    if (bytes === null || bytes < 0 || bytes > commandBytesMax) return this.#broken('invalid bulk length');
    if (this.stranger && bytes > strangerBulkBytesMax) return this.#broken('unauthenticated bulk length');
    // The name is always looked at, so it has to be kept: none is this long.
    if (this.#isFirst && bytes > inlineBytesMax) return this.#broken('invalid bulk length');
    if (bytes > argumentBytesMax) this.#refuse(bytes, 'bytes in one argument', argumentBytesMax);
    else if (this.#foundBytes + bytes > commandBytesMax) {
      this.#refuse(this.#foundBytes + bytes, 'bytes', commandBytesMax);
    }
    this.#bulkBytes = bytes;
    return Parsed.Command;
  }

  #readPast(): Parsed {
    this.#skip = this.#reader.skip(this.#skip);
    if (this.#skip > 0) return Parsed.More;
    this.#bulkBytes = -1;
    this.#missing -= 1;
    return Parsed.Command;
  }

  #complete(): Parsed {
    this.refusal = this.#tooLarge;
    this.args = this.#tooLarge === null ? this.#found : [];
    this.bytes = this.#foundBytes;
    this.#found = [];
    this.#foundBytes = 0;
    this.#tooLarge = null;
    this.#isFirst = true;
    return Parsed.Command;
  }

  /** `More`: the line was empty. */
  #inline(): Parsed {
    const { bytes, start, end } = this.#reader;
    const line = bytes.subarray(start, end);
    this.#reader.forget();
    const words = splitInline(line);
    if (words === null) return this.#broken('unbalanced quotes in request');
    const name = words.shift();
    if (name === undefined) return Parsed.More;
    if (words.length + 1 > this.#limits.argumentsMax) {
      this.#refuse(words.length + 1, 'arguments', this.#limits.argumentsMax);
    }
    this.name = this.#resolve(name, 0, name.length);
    this.#found = words;
    this.#foundBytes = line.length;
    return this.#complete();
  }

  /** The first reason counts. */
  #refuse(actual: number, unit: string, limit: number): void {
    this.#tooLarge ??= new StrataError('STRATA_COMMAND_TOO_LARGE', { actual, unit, limit });
    this.#found = [];
    this.#foundBytes = 0;
  }

  #broken(fault: string): Parsed {
    this.fault = fault;
    this.#reader.clear();
    this.#found = [];
    this.#foundBytes = 0;
    this.#missing = 0;
    return Parsed.Broken;
  }
}

/** Redis' string2ll for lengths: digits, no leading zero, no plus; null when it is anything else. */
function decimal(bytes: Uint8Array, start: number, end: number): number | null {
  const negative = bytes[start] === 0x2d;
  const first = negative ? start + 1 : start;
  if (first >= end || end - first > 10) return null;
  if (bytes[first] === 0x30 && (end - first > 1 || negative)) return null;
  let value = 0;
  for (let at = first; at < end; at++) {
    const digit = bytes[at]! - 0x30;
    if (digit < 0 || digit > 9) return null;
    value = value * 10 + digit;
  }
  return negative ? -value : value;
}

function printable(byte: number | undefined): string {
  return byte !== undefined && byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '?';
}
