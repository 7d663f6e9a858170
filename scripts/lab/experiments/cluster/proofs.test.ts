import assert from 'node:assert/strict';
import test from 'node:test';
import type { NodeWindow } from '../../../../results/schema/index.js';
import { proveApplier, proveRate } from './applier.js';
import { proveBatching, proveOpenWindow } from './batching.js';
import { proveIo } from './blocking-io.js';
import { proveConnections } from './connections.js';
import { proveFraming } from './framing.js';
import { proveGroups } from './groups.js';
import { proveHeartbeats } from './heartbeat.js';
import { checkAnswers } from './lab-cluster.js';
import { labLocks, lockShare, proveLocks } from './lock-share.js';
import { appendsInFlight, provePipeline } from './pipelining.js';
import { proveSwitch, UnprovenError } from './proof.js';
import { proveReads } from './reads.js';
import { growthOf, proveRecovery } from './recovery.js';
import { proveSnapshots } from './snapshot-pause.js';
import { proveStore } from './store.js';
import { proveStrategy } from './strategy-proof.js';
import { proveBound } from './wal-batching.js';

type Part = Partial<Pick<NodeWindow, 'counters' | 'config' | 'histograms' | 'locks' | 'seconds'>>;

function leader(part: Part): NodeWindow {
  return {
    schema: 'strata.node/1',
    node: 1,
    role: 'leader',
    pid: 1,
    seconds: 1,
    config: {},
    counters: {},
    gauges: {},
    histograms: {},
    proc: null,
    ...part,
  };
}

function histogram(count: number, sum = 0): NodeWindow['histograms'][string] {
  return { count, sum, buckets: [] };
}

function holds(check: () => void): void {
  assert.doesNotThrow(check);
}

function fails(check: () => void, sentence: RegExp): void {
  assert.throws(check, (error: unknown) => {
    assert.ok(error instanceof UnprovenError);
    assert.equal(error.code, 'STRATA_LAB_UNPROVEN');
    assert.match(error.message, sentence);
    return true;
  });
}

test('each strategy is told by its syncs, and by no other', () => {
  const traces = {
    A: { entries: 100, forEntries: 95, byInterval: 0 },
    B: { entries: 100, forEntries: 0, byInterval: 10 },
    C: { entries: 100, forEntries: 0, byInterval: 0 },
    G: { entries: 100, forEntries: 20, byInterval: 0 },
  };
  for (const letter of ['A', 'B', 'C', 'G'] as const)
    for (const [name, counts] of Object.entries(traces)) {
      const check = () => proveStrategy('arm', letter, counts);
      // A cluster of strategy A passes for G as well: every entry has had its sync.
      if (name === letter || (letter === 'G' && name === 'A')) holds(check);
      else fails(check, /^Arm arm is not what it says: of 100 entries/);
    }
  fails(() => proveStrategy('arm', 'C', { entries: 0, forEntries: 0, byInterval: 0 }), /no entry/);
});

test('a bounded write holds no more than there is room for', () => {
  holds(() => proveBound('batch-1KiB', 7.9));
  fails(() => proveBound('batch-1KiB', 8.1), /held 8\.1 entries/);
  holds(() => proveBound('group', 1_000));
});

test('the node has to say that it is switched', () => {
  holds(() => proveSwitch('global', { labLock: 'global' }, 'lock', 'global'));
  fails(() => proveSwitch('global', { labLock: 'none' }, 'lock', 'global'), /labLock is none/);
  fails(() => proveSwitch('global', {}, 'lock', 'global'), /not known to it instead of global/);
});

const lock = {
  name: 'global_lock',
  layer: 'consensus' as const,
  acquisitions: 10,
  contended: 4,
  waitNs: 2e9,
  waitNsMax: 1e9,
  holdNs: 0,
  holdNsMax: 0,
  handOffNs: 0,
  waitersMax: 3,
  waiters: [],
  holders: [],
};

const waited = (who: string, count: number) => ({ who, count, waitNs: 1 });

test('locks: those that the arm says, waited for by those who should', () => {
  const slot = { ...lock, name: 'append_slot' };
  const global = { ...lock, waiters: [waited('write', 3), waited('read', 1)] };
  const only = (writes: number, reads: number) => [
    { ...lock, waiters: [waited('write', writes), waited('read', reads)] },
  ];
  assert.deepEqual(labLocks({ locks: [slot, global] }), [global]);
  const writes = { isCrowded: true, reads: 0 };
  const mixed = { isCrowded: true, reads: 100 };
  holds(() => proveLocks('none', labLocks({ locks: [slot] }), mixed));
  fails(() => proveLocks('none', [global], mixed), /its locks are global_lock/);
  holds(() => proveLocks('global', [global], mixed));
  fails(() => proveLocks('global', [], writes), /its locks are none/);
  fails(() => proveLocks('global', only(0, 1), writes), /writes waited 0 times for its global_lock/);
  holds(() => proveLocks('global', only(0, 0), { isCrowded: false, reads: 0 }));
  holds(() => proveLocks('global', only(3, 0), writes));
  fails(() => proveLocks('global', only(3, 0), mixed), /100 reads waited 0 times for its global_lock/);
});

test('separate locks: writes wait for that of the log, reads for that of the state alone', () => {
  const mixed = { isCrowded: true, reads: 100 };
  const split = ({ log = [waited('write', 3)], taken = 130, state = [waited('read', 9)] } = {}) => [
    { ...lock, name: 'log_lock', waiters: log },
    { ...lock, name: 'apply_lock', acquisitions: taken, waiters: state },
  ];
  holds(() => proveLocks('split', split(), mixed));
  fails(() => proveLocks('split', split().slice(0, 1), mixed), /its locks are log_lock/);
  fails(() => proveLocks('split', split({ log: [] }), mixed), /writes waited 0 times for its log_lock/);
  const crossed = split({ log: [waited('write', 3), waited('read', 1)] });
  fails(() => proveLocks('split', crossed, mixed), /100 reads waited 1 times for its log_lock/);
  const apart = { ...mixed, hasReaders: true };
  holds(() => proveLocks('split', split(), apart));
  fails(() => proveLocks('split', split({ state: [] }), apart), /reads waited 0 times for its apply_lock/);
  holds(() => proveLocks('split', split({ state: [] }), mixed));
  fails(() => proveLocks('split', split({ taken: 79 }), mixed), /taken 79 times for 100 reads/);
  holds(() => proveLocks('split', split({ taken: 80 }), mixed));
});

test('the share of a lock is its wait over the time of all requests', () => {
  assert.equal(lockShare({ leader: leader({ locks: [lock], seconds: 2 }), underWay: 10 }), 0.1);
  assert.equal(lockShare({ leader: leader({ locks: [lock], seconds: 1 }), underWay: 1 }), 1);
  assert.equal(lockShare({ leader: leader({}), underWay: 10 }), 0);
});

test('blocking I/O leaves the thread pool alone, asynchronous I/O does not', () => {
  const node = (io: string, calls: number): NodeWindow =>
    leader({
      config: { labIo: io },
      counters: { log_batches_total: 100 },
      histograms: { io_pool_calls: histogram(calls) },
    });
  holds(() => proveIo('blocking', node('blocking', 2)));
  fails(() => proveIo('blocking', node('blocking', 100)), /called 100 times for 100 writes/);
  holds(() => proveIo('async', node('async', 200)));
  fails(() => proveIo('async', node('async', 0)), /called 0 times/);
});

test('a polled applier lets entries wait', () => {
  const node = (applier: string, meanMs: number): NodeWindow =>
    leader({
      config: { labApplier: applier },
      histograms: { state_apply_wait_ns: histogram(100, 100 * meanMs * 1e6) },
    });
  holds(() => proveApplier('poll-10ms', node('poll-10ms', 5)));
  fails(() => proveApplier('poll-10ms', node('poll-10ms', 0.3)), /waited 0\.30 ms/);
  holds(() => proveApplier('notify', node('notify', 0.3)));
  fails(() => proveApplier('notify', node('poll-20ms', 0.3)), /labApplier is poll-20ms/);
});

test('cores are compared only of arms that answered the same rate', () => {
  holds(() => proveRate('poll-20ms', 410));
  fails(() => proveRate('poll-20ms', 390), /of 500 requests a second 390 were answered/);
  fails(() => proveRate('poll-20ms', 610), /610 were answered/);
});

test('recovery that takes as much for every entry is linear, and steepness is told of nothing else', () => {
  const linear = growthOf('no-snapshot', [1_000, 1_198, 1_998]);
  assert.deepEqual(linear, { 'per-entry-200k': 1, 'per-entry-1000k': 1, steepness: 1, growth: 1.998 });
  assert.equal(growthOf('no-snapshot', [1_000, 1_198, 3_598]).steepness, 3);
  assert.equal(growthOf('no-snapshot', [1_000, 990, 1_998]).steepness, null);
  assert.equal(growthOf('snapshot', [1_000, 1_198, 1_998]).steepness, null);
  assert.equal(growthOf('snapshot', [1_000, 1_000, 1_100]).growth, 1.1);
});

test('connections: one per message, or none', () => {
  const node = (mode: string, connects: number): NodeWindow =>
    leader({
      config: { labConnections: mode },
      counters: { network_peer_connects_total: connects, network_peer_messages_sent_total: 100 },
    });
  holds(() => proveConnections('per-call', node('per-call', 90)));
  fails(() => proveConnections('per-call', node('per-call', 3)), /connected 3 times for 100 messages/);
  holds(() => proveConnections('pool', node('pool', 0)));
  fails(() => proveConnections('pool', node('pool', 60)), /connected 60 times/);
});

test('batching, framing, groups, snapshots, recovery: on both sides', () => {
  holds(() => proveBatching('off', 1, 1));
  fails(() => proveBatching('off', 0.3, 1), /0\.30 messages per entry/);
  fails(() => proveBatching('off', 1, 4), /4\.00 messages per frame/);
  holds(() => proveBatching('on', 0.3, 1.5));
  fails(() => proveBatching('on', 1, 1), /1\.00 messages per entry/);
  holds(() => proveFraming('fixed-1024', { small: 1, large: 0, truncated: 7 }));
  fails(() => proveFraming('fixed-1024', { small: 1, large: 1, truncated: 0 }), /0 messages truncated/);
  holds(() => proveFraming('dynamic', { small: 1, large: 1, truncated: 0 }));
  fails(() => proveFraming('dynamic', { small: 1, large: 0.8, truncated: 0 }), /80 % of the large ones/);
  fails(() => proveFraming('dynamic', { small: 1, large: 1, truncated: 7 }), /7 messages truncated/);
  holds(() => proveGroups('two-groups', [10, 20], 2));
  fails(() => proveGroups('two-groups', [10, 0], 2), /gave 10, 0 answers/);
  fails(() => proveGroups('two-groups', [10], 2), /1 groups of 2/);
  holds(() => proveSnapshots('snapshot', 1));
  fails(() => proveSnapshots('snapshot', 0), /0 snapshots ended/);
  fails(() => proveSnapshots('no-snapshot', 1), /instead of 0/);
  holds(() => proveRecovery('snapshot', 2_000, 2_001));
  fails(() => proveRecovery('snapshot', 2_000, 10), /covers 10/);
  fails(() => proveRecovery('no-snapshot', 2_000, 2_001), /covers 2001/);
});

test('a window of appends is told by what was on the way, not by its size', () => {
  const buckets: [number, number][] = [
    [1, 8],
    [6, 2],
  ];
  const counted = leader({
    histograms: { consensus_appends_in_flight: { count: 10, sum: 20, buckets } },
  });
  assert.deepEqual(appendsInFlight(counted), { mean: 2, most: 6 });
  const idle = leader({ histograms: { consensus_appends_in_flight: histogram(0) } });
  assert.deepEqual(appendsInFlight(idle), { mean: 0, most: 0 });
  assert.throws(() => appendsInFlight(leader({})), /has no histogram consensus_appends_in_flight/);

  const said = (inflightMessagesMax: number) => ({ inflightMessagesMax, gatherBehindAppends: 0 });
  holds(() => provePipeline('window-1', said(1), { mean: 1, most: 1 }));
  fails(
    () => provePipeline('window-1', said(1), { mean: 1.01, most: 2 }),
    /1\.01 were on the way .* 2 at most/,
  );
  fails(() => provePipeline('window-1', said(256), { mean: 1, most: 1 }), /its window is 256 appends/);
  holds(() => provePipeline('window-256', said(256), { mean: 1.01, most: 2 }));
  fails(() => provePipeline('window-256', said(256), { mean: 1, most: 1 }), /1 at most/);
  const gathers = { ...said(256), gatherBehindAppends: 1 };
  fails(() => provePipeline('window-256', gathers, { mean: 4, most: 8 }), /gather behind 1/);
});

test('to send single entries no window may be in the way', () => {
  holds(() => proveOpenWindow('off', 61_440));
  fails(() => proveOpenWindow('off', 63_488), /63488 appends were on the way in a window of 65536/);
});

test('an idle leader sends the heartbeats of its interval', () => {
  const sent = (saidMs: number, count: number) => ({ saidMs, sent: count, followers: 2, seconds: 2 });
  holds(() => proveHeartbeats('every-100ms', sent(100, 40)));
  fails(() => proveHeartbeats('every-100ms', sent(10, 40)), /says that it beats every 10 ms/);
  fails(
    () => proveHeartbeats('every-100ms', sent(100, 400)),
    /sent 400 heartbeats to 2 followers in 2\.0 s, and 40/,
  );
  fails(() => proveHeartbeats('every-10ms', sent(10, 40)), /and 400 were due/);
  holds(() => proveHeartbeats('every-10ms-scaled', sent(10, 400)));
});

test('reads go the way of their arm', () => {
  const none = { proposals: 0, rounds: 0, lease: 0, stale: 0 };
  const ways = {
    log: { ...none, proposals: 1_000 },
    'read-index': { ...none, rounds: 50 },
    lease: { ...none, lease: 990, rounds: 2 },
    stale: { ...none, stale: 1_000 },
  };
  for (const arm of Object.keys(ways))
    for (const [way, counts] of Object.entries(ways))
      if (way === arm) holds(() => proveReads(arm, 1_000, 0, counts));
      else fails(() => proveReads(arm, 1_000, 0, counts), /1000 reads made/);
  fails(() => proveReads('stale', 1_000, 500, ways.stale), /500 reads failed/);
});

test('a locked store is locked by its readers, another one has no lock', () => {
  const node = (switches: Record<string, string>, acquisitions: number, name = 'apply_lock'): NodeWindow =>
    leader({
      config: { labStore: 'skip-list', labLock: 'none', ...switches },
      locks: acquisitions === 0 ? [] : [{ ...lock, name, acquisitions }],
    });
  const state = { labLock: 'state' };
  holds(() => proveStore('locked-skip-list', node(state, 100), 100));
  fails(() => proveStore('locked-skip-list', node(state, 5), 100), /taken 5 times for 100 reads/);
  fails(() => proveStore('locked-skip-list', node(state, 100, 'log_lock'), 100), /its locks are log_lock/);
  fails(() => proveStore('locked-skip-list', node({}, 100), 100), /labLock is none/);
  holds(() => proveStore('skip-list', node({}, 0), 100));
  fails(() => proveStore('skip-list', node({}, 9), 100), /its locks are apply_lock/);
  fails(() => proveStore('ordered-map', node({}, 0), 100), /labStore is skip-list/);
});

test('a window of errors is no measurement', () => {
  const operations = { total: 100, ok: 100, put: 100, get: 0 };
  holds(() => checkAnswers('arm', { operations, errors: [{ kind: 'timeout', count: 1 }] }));
  for (const errors of [[{ kind: 'timeout', count: 10 }]])
    assert.throws(
      () => checkAnswers('arm', { operations, errors }),
      /10 of 110 requests failed \(10 timeout\)/,
    );
  assert.throws(() => checkAnswers('arm', { operations: { ...operations, ok: 0 }, errors: [] }), /0 of 0/);
});
