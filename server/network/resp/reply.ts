import type { Value } from '../../state/vocabulary.js';
import { textValueBytesMax } from './resp-limits.js';

/** RESP2 or RESP3, as the client chose with HELLO. */
export type Protocol = 2 | 3;

/**
 * An answer on its way to the socket: text of one Latin-1 character per byte, or, when large values are in it, a list of such text and bytes.
 * Text joins its neighbours without a copy and leaves in one write.
 */
export type Reply = string | readonly ReplyPart[];
export type ReplyPart = string | Uint8Array;

export const ok = '+OK\r\n';
export const queued = '+QUEUED\r\n';
export const pong = '+PONG\r\n';
export const emptyArray = '*0\r\n';
export const zero = ':0\r\n';
export const one = ':1\r\n';

export function simple(text: string): string {
  return `+${text}\r\n`;
}

/** One line: what would end it early is replaced. */
export function failure(line: string): string {
  return `-${line.replace(/[^\x20-\x7e]/g, (found) => (found === '\r' || found === '\n' ? ' ' : '?'))}\r\n`;
}

/** A text is one that is known to be an integer. */
export function integer(value: number | string): string {
  return `:${value}\r\n`;
}

export function nullValue(protocol: Protocol): string {
  return protocol === 3 ? '_\r\n' : '$-1\r\n';
}

export function nullArray(protocol: Protocol): string {
  return protocol === 3 ? '_\r\n' : '*-1\r\n';
}

/** `text` is Latin-1. */
export function bulkText(text: string): string {
  return `$${text.length}\r\n${text}\r\n`;
}

export function bulk(value: Value): Reply {
  if (typeof value === 'string') return `$${value.length}\r\n${value}\r\n`;
  if (value.length <= textValueBytesMax) return `$${value.length}\r\n${latin1(value)}\r\n`;
  return [`$${value.length}\r\n`, value, '\r\n'];
}

export function bulkOrNull(value: Value | null, protocol: Protocol): Reply {
  return value === null ? nullValue(protocol) : bulk(value);
}

export function arrayHead(length: number): string {
  return `*${length}\r\n`;
}

export function array(items: readonly Reply[]): Reply {
  return concat(arrayHead(items.length), items);
}

export function bulkTexts(texts: readonly string[]): string {
  return arrayHead(texts.length) + texts.map(bulkText).join('');
}

/** Names and replies in turn; RESP2 has no maps and gets them as one array. */
export function map(entries: readonly (readonly [name: string, value: Reply])[], protocol: Protocol): Reply {
  const head = protocol === 3 ? `%${entries.length}\r\n` : arrayHead(2 * entries.length);
  return concat(
    head,
    entries.flatMap(([name, value]) => [bulkText(name), value]),
  );
}

export function set(items: readonly string[], protocol: Protocol): string {
  return `${protocol === 3 ? '~' : '*'}${items.length}\r\n${items.join('')}`;
}

/** A text for people. */
export function verbatim(text: string, protocol: Protocol): string {
  return protocol === 3 ? `=${text.length + 4}\r\ntxt:${text}\r\n` : bulkText(text);
}

export function concat(head: string, replies: readonly Reply[]): Reply {
  let text = head;
  let parts: ReplyPart[] | null = null;
  for (const reply of replies) {
    if (typeof reply === 'string') text += reply;
    else {
      parts ??= [];
      for (const part of reply) {
        if (typeof part === 'string') text += part;
        else {
          parts.push(text, part);
          text = '';
        }
      }
    }
  }
  if (parts === null) return text;
  if (text.length > 0) parts.push(text);
  return parts;
}

export function replyBytes(reply: Reply): number {
  if (typeof reply === 'string') return reply.length;
  let bytes = 0;
  for (const part of reply) bytes += part.length;
  return bytes;
}

/** Node's own conversion, called on any typed array: it is not typed, and a Buffer around the bytes would cost an object. */
const { latin1Slice } = Buffer.prototype as unknown as {
  latin1Slice(this: Uint8Array, start: number, end: number): string;
};

/** Bytes as text, one character each. */
export function latin1(bytes: Uint8Array): string {
  return bytes.length === 0 ? '' : latin1Slice.call(bytes, 0, bytes.length);
}

/** One Latin-1 character per byte. */
export function valueText(value: Value): string {
  return typeof value === 'string' ? value : latin1(value);
}

export function valueLength(value: Value | null): number {
  return value === null ? 0 : value.length;
}

export function valueSlice(value: Value, start: number, end: number): Value {
  return typeof value === 'string' ? value.slice(start, end) : value.subarray(start, end);
}
