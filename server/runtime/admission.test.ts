import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeCommand, encodeDelete, encodePut } from '../state/command-codec.js';
import type { Op } from '../state/vocabulary.js';
import { Admission } from './admission.js';
import { deskContext, LIMITS } from './testing/desk-context.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const batch = (...ops: readonly Op[]): Uint8Array =>
  encodeCommand({ kind: 'batch', ops, session: null }, 0, LIMITS);
const put = (key: string): Op => {
  return {
    kind: 'put',
    key: bytes(key),
    value: bytes('v'),
    ttl: null,
    condition: null,
    returnPrevious: false,
  };
};
const remove = (key: string): Op => {
  return { kind: 'delete', key: bytes(key), condition: null, returnPrevious: false };
};

describe('admission', () => {
  it('A2.44 refuses what goes beyond the requests and bytes that may wait, and lets in again when some leave', () => {
    const admission = new Admission(deskContext({ waitingRequestsMax: 2, waitingBytesMax: 100 }));
    assert.equal(admission.enter(10), null);
    assert.equal(admission.enter(10), null);
    const refusal = admission.enter(10)!;
    assert.deepEqual(
      [refusal.code, refusal.details.actual, refusal.details.limit],
      ['STRATA_OVERLOADED', 2, 2],
    );
    admission.leave(10);
    assert.equal(admission.enter(91)!.code, 'STRATA_OVERLOADED');
    assert.equal(admission.enter(90), null);
    admission.leave(10);
    admission.leave(90);
    assert.deepEqual([admission.requests, admission.bytes], [0, 0]);
    assert.equal(admission.enter(1_000), null, 'one alone may be larger, else it could never be made');
  });

  it('A2.44 refuses writes while the apply lags behind the commit', () => {
    const context = deskContext({ applyLagEntriesMax: 5 });
    const raw = { commitIndex: 5 };
    Object.assign(context, { raw });
    const admission = new Admission(context);
    assert.equal(admission.writeRefusal(), null);
    raw.commitIndex = 6;
    assert.equal(admission.writeRefusal()!.code, 'STRATA_OVERLOADED');
  });

  it('A2.29 refuses writes while the disk is full', () => {
    const context = deskContext();
    const health = { isFull: true };
    Object.assign(context, { log: { health } });
    const admission = new Admission(context);
    assert.equal(admission.writeRefusal()!.code, 'STRATA_DISK_FULL');
    health.isFull = false;
    assert.equal(admission.writeRefusal(), null);
  });

  it('a store with too many keys takes no new ones, but overwrites and deletes', () => {
    const context = deskContext({ keysMax: 2 });
    const admission = new Admission(context);
    context.machine.apply(1, encodePut(bytes('a'), bytes('v')));
    assert.equal(admission.fullness(), null);
    context.machine.apply(2, encodePut(bytes('b'), bytes('v')));
    assert.equal(admission.fullness(), 'keysMax');
    const passes = (data: Uint8Array): boolean => admission.growthRefusal('keysMax', data) === null;
    assert.equal(passes(encodePut(bytes('a'), bytes('w'))), true);
    assert.equal(passes(encodePut(bytes('c'), bytes('w'))), false);
    assert.equal(passes(encodeDelete(bytes('c'))), true);
    assert.equal(passes(batch(put('a'), remove('b'))), true);
    assert.equal(passes(batch(remove('a'), put('c'))), false);
    assert.equal(passes(batch({ kind: 'increment', key: bytes('c'), delta: 1n })), false);
    const txn = {
      kind: 'txn',
      compares: [],
      success: [remove('a')],
      failure: [put('c')],
      session: null,
    } as const;
    assert.equal(passes(encodeCommand(txn, 0, LIMITS)), false);
    for (const kind of ['open-session', 'expire-due'] as const)
      assert.equal(passes(encodeCommand({ kind }, 0, LIMITS)), true);
    assert.equal(
      admission.growthRefusal('keysMax', encodePut(bytes('c'), bytes('v')))!.code,
      'STRATA_STATE_FULL',
    );
  });

  it('a store with too many bytes takes no values at all, but deletes', () => {
    const context = deskContext({ stateBytesMax: 2_000 });
    const admission = new Admission(context);
    context.machine.apply(1, encodePut(bytes('a'), bytes('x'.repeat(2_000))));
    assert.equal(admission.fullness(), 'stateBytesMax');
    const refusal = admission.growthRefusal('stateBytesMax', encodePut(bytes('a'), bytes('v')))!;
    assert.deepEqual([refusal.details.unit, refusal.details.field], ['bytes', 'stateBytesMax']);
    const expire = batch({ kind: 'expire', key: bytes('a'), ttlMs: 5 });
    for (const data of [encodeDelete(bytes('a')), expire])
      assert.equal(admission.growthRefusal('stateBytesMax', data), null);
  });
});
