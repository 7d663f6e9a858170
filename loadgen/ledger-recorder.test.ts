import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LedgerRecorder, mergeLedgerKeys } from './ledger-recorder.js';
import { fillerValue, LEDGER_VALUE_BYTES_MIN, parseLedgerHeader, writeLedgerHeader } from './values.js';

test('a client writes only keys of its own, whatever key the distribution chose', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      fc.nat(2_000),
      fc.nat(1_000_000),
      fc.nat(1_000_000),
      (clients, extraKeys, chosen, client) => {
        const keys = clients + extraKeys;
        const own = new LedgerRecorder(keys, clients).ownKey(chosen % keys, client % clients);
        assert.ok(own >= 0 && own < keys, `key ${own} of ${keys}`);
        assert.equal(own % clients, client % clients);
      },
    ),
  );
});

test("the workers' ledgers are joined by key, and keys never written are left out", () => {
  const first = new LedgerRecorder(10, 2);
  const second = new LedgerRecorder(10, 2);
  first.acknowledge(4, first.nextSequence(4));
  first.leaveUncertain(4, first.nextSequence(4));
  first.acknowledge(4, first.nextSequence(4));
  second.leaveUncertain(7, second.nextSequence(7));
  const parts = [first.part(), second.part()];
  assert.deepEqual(mergeLedgerKeys(parts, 'k-'), [
    { key: 'k-00000004', index: 4, acknowledged: 3, sent: 3, uncertain: [2] },
    { key: 'k-00000007', index: 7, acknowledged: 0, sent: 1, uncertain: [1] },
  ]);
  assert.deepEqual(
    parts.map((part) => part.acknowledgedWrites),
    [2, 0],
  );
});

test('a value tells its run, key and sequence, and other bytes are no value', () => {
  const word = fc.integer({ min: 0, max: 0xffff_ffff });
  const size = fc.integer({ min: LEDGER_VALUE_BYTES_MIN, max: 300 });
  const runIds = fc
    .uint8Array({ minLength: 8, maxLength: 8 })
    .map((bytes) => Buffer.from(bytes).toString('hex'));
  fc.assert(
    fc.property(runIds, word, word, size, (runId, key, sequence, bytes) => {
      const value = fillerValue(bytes, 1);
      assert.equal(parseLedgerHeader(value), null);
      writeLedgerHeader(value, runId, key, sequence);
      assert.equal(value.length, bytes);
      assert.deepEqual(parseLedgerHeader(value), { runId, key, sequence });
      assert.equal(parseLedgerHeader(value.subarray(0, LEDGER_VALUE_BYTES_MIN - 1)), null);
    }),
  );
});
