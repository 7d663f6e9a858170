import { decodeKey, decodePercent } from '../../../server/network/http/key-encoding.js';
import { Query } from '../../../server/network/http/query.js';
import { parseText } from '../../../server/network/http/text-encoding.js';
import { sampledTraceId } from '../../../server/network/http/traceparent.js';
import { parseSession, parseTtl, readTerms, writeTerms } from '../../../server/network/http/write-terms.js';
import { bearerToken } from '../../../server/network/security/authenticator.js';
import { equal, holds, must } from '../engine/properties.js';
import type { Target } from '../engine/target.js';
import { type Mode, runMode, seedsOf } from './modes.js';

const NAMES = ['ttl', 'start', 'limit', 'order'] as const;
const KEY_BYTES_MAX = 64;

const modes: readonly Mode[] = [
  { name: 'key', run: key, seeds: ['plain', 'a%2Fb%00%ff', '%e2%82%ac'] },
  { name: 'query', run: query, seeds: ['ttl=5s&limit=10', 'start=a%00+b&order=desc&&l%69mit=1', 'order'] },
  {
    name: 'write terms',
    run: terms,
    seeds: ['"42"\n\n3:4\n5s', '*\n\n\n', '\n"9007199254740991"\n1:2\nkeep', '\n*\n\n10m'],
  },
  { name: 'traceparent', run: trace, seeds: ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'] },
  {
    name: 'authorization',
    run: (rest) => void bearerToken(rest.toString('latin1')),
    seeds: ['Bearer abcdefghijklmnop', 'bearer  x  '],
  },
  { name: 'text', run: text, seeds: ['aGVsbG8=', 'é€', ''] },
];

/** The small texts of a request: paths, queries, headers. node:http gives one character for each byte, and so does this target. */
export const target: Target = {
  name: 'http-text',
  about: 'percent-encoding, query strings, If-Match, Idempotency-Key, ttl, traceparent, Authorization',
  sources: [
    'server/network/http/key-encoding',
    'server/network/http/query',
    'server/network/http/write-terms',
    'server/network/http/traceparent',
    'server/network/http/text-encoding',
  ],
  dictionary: [
    '%2F',
    '%',
    '%zz',
    '%C3%A9',
    '%ff',
    '&',
    '=',
    '+',
    'W/"1"',
    '"',
    ', ',
    '*',
    'keep',
    'ms',
    'ttl=',
    '__proto__=1',
    'limit=',
    'Bearer ',
  ],
  seeds: () => seedsOf(modes),
  run: (input) => runMode(modes, input),
};

function key(rest: Buffer): void {
  const encoded = rest.toString('latin1');
  const decoded = decodeKey(encoded, KEY_BYTES_MAX);
  holds(
    decoded.length > 0 && decoded.length <= KEY_BYTES_MAX,
    `a key of ${decoded.length} bytes was accepted`,
  );
  const again = must('key', () => decodeKey(percentOf(decoded), KEY_BYTES_MAX));
  equal('key again', Buffer.from(again), Buffer.from(decoded));
}

function query(rest: Buffer): void {
  const parsed = new Query(rest.toString('latin1'), NAMES);
  const limit = parsed.integer('limit', 1, 1_000, 10);
  holds(Number.isSafeInteger(limit) && limit >= 1 && limit <= 1_000, `a limit of ${limit} was accepted`);
  parsed.choice('order', ['asc', 'desc']);
  const start = parsed.bytes('start', KEY_BYTES_MAX);
  if (start === null) return;
  holds(start.length <= KEY_BYTES_MAX, `a start of ${start.length} bytes was accepted`);
  const again = must('start', () =>
    new Query(`start=${percentOf(start)}`, NAMES).bytes('start', KEY_BYTES_MAX),
  );
  equal('start again', again && Buffer.from(again), Buffer.from(start));
}

/** If-Match, If-None-Match, Idempotency-Key and ttl, a line each. */
function terms(rest: Buffer): void {
  const [match, noneMatch, idempotency, ttl] = rest.toString('latin1').split('\n');
  const headers = {
    ...(match ? { 'if-match': match } : {}),
    ...(noneMatch ? { 'if-none-match': noneMatch } : {}),
    ...(idempotency ? { 'idempotency-key': idempotency } : {}),
  };
  const read = readTerms(headers);
  for (const list of [read?.match, read?.noneMatch])
    if (Array.isArray(list))
      for (const revision of list)
        holds(Number.isSafeInteger(revision) && revision > 0, `revision ${revision} was accepted`);
  const write = writeTerms(
    headers,
    ttl ? new Query(`ttl=${percentOf(Buffer.from(ttl, 'latin1'))}`, ['ttl']) : null,
  );
  if (write === null) return;
  if (typeof write.ttl === 'number') {
    holds(Number.isSafeInteger(write.ttl) && write.ttl > 0, `a ttl of ${write.ttl} was accepted`);
    equal('ttl again', parseTtl(String(write.ttl)), write.ttl);
  }
  const { session } = write;
  if (session !== null)
    equal('session again', parseSession(`${session.session}:${session.sequence}`), session);
}

function trace(rest: Buffer): void {
  const id = sampledTraceId(rest.toString('latin1'));
  holds(id === null || /^[0-9a-f]{32}$/.test(id), `trace id ${id} was accepted`);
}

function text(rest: Buffer): void {
  const given = rest.toString('utf8');
  for (const encoding of ['base64', 'utf8'] as const) {
    const bytes = parseText(given, encoding);
    // Two texts are never one value.
    if (bytes !== null) equal(`${encoding} again`, bytes.toString(encoding), given);
  }
  decodePercent(percentOf(rest));
}

function percentOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}
