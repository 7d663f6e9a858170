import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EntryType } from '../consensus/messages.js';
import { StrataError } from '../errors.js';
import { decodeCommand, encodeCommand } from '../state/command-codec.js';
import type { StateMachine } from '../state/state-machine.js';
import { ClusterTime } from './cluster-time.js';
import { ExpiryDriver } from './expiry-driver.js';
import { deskContext, LIMITS } from './testing/desk-context.js';

const MS = 1e6;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function stamp(machine: StateMachine, clockMs: number): void {
  machine.apply(machine.appliedIndex + 1, encodeCommand({ kind: 'expire-due' }, clockMs, LIMITS));
}

function put(machine: StateMachine, key: string, ttl: number, clockMs: number): void {
  const op = {
    kind: 'put',
    key: bytes(key),
    value: bytes('v'),
    ttl,
    condition: null,
    returnPrevious: false,
  } as const;
  const data = encodeCommand({ kind: 'batch', ops: [op], session: null }, clockMs, LIMITS);
  machine.apply(machine.appliedIndex + 1, data);
}

describe('cluster time', () => {
  it('goes on with the monotonic clock from the newest stamp applied, and never back', () => {
    const context = deskContext({}, { leadingTerm: 1 });
    stamp(context.machine, 5_000);
    const time = new ClusterTime(context, 100 * MS);
    assert.equal(time.nowMs(100 * MS), 5_000);
    assert.equal(time.nowMs(350.7 * MS), 5_250);
    stamp(context.machine, 5_100);
    assert.equal(time.nowMs(360 * MS), 5_260, 'a stamp behind its own estimate changes nothing');
    stamp(context.machine, 9_000);
    assert.equal(time.nowMs(370 * MS), 9_000);
    assert.equal(time.nowMs(380 * MS), 9_010);
  });

  it('A2.11 counts slower while it follows, so that a clock that runs fast does not let keys expire early once it leads', () => {
    const context = deskContext();
    const time = new ClusterTime(context, 0);
    const dayMs = 86_400_000;
    // 500 ppm fast against a leader that is 400 ppm slow, with a stamp a minute.
    let leaderMs = 0;
    for (let trueMs = 60_000; trueMs <= dayMs; trueMs += 60_000) {
      leaderMs = Math.floor(trueMs * 0.9996);
      stamp(context.machine, leaderMs);
      assert.equal(time.nowMs(trueMs * 1.0005 * MS), leaderMs);
    }
    context.leadingTerm = 1;
    assert.equal(
      time.nowMs((dayMs + 10_000) * 1.0005 * MS),
      leaderMs + 10_005,
      'who leads counts as its clock does',
    );
  });

  it('A2.11 goes back with a leader that was started anew, or what that one stamps would be due at once where the next leader counts', () => {
    const time = new ClusterTime(deskContext({}, { leadingTerm: 1 }), 0);
    assert.equal(time.nowMs(3_600_000 * MS), 3_600_000);
    const stamped = encodeCommand({ kind: 'expire-due' }, 5_000, LIMITS);
    const registration = { kind: 'register-storage', node: 1, storageId: 'd' } as const;
    const entries = [stamped, encodeCommand(registration, 40, LIMITS), new Uint8Array(0)].map((data, at) => ({
      index: at + 1,
      term: 1,
      type: EntryType.Normal,
      data,
    }));
    time.follow(entries, 3_600_000 * MS);
    assert.equal(time.nowMs(3_600_010 * MS), 5_010, 'by the newest command with the time of a leader');
    time.follow(entries.slice(1), 3_600_020 * MS);
    assert.equal(time.nowMs(3_600_020 * MS), 5_020, 'entries without a stamp say nothing');
    time.beginAnew(3_600_030 * MS);
    assert.equal(time.nowMs(3_600_030 * MS), 0, 'a state without a stamp says that there was none');
  });

  it('A2.11 a process that stood still for an hour is an hour behind, not lost: the next stamp brings it back', () => {
    const context = deskContext();
    const time = new ClusterTime(context, 0);
    stamp(context.machine, 3_600_000);
    assert.equal(time.nowMs(1 * MS), 3_600_000);
  });

  it('says at least a millisecond of a key that is due and not removed yet', () => {
    const context = deskContext({}, { leadingTerm: 1 });
    const time = new ClusterTime(context, 0);
    assert.equal(time.ttlMs(0, 5 * MS), null);
    assert.equal(time.ttlMs(100, 40 * MS), 60);
    assert.equal(time.ttlMs(100, 500 * MS), 1);
  });
});

describe('expiry', () => {
  it('is proposed by the leader alone, once the earliest deadline is due, one entry at a time', () => {
    const proposed: Uint8Array[] = [];
    const context = deskContext();
    Object.assign(context, {
      raw: { propose: (data: Uint8Array) => context.machine.appliedIndex + proposed.push(data) },
    });
    const { machine } = context;
    const time = new ClusterTime(context, 0);
    const expiry = new ExpiryDriver(context, time);
    const applyProposed = (): void => {
      machine.apply(machine.appliedIndex + 1, proposed.pop()!);
    };
    put(machine, 'a', 100, 0);
    expiry.run(200 * MS);
    assert.equal(proposed.length, 0, 'a follower waits for the leader');
    context.leadingTerm = 1;
    expiry.run(99 * MS);
    assert.equal(proposed.length, 0, 'not due');
    expiry.run(101 * MS);
    expiry.run(150 * MS);
    assert.equal(proposed.length, 1);
    const { command, clockMs } = decodeCommand(proposed[0]!);
    assert.deepEqual([command.kind, clockMs], ['expire-due', 101]);
    applyProposed();
    assert.equal(machine.get(bytes('a')), undefined);
    assert.equal(machine.nextExpiryMs, null);
    expiry.run(1e6 * MS);
    assert.equal(proposed.length, 0, 'no key with a deadline, nothing to do');

    for (let count = 0; count < 1_500; count++) put(machine, `k${count}`, 10, 200);
    expiry.run(2e6 * MS);
    applyProposed();
    assert.equal(machine.keyCount, 500);
    expiry.run(2e6 * MS);
    applyProposed();
    assert.equal(machine.keyCount, 0, 'as many entries as it takes');
  });

  it('tries again after a refusal, and anew in another term', () => {
    let count = 0;
    let refuses = true;
    const context = deskContext();
    const raw = {
      propose: () => {
        if (refuses) throw new StrataError('STRATA_PROPOSAL_DROPPED', { reason: 'test' });
        count += 1;
        return 1_000;
      },
    };
    Object.assign(context, { raw, leadingTerm: 1 });
    put(context.machine, 'a', 10, 0);
    const expiry = new ExpiryDriver(context, new ClusterTime(context, 0));
    expiry.run(50 * MS);
    refuses = false;
    expiry.run(60 * MS);
    expiry.run(70 * MS);
    assert.equal(count, 1);
    context.leadingTerm = 3;
    expiry.run(80 * MS);
    assert.equal(count, 2, 'what another term proposed may be lost');
  });
});
