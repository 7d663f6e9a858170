import type { Random } from '../../../loadgen/random.js';
import type { Operation } from './history-recorder.js';
import type { Call } from './http-call.js';
import type { LiveKey } from './key-ring.js';
import { isAbsent, type Outcome, type Reply, readOutcome, writeOutcome } from './outcome.js';

/** An operation, the request that it is, and what the answer makes of it. */
export interface Attempt {
  readonly operation: Operation;
  readonly request: Pick<Call, 'method' | 'path' | 'headers' | 'body'>;
  conclude(reply: Reply): { outcome: Outcome; operation: Operation };
}

/** Shares of the kinds of operation, by the use of the key. What is left reads. */
const SHARES = {
  register: { write: 0.25, delete: 0.03, cas: 0.27 },
  text: { put: 0.08, append: 0.42 },
} as const;
/** Of reads: those that the leader may answer alone, which are linearizable as well. */
const LEASE_SHARE = 0.25;

export function attemptOf(
  key: LiveKey,
  random: Random,
  nextValue: () => string,
  staleReads: boolean,
): Attempt {
  const drawn = random.nextFloat();
  const lease = random.nextFloat() < LEASE_SHARE;
  const consistency = staleReads ? '?consistency=stale' : lease ? '?consistency=lease' : '';
  if (key.use === 'text') {
    const { put, append } = SHARES.text;
    // A space behind each: the parts of a text can be told apart.
    if (drawn < put) return write(key, `${nextValue()} `);
    if (drawn < put + append) return appendTo(key, `${nextValue()} `);
    return readOf(key, consistency);
  }
  const { write: writes, delete: deletes, cas } = SHARES.register;
  if (drawn < writes) return write(key, nextValue());
  if (drawn < writes + deletes) return remove(key);
  if (drawn < writes + deletes + cas) return compareAndSet(key, key.believed, nextValue());
  return readOf(key, consistency);
}

export function readOf(key: LiveKey, query = ''): Attempt {
  const operation = { f: 'get' as const, key: key.name, value: null };
  return {
    operation,
    request: { method: 'GET', path: `/kv/${key.name}${query}` },
    conclude: (reply) => {
      const outcome = readOutcome(reply);
      const value = reply.kind === 'answer' && outcome === 'ok' && !isAbsent(reply) ? reply.body : null;
      if (outcome === 'ok') key.believed = value;
      return { outcome, operation: { ...operation, value } };
    },
  };
}

function write(key: LiveKey, value: string): Attempt {
  const request = { method: 'PUT', path: `/kv/${key.name}`, body: value };
  return plain(key, { f: 'put', key: key.name, value }, request, value);
}

/** To the model a key that is absent holds null. */
function remove(key: LiveKey): Attempt {
  const request = { method: 'DELETE', path: `/kv/${key.name}` };
  return plain(key, { f: 'put', key: key.name, value: null }, request, null);
}

function appendTo(key: LiveKey, value: string): Attempt {
  const ops = [{ op: 'append', key: key.name, value }];
  const request = { method: 'POST', path: '/batch', body: JSON.stringify({ encoding: 'utf8', ops }) };
  return plain(key, { f: 'append', key: key.name, value }, request, null);
}

function plain(
  key: LiveKey,
  operation: Operation,
  request: Attempt['request'],
  value: string | null,
): Attempt {
  return {
    operation,
    request,
    conclude: (reply) => {
      const outcome = writeOutcome(reply);
      if (outcome === 'ok') key.believed = value;
      return { outcome, operation };
    },
  };
}

/** By `/txn` when there is a value to compare with, else by a condition of HTTP. */
function compareAndSet(key: LiveKey, expected: string | null, value: string): Attempt {
  const operation = { f: 'cas' as const, key: key.name, value: [expected, value] };
  const conclude = (reply: Reply) => {
    const outcome = casOutcome(reply);
    if (outcome === 'ok') key.believed = value;
    return { outcome, operation };
  };
  if (expected === null) {
    const headers = { 'If-None-Match': '*' };
    return { operation, request: { method: 'PUT', path: `/kv/${key.name}`, headers, body: value }, conclude };
  }
  const body = JSON.stringify({
    encoding: 'utf8',
    compare: [{ target: 'value', key: key.name, relation: '=', value: expected }],
    success: [{ op: 'put', key: key.name, value }],
  });
  return { operation, request: { method: 'POST', path: '/txn', body }, conclude };
}

/** A transaction that went the other way is an answer; a condition of HTTP that does not hold is an error. Neither changed anything. */
function casOutcome(reply: Reply): Outcome {
  const outcome = writeOutcome(reply);
  if (outcome !== 'ok' || reply.kind !== 'answer') return outcome;
  const { succeeded } = JSON.parse(reply.body) as { succeeded?: boolean };
  return succeeded === false ? 'fail' : 'ok';
}
