import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ErrorCode, StrataError } from '../../errors.js';
import type { ReadResult, WriteResult } from '../../ports/key-value-service.js';
import type { CommandResult, QueryResult } from '../../state/vocabulary.js';
import type { ClientPlan } from '../plan.js';
import { Violation } from '../violation.js';
import { createClients } from './index.js';
import { failureOf } from './outcome.js';
import { type Meddling, OneNodeWorld } from './testing/one-node-world.js';

const MIXED: Partial<ClientPlan> = {
  count: 4,
  keys: 6,
  reads: 0.3,
  leaseReads: 0.1,
  compareAndSets: 0.1,
  increments: 0.15,
  expiring: 0.1,
  transactions: 0.15,
};

function run(plan: Partial<ClientPlan>, meddling: Meddling = () => false) {
  const world = new OneNodeWorld(plan);
  world.meddling = meddling;
  const clients = createClients(world);
  clients.start();
  world.pass(1_500);
  clients.stop();
  world.pass(100);
  assert.equal(clients.pending, 0);
  let passed = 0;
  for (; !clients.finalCheck() && passed < 4_000; passed += 10) {
    // Keys with a time to live end with the next command.
    world.write({ kind: 'expire-due' });
    world.pass(10);
  }
  return { world, clients, isServed: passed < 4_000 };
}

function finds(plan: Partial<ClientPlan>, check: string, meddle: (world: OneNodeWorld) => Meddling): void {
  const world = new OneNodeWorld(plan);
  world.meddling = meddle(world);
  const clients = createClients(world);
  assert.throws(
    () => {
      clients.start();
      world.pass(4_000);
      clients.stop();
      world.pass(100);
      for (let passed = 0; !clients.finalCheck() && passed < 2_000; passed += 10) world.pass(10);
    },
    (error) => {
      assert.ok(error instanceof Violation, `another error: ${(error as Error).stack}`);
      assert.equal(error.check, check);
      return true;
    },
  );
}

describe('clients of a cluster that is right', () => {
  it('are content with it, and have done something of everything', () => {
    const { clients, isServed } = run(MIXED);
    assert.ok(isServed);
    for (const name of [
      'put',
      'append',
      'read',
      'lease read',
      'stale read',
      'scan',
      'compare-and-set',
      'increment',
      'repeated increment',
      'shared increment',
      'expiring put',
      'delete',
      'own read',
      'transaction',
      'pair read',
      'final read',
    ])
      assert.ok((clients.counts[`${name} ok`] ?? 0) > 0, name);
  });

  it('record every operation on registers: one at a time of each process, and none after an unknown end', () => {
    let count = 0;
    const { clients } = run(MIXED, (_kind, _request, done) => {
      count += 1;
      if (count % 17 === 0) return true;
      if (count % 23 !== 0) return false;
      done(new StrataError('STRATA_NO_LEADER'), null);
      return true;
    });
    const open = new Set<number>();
    const gone = new Set<number>();
    for (const { process, type } of clients.history) {
      assert.equal(gone.has(process), false);
      if (type === 'invoke') assert.equal(open.has(process), false);
      else assert.equal(open.has(process), true);
      if (type === 'invoke') open.add(process);
      else open.delete(process);
      if (type === 'info') gone.add(process);
    }
    const types = new Set(clients.history.map(({ type }) => type));
    assert.deepEqual([...types].sort(), ['fail', 'info', 'invoke', 'ok']);
    const times = clients.history.map(({ time }) => time);
    assert.ok(times.every((time, at) => at === 0 || times[at - 1]! <= time));
  });
});

describe('clients of a cluster that lies', () => {
  it('find an acknowledged put that never took effect', () => {
    finds({ reads: 0.5 }, 'lost acknowledged write', (world) => (kind, _request, done) => {
      if (kind !== 'put') return false;
      const revision = world.machine.revision + 1;
      done(null, { revision, changed: false } satisfies WriteResult);
      return true;
    });
  });

  it('A2.43 find a lease read that is stale', () => {
    let old: ReadResult | null = null;
    finds({ leaseReads: 0.5, keys: 1 }, 'stale read', (world) => (kind, request, done) => {
      if (kind !== 'get') return false;
      if (old === null && world.machine.revision > 3) {
        const { value, revision } = world.machine.get(request as Uint8Array)!;
        old = { value, revision, ttlMs: null, appliedIndex: 1e6 };
      }
      if (old === null) return false;
      done(null, old);
      return true;
    });
  });

  it('find an effect after an error that says there is none', () => {
    let count = 0;
    finds({ reads: 0.5 }, 'no effect', (world) => (kind, request, done) => {
      count += 1;
      if (kind !== 'write' || count < 50) return false;
      world.write(request as never);
      done(new StrataError('STRATA_PROPOSAL_DROPPED', { reason: 'it did all the same' }), null);
      return true;
    });
  });

  it('A2.41 find an increment that was applied twice, with a session and without', () => {
    for (const increments of [0.5, 1]) {
      finds({ increments }, 'exactly once', (world) => (kind, request, done) => {
        if (kind !== 'write') return false;
        const command = { ...(request as { kind: string; session: unknown }) };
        if (command.kind !== 'batch' || world.machine.revision < 20) return false;
        const twice = { ...command, session: null } as never;
        world.write(twice);
        done(null, world.write(twice));
        return true;
      });
    }
  });

  it('A2.45 are not content with a node that lives and owes an answer', () => {
    let count = 0;
    const { isServed } = run({}, () => {
      count += 1;
      return count === 20;
    });
    assert.equal(isServed, false);
  });

  it('find half a transaction', () => {
    finds({ transactions: 1 }, 'atomicity', (world) => (kind, request, done) => {
      const command = request as { kind: string; success: unknown[] };
      if (kind !== 'write' || world.machine.revision < 10) return false;
      const half = { ...command, success: command.success.slice(0, 1) };
      const result = world.write(half as never) as CommandResult;
      done(null, { ...result, results: [result.results[0]!, result.results[0]!] });
      return true;
    });
  });

  it('find a key that ended before its time', () => {
    finds({ expiring: 1 }, 'own key', (world) => (kind, _request, done) => {
      if (kind !== 'get' || world.machine.revision < 5) return false;
      const { appliedIndex } = world.machine;
      done(null, { value: null, revision: 0, ttlMs: null, appliedIndex } satisfies ReadResult);
      return true;
    });
  });

  it('find a range that leaves a key out', () => {
    finds({ reads: 0.5, keys: 6, count: 4 }, 'stale read', (world) => (kind, request, done) => {
      if (kind !== 'query' || world.machine.revision < 20) return false;
      const result = world.query(request as never) as QueryResult;
      done(null, { ...result, items: result.items.slice(1) });
      return true;
    });
  });

  it('find a second answer, an answer of nothing, and one that nothing they did may have', () => {
    finds({}, 'one answer', () => (_kind, _request, done) => {
      done(null, { revision: 1, changed: true });
      done(null, { revision: 1, changed: true });
      return true;
    });
    finds({}, 'one answer', () => (_kind, _request, done) => {
      done(null, null);
      return true;
    });
    finds({}, 'expected answer', () => (_kind, _request, done) => {
      done(new StrataError('STRATA_KEY_EMPTY'), null);
      return true;
    });
  });
});

describe('what an error says of the effect', () => {
  it('is nothing, for those that come before a proposal', () => {
    const codes: ErrorCode[] = [
      'STRATA_NO_LEADER',
      'STRATA_NOT_LEADER',
      'STRATA_PEER_UNREACHABLE',
      'STRATA_OVERLOADED',
    ];
    for (const code of codes) assert.equal(failureOf(new StrataError(code)), 'fail', code);
  });

  it('is unknown, for those that may come after one', () => {
    const codes: ErrorCode[] = [
      'STRATA_TIMEOUT',
      'STRATA_LEADERSHIP_LOST',
      'STRATA_PEER_LOST',
      'STRATA_SHUTTING_DOWN',
    ];
    for (const code of codes) assert.equal(failureOf(new StrataError(code)), 'info', code);
  });

  it('is not to be asked of what has no code', () => {
    assert.throws(() => failureOf(new Error('x')), Violation);
  });
});
