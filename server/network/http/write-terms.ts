import type { IncomingHttpHeaders } from 'node:http';
import { StrataError } from '../../errors.js';
import type { Condition, SessionRef, Ttl } from '../../state/vocabulary.js';
import { ttlMsMax } from '../limits.js';
import { invalid, type Query, shown } from './query.js';

/** What a write of one key asks beyond the plain write. */
export interface WriteTerms {
  readonly ttl: Ttl;
  readonly condition: Condition | null;
  readonly session: SessionRef | null;
}

/** Null for a plain write, which is nearly every one. @throws StrataError STRATA_HEADER_INVALID, STRATA_QUERY_INVALID, STRATA_IDEMPOTENCY_KEY_INVALID */
export function writeTerms(headers: IncomingHttpHeaders, query: Query | null): WriteTerms | null {
  const session = headers['idempotency-key'] as string | undefined;
  const isConditional = headers['if-match'] !== undefined || headers['if-none-match'] !== undefined;
  const ttl = query === null ? null : query.text('ttl');
  if (!isConditional && session === undefined && ttl === null) return null;
  return {
    ttl: ttl === null ? null : parseTtl(ttl),
    condition: isConditional ? writeCondition(headers) : null,
    session: session === undefined ? null : parseSession(session),
  };
}

const ttlUnits: Readonly<Record<string, number>> = { '': 1, ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const ttlRule = `a whole number of milliseconds or with a unit (500ms, 5s, 10m, 2h), from 1 ms to ten years, or keep`;

export function parseTtl(text: string): Ttl {
  if (text === 'keep') return 'keep';
  const match = /^(\d{1,12})(|ms|s|m|h)$/.exec(text);
  const ttlMs = match === null ? Number.NaN : Number(match[1]) * ttlUnits[match[2]!]!;
  if (!(ttlMs >= 1 && ttlMs <= ttlMsMax)) throw invalid('ttl', shown(text), ttlRule);
  return ttlMs;
}

export function parseSession(text: string): SessionRef {
  const match = /^([1-9]\d{0,15}):([1-9]\d{0,15})$/.exec(text);
  const session = Number(match?.[1]);
  const sequence = Number(match?.[2]);
  if (!Number.isSafeInteger(session) || !Number.isSafeInteger(sequence)) {
    throw new StrataError('STRATA_IDEMPOTENCY_KEY_INVALID', { actual: shown(text) });
  }
  return { session, sequence };
}

const etagRule = 'one revision in quotes, such as "42", or *';

function writeCondition(headers: IncomingHttpHeaders): Condition {
  const match = headers['if-match'];
  const noneMatch = headers['if-none-match'];
  if (match !== undefined && noneMatch !== undefined) {
    throw headerInvalid('If-None-Match', noneMatch, 'left out when If-Match is there');
  }
  if (match !== undefined) {
    if (match === '*') return { kind: 'exists' };
    return { kind: 'revision', revision: revisionOf('If-Match', match) };
  }
  if (noneMatch === '*') return { kind: 'absent' };
  return { kind: 'not-revision', revision: revisionOf('If-None-Match', noneMatch!) };
}

function revisionOf(name: string, tag: string): number {
  const revision = Number(/^"([1-9]\d{0,15})"$/.exec(tag)?.[1]);
  if (!Number.isSafeInteger(revision)) throw headerInvalid(name, tag, etagRule);
  return revision;
}

/** What a read asks of the revision it finds. */
export interface ReadTerms {
  /** Answer 412 unless the key has one of these; `*`: unless it exists. */
  readonly match: readonly number[] | '*' | null;
  /** Answer 304 when the key has one of these; `*`: when it exists. */
  readonly noneMatch: readonly number[] | '*' | null;
}

/** Null for a plain read. @throws StrataError STRATA_HEADER_INVALID */
export function readTerms(headers: IncomingHttpHeaders): ReadTerms | null {
  const match = headers['if-match'];
  const noneMatch = headers['if-none-match'];
  if (match === undefined && noneMatch === undefined) return null;
  return {
    match: match === undefined ? null : revisionsOf('If-Match', match),
    noneMatch: noneMatch === undefined ? null : revisionsOf('If-None-Match', noneMatch),
  };
}

export function matches(revisions: readonly number[] | '*', revision: number): boolean {
  return revision > 0 && (revisions === '*' || revisions.includes(revision));
}

/** Browsers and proxies send back what they were given, `W/` before it when they changed the encoding. */
function revisionsOf(name: string, tags: string): readonly number[] | '*' {
  if (tags === '*') return '*';
  return tags.split(',').map((tag) => {
    const revision = Number(/^(?:W\/)?"([1-9]\d{0,15})"$/.exec(tag.trim())?.[1]);
    if (!Number.isSafeInteger(revision))
      throw headerInvalid(name, tags, 'revisions in quotes, such as "42", or *');
    return revision;
  });
}

export function headerInvalid(name: string, actual: string, rule: string): StrataError {
  return new StrataError('STRATA_HEADER_INVALID', { name, actual: shown(actual), rule });
}
