import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StrataError } from '../errors.js';
import type { WatchObserver } from '../ports/key-value-service.js';
import { encodeCommand, encodeDelete, encodePut } from '../state/command-codec.js';
import { StateMachine } from '../state/state-machine.js';
import type { ChangeEvent, Op } from '../state/vocabulary.js';
import type { ServiceLimits } from './runtime-options.js';
import { type DeskContext, deskContext, LIMITS } from './testing/desk-context.js';
import { WatchHub } from './watch-hub.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (data: Uint8Array): string => new TextDecoder().decode(data);
const SECOND_NS = 1e9;

/** What one watch was told, as text: `put a@3`, one line per call. */
class Listener implements WatchObserver {
  readonly calls: string[] = [];
  readonly progress: number[] = [];
  closed: StrataError | null = null;
  takesMore = true;

  onEvents(events: readonly ChangeEvent[]): boolean {
    assert.equal(this.closed, null, 'told after its end');
    this.calls.push(events.map(({ type, key, revision }) => `${type} ${text(key)}@${revision}`).join(' '));
    return this.takesMore;
  }

  onProgress(revision: number): void {
    this.progress.push(revision);
  }

  onClose(error: Error): void {
    assert.ok(error instanceof StrataError && this.closed === null);
    this.closed = error;
  }
}

class Fixture {
  readonly context: DeskContext;
  readonly hub: WatchHub;

  constructor(limits: Partial<ServiceLimits> = {}) {
    this.context = deskContext(limits);
    this.hub = new WatchHub(this.context);
  }

  /** Applies commands as one batch. */
  apply(...commands: readonly Uint8Array[]): void {
    for (const data of commands) this.context.machine.apply(this.context.machine.appliedIndex + 1, data);
    this.hub.onApplied();
  }

  put(...keys: readonly string[]): void {
    this.apply(...keys.map((key) => encodePut(bytes(key), bytes('v'))));
  }

  batch(...keys: readonly string[]): Uint8Array {
    const ops = keys.map((key): Op => {
      return {
        kind: 'put',
        key: bytes(key),
        value: bytes('v'),
        ttl: null,
        condition: null,
        returnPrevious: false,
      };
    });
    return encodeCommand({ kind: 'batch', ops, session: null }, 0, LIMITS);
  }

  watch(start = 'a', end: string | null = null, fromRevision = 0) {
    const listener = new Listener();
    const handle = this.hub.open(
      { start: bytes(start), end: end === null ? null : bytes(end), fromRevision },
      listener,
    );
    return { listener, handle };
  }
}

describe('watches', () => {
  it('are told the changes of their range, in order, whole commands in one call', () => {
    const fixture = new Fixture();
    fixture.put('a');
    const all = fixture.watch();
    const some = fixture.watch('b', 'd');
    assert.equal(all.handle.revision, 1);
    fixture.apply(
      encodePut(bytes('b'), bytes('1')),
      fixture.batch('c', 'd', 'a'),
      encodeDelete(bytes('b')),
      encodeDelete(bytes('nothing')),
    );
    assert.deepEqual(all.listener.calls, ['put b@2 put c@3 put d@3 put a@3 delete b@4']);
    assert.deepEqual(some.listener.calls, ['put b@2 put c@3 delete b@4']);
    fixture.put('x');
    assert.deepEqual(some.listener.calls.length, 1, 'nothing for it, no call');
  });

  it('cost nothing before the first: the history begins with it', () => {
    const fixture = new Fixture();
    fixture.put('a', 'b');
    assert.equal(fixture.context.machine.collectsEvents, false);
    assert.throws(() => fixture.watch('a', null, 1), {
      code: 'STRATA_REVISION_COMPACTED',
      details: { oldest: 3 },
    });
    const { listener } = fixture.watch('a', null, 3);
    fixture.put('c');
    assert.deepEqual(listener.calls, ['put c@3']);
    const always = new Fixture({ watchHistory: 'always' });
    always.put('a', 'b');
    const early = always.watch('a', null, 1);
    always.hub.run();
    assert.deepEqual(early.listener.calls, ['put a@1 put b@2']);
  });

  it('resume from a revision: what was missed first, then what comes, nothing twice', () => {
    const fixture = new Fixture();
    fixture.watch();
    fixture.put('a', 'b', 'c');
    const late = fixture.watch('a', null, 2);
    assert.deepEqual(late.listener.calls, [], 'not before the call has returned');
    assert.equal(fixture.context.scheduled.count, 1);
    fixture.put('d');
    fixture.hub.run();
    fixture.put('e');
    assert.deepEqual(late.listener.calls, ['put b@2 put c@3 put d@4', 'put e@5']);
    assert.throws(() => fixture.watch('a', null, 7), {
      code: 'STRATA_REVISION_FUTURE',
      details: { actual: 7, revision: 5 },
    });
  });

  it('resume in parts that never split a command', () => {
    const fixture = new Fixture({ watchHistoryEvents: 50_000, watchHistoryBytesMax: 1 << 28 });
    fixture.watch();
    for (let count = 0; count < 30; count++)
      fixture.apply(fixture.batch(...Array.from({ length: 700 }, (_, at) => `k${at}`)));
    const { listener } = fixture.watch('a', null, 1);
    let turns = 0;
    for (; fixture.context.scheduled.count > turns; turns++) fixture.hub.run();
    assert.ok(turns > 1, 'not all in one turn');
    const revisions = listener.calls.map(
      (call) => new Set(call.split(' ').filter((word) => word.includes('@'))),
    );
    const told = listener.calls.join(' ').split(' ').length / 2;
    assert.equal(told, 30 * 700);
    const seen = new Set<string>();
    for (const call of revisions) {
      for (const word of call) {
        const revision = word.split('@')[1]!;
        assert.ok(!seen.has(revision), `revision ${revision} is told in two calls`);
      }
      for (const word of call) seen.add(word.split('@')[1]!);
    }
  });

  it('A2.44 that are slow are kept back for, up to a limit, and then ended with the revision to resume from', () => {
    const fixture = new Fixture({ watchBacklogEvents: 3 });
    const { listener, handle } = fixture.watch();
    const other = fixture.watch();
    listener.takesMore = false;
    fixture.put('a');
    fixture.put('b', 'c');
    fixture.put('d');
    assert.deepEqual(listener.calls, ['put a@1']);
    listener.takesMore = true;
    handle.resume();
    fixture.hub.run();
    assert.deepEqual(listener.calls, ['put a@1', 'put b@2 put c@3 put d@4'], 'nothing is lost');
    listener.takesMore = false;
    fixture.put('e');
    fixture.put('f', 'g', 'h');
    assert.equal(listener.closed, null);
    fixture.put('i');
    assert.equal(listener.closed!.code, 'STRATA_WATCH_TOO_SLOW');
    assert.deepEqual(listener.closed!.details, { actual: 4, limit: 3, revision: 6 });
    assert.equal(fixture.hub.size, 1);
    assert.equal(other.listener.calls.length, 6, 'the others did not notice');
    handle.resume();
    handle.cancel();
    fixture.hub.run();
  });

  it('that are paused while others change miss nothing and are not ended for what is not theirs', () => {
    const fixture = new Fixture({ watchBacklogEvents: 3, watchHistoryEvents: 8 });
    const { listener, handle } = fixture.watch('m', 'n');
    listener.takesMore = false;
    fixture.put('m');
    for (let count = 0; count < 50; count++) fixture.put('x', 'y');
    listener.takesMore = true;
    fixture.put('m1');
    handle.resume();
    fixture.hub.run();
    assert.deepEqual(listener.calls, ['put m@1', 'put m1@102']);
  });

  it('that the history has left behind are ended', () => {
    const fixture = new Fixture({ watchHistoryEvents: 4 });
    const { listener } = fixture.watch();
    listener.takesMore = false;
    fixture.put('a');
    fixture.put('b', 'c', 'd', 'e');
    assert.equal(listener.closed, null);
    fixture.put('f');
    assert.equal(listener.closed!.code, 'STRATA_WATCH_TOO_SLOW');
    assert.equal(listener.closed!.details.revision, 2);
  });

  it('hear about once a second how far they are, while nothing happens, and not before they caught up', () => {
    const fixture = new Fixture();
    const { listener } = fixture.watch();
    const slow = fixture.watch();
    fixture.hub.onTick(SECOND_NS);
    slow.listener.takesMore = false;
    fixture.put('a');
    fixture.hub.onTick(1.5 * SECOND_NS);
    assert.deepEqual(listener.progress, [0]);
    fixture.hub.onTick(2 * SECOND_NS);
    assert.deepEqual(listener.progress, [0], 'it was told something in this second');
    fixture.hub.onTick(3 * SECOND_NS);
    fixture.hub.onTick(4 * SECOND_NS);
    assert.deepEqual(listener.progress, [0, 1, 1]);
    assert.deepEqual(slow.listener.progress, [0]);
  });

  it('end with STRATA_REVISION_COMPACTED when a snapshot jumped over what they wait for, and only then', () => {
    const fixture = new Fixture();
    const { listener } = fixture.watch();
    fixture.put('a');
    const same = new StateMachine();
    same.apply(1, encodePut(bytes('a'), bytes('v')));
    fixture.context.machine = same;
    fixture.hub.onInstalled();
    assert.equal(listener.closed, null, 'the snapshot held what it knows');
    fixture.put('b');
    assert.deepEqual(listener.calls, ['put a@1', 'put b@2']);
    const later = new StateMachine();
    for (let index = 1; index <= 9; index++) later.apply(index, encodePut(bytes('a'), bytes('v')));
    fixture.context.machine = later;
    fixture.hub.onInstalled();
    assert.equal(listener.closed!.code, 'STRATA_REVISION_COMPACTED');
    assert.deepEqual(listener.closed!.details, { oldest: 10 });
    fixture.watch('a', null, 10);
    assert.throws(() => fixture.watch('a', null, 9), { code: 'STRATA_REVISION_COMPACTED' });
  });

  it('are limited in number, end with the node, and may be given up at any moment', () => {
    const fixture = new Fixture({ watchesMax: 2 });
    const first = fixture.watch();
    const second = fixture.watch();
    assert.throws(() => fixture.watch(), { code: 'STRATA_WATCHES_TOO_MANY', details: { limit: 2 } });
    first.listener.onEvents = () => {
      first.handle.cancel();
      second.handle.cancel();
      return false;
    };
    fixture.put('a');
    assert.deepEqual(second.listener.calls, [], 'cancelled before its turn');
    assert.equal(fixture.hub.size, 0);
    const third = fixture.watch();
    fixture.hub.closeAll(new StrataError('STRATA_SHUTTING_DOWN'));
    assert.equal(third.listener.closed!.code, 'STRATA_SHUTTING_DOWN');
    assert.equal(fixture.hub.size, 0);
  });

  it('leave no cost behind: ten minutes after the last one no more changes are made or kept', () => {
    const fixture = new Fixture();
    fixture.watch().handle.cancel();
    fixture.hub.onTick(1 * SECOND_NS);
    fixture.hub.onTick(600 * SECOND_NS);
    assert.equal(fixture.context.machine.collectsEvents, true);
    fixture.watch().handle.cancel();
    const { handle } = fixture.watch();
    fixture.hub.onTick(700 * SECOND_NS);
    handle.cancel();
    fixture.hub.onTick(701 * SECOND_NS);
    fixture.hub.onTick(1_300 * SECOND_NS);
    assert.equal(fixture.context.machine.collectsEvents, true, 'counted from the last one');
    fixture.hub.onTick(1_301 * SECOND_NS);
    assert.equal(fixture.context.machine.collectsEvents, false);
    fixture.put('a');
    fixture.watch('a', null, 2);
  });
});
