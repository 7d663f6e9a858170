import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ErrorCode, StrataError } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { Transport } from '../ports/transport.js';
import { decodeCommand, encodeCommand, encodePut } from '../state/command-codec.js';
import type { CommandResult, SessionRef } from '../state/vocabulary.js';
import { Admission } from './admission.js';
import { encodeCommandAnswer, encodeError } from './forward-codec.js';
import type { LocalWrite } from './forwarded-write.js';
import type { NodeContext } from './node-context.js';
import { createNodeMetrics } from './node-metrics.js';
import { deskContext, LIMITS } from './testing/desk-context.js';
import { WriteForwarder } from './write-forwarder.js';

const TIMEOUT_MS = 1_000;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const result = (more: Partial<CommandResult> = {}): CommandResult => ({
  revision: 1,
  succeeded: true,
  results: [{ status: 'ok', changed: true, value: null, revision: 1, count: 0 }],
  session: 0,
  sessionFault: null,
  ...more,
});

/** An attempt as the leader sees it: which write under which session and number. */
interface Attempt {
  readonly to: number;
  readonly name: string;
  readonly ref: SessionRef | null;
  readonly settledTo: number;
  readonly data: Uint8Array;
  answer(of: CommandResult | ErrorCode): void;
}

/** A forwarder whose leader is the test. */
class Bench {
  readonly attempts: Attempt[] = [];
  readonly answers: string[] = [];
  readonly raw = { leader: 1, term: 1, role: 'follower', commitIndex: 0 };
  readonly context: NodeContext;
  readonly admission: Admission;
  readonly forwarder: WriteForwarder;
  here: readonly LocalWrite[] = [];
  nowMs = 0;

  constructor() {
    const clock = { nowNs: () => this.nowMs * 1e6 };
    const transport: Pick<Transport, 'request'> = {
      request: (to, _method, data, done) => {
        this.#attempt(to, data, (of) => {
          if (typeof of !== 'string') done(null, encodeCommandAnswer(of));
          else if (of === 'STRATA_PEER_LOST') done(new StrataError(of, { node: to }), null);
          else done(null, encodeError(new StrataError(of)));
        });
      },
    };
    const base = deskContext();
    this.context = Object.assign(base, {
      id: 2,
      raw: this.raw,
      clock: clock as Clock,
      transport,
      operationTimeoutMs: TIMEOUT_MS,
      nodeMetrics: createNodeMetrics(base.metrics),
    }) as unknown as NodeContext;
    this.admission = new Admission(this.context);
    this.forwarder = new WriteForwarder(this.context, this.admission);
  }

  #attempt(to: number, data: Uint8Array, answer: Attempt['answer']): void {
    const { command, once } = decodeCommand(data);
    const request = command.kind === 'batch' ? command : null;
    const op = request?.ops[0];
    const name = op === undefined ? command.kind : new TextDecoder().decode(op.key);
    this.attempts.push({
      to,
      name,
      ref: request?.session ?? null,
      settledTo: once?.settledTo ?? -1,
      data,
      answer,
    });
  }

  pass(name: string, more: { session?: SessionRef; doubt?: StrataError } = {}): void {
    const { session = null, doubt = null } = more;
    const ops = [{ kind: 'delete', key: bytes(name), condition: null, returnPrevious: false }] as const;
    const data =
      session === null
        ? encodePut(bytes(name), bytes('1'))
        : encodeCommand({ kind: 'batch', ops, session }, 0, LIMITS);
    assert.equal(this.admission.enter(data.length), null);
    this.forwarder.pass({
      op: session === null ? 'put' : 'command',
      data,
      session,
      bytes: data.length,
      deadlineNs: (this.nowMs + TIMEOUT_MS) * 1e6,
      doubt,
      done: (error, outcome) => {
        const code = error instanceof StrataError ? error.code : null;
        this.answers.push(`${name} ${code ?? (outcome !== null ? 'ok' : 'nothing')}`);
      },
    });
  }

  /** A turn of the loop, `ms` later. Gives the attempts it made. */
  run(ms = 0): string[] {
    this.nowMs += ms;
    const before = this.attempts.length;
    this.here = this.forwarder.run(this.nowMs * 1e6);
    for (const { data, done } of this.here)
      this.#attempt(2, data, (of) =>
        typeof of === 'string' ? done(new StrataError(of), null) : done(null, of),
      );
    return this.attempts.slice(before).map(({ to, name }) => `${name}>${to}`);
  }

  /** The newest attempt of this write. */
  last(name: string): Attempt {
    return this.attempts.findLast((attempt) => attempt.name === name)!;
  }

  open(session: number): void {
    this.last('open-session').answer(result({ session, results: [] }));
    this.run();
  }

  expire(ms: number): void {
    this.nowMs += ms;
    this.forwarder.expire(this.nowMs * 1e6, new StrataError('STRATA_TIMEOUT', { limitMs: TIMEOUT_MS }));
  }

  assertIdle(): void {
    assert.deepEqual([this.forwarder.size, this.admission.requests, this.admission.bytes], [0, 0, 0]);
  }
}

/** A forwarder with session 7 and these writes under way. */
function underWay(...names: readonly string[]): Bench {
  const bench = new Bench();
  for (const name of names) bench.pass(name);
  bench.run();
  bench.open(7);
  assert.deepEqual(
    bench.attempts.slice(1).map(({ name }) => name),
    names,
  );
  return bench;
}

describe('passing writes on', () => {
  it('A2.41 keeps session and number of a write through all attempts, and tells what is settled', () => {
    const bench = underWay('a', 'b', 'c');
    assert.deepEqual(
      bench.attempts.slice(1).map(({ ref, settledTo }) => [ref, settledTo]),
      [1, 2, 3].map((sequence) => [{ session: 7, sequence }, 0]),
    );
    bench.last('a').answer(result());
    bench.last('c').answer(result());
    bench.last('b').answer('STRATA_PEER_LOST');
    assert.deepEqual(bench.run(19), []);
    assert.deepEqual(bench.run(1), ['b>1']);
    assert.deepEqual(bench.last('b').ref, { session: 7, sequence: 2 });
    bench.pass('d');
    assert.deepEqual([bench.last('d').ref?.sequence, bench.last('d').settledTo], [4, 1]);
    for (const name of ['b', 'd']) bench.last(name).answer(result());
    assert.deepEqual(bench.answers, ['a ok', 'c ok', 'b ok', 'd ok']);
    bench.pass('e');
    assert.equal(bench.last('e').settledTo, 4);
    bench.last('e').answer(result());
    bench.assertIdle();
  });

  it('keeps the order of arrival: what comes while one is held waits behind it', () => {
    const bench = underWay('a', 'b');
    bench.last('b').answer('STRATA_NOT_LEADER');
    bench.pass('c');
    bench.last('a').answer('STRATA_LEADERSHIP_LOST');
    assert.deepEqual(bench.run(10), []);
    assert.deepEqual(bench.run(10), ['a>1', 'b>1', 'c>1']);
    bench.pass('d');
    assert.equal(bench.last('d').to, 1, 'nothing is held any more');
  });

  it('answers a refused write behind which another took effect, and waits until that is known', () => {
    const bench = underWay('a', 'b');
    bench.last('a').answer('STRATA_PROPOSAL_DROPPED');
    assert.deepEqual(bench.run(500), [], 'b is under way');
    bench.last('b').answer(result());
    assert.deepEqual(bench.run(), []);
    assert.deepEqual(bench.answers, ['b ok', 'a STRATA_PROPOSAL_DROPPED']);
    bench.assertIdle();
  });

  it('A2.42 asks a new leader at once for all that is under way elsewhere; of older attempts only a success counts', () => {
    const bench = underWay('a', 'b', 'c');
    const [a, c] = [bench.last('a'), bench.last('c')];
    bench.raw.leader = 0;
    assert.deepEqual(bench.run(5), []);
    Object.assign(bench.raw, { leader: 3, term: 2 });
    assert.deepEqual(bench.run(), ['a>3', 'b>3', 'c>3']);
    a.answer(result());
    c.answer('STRATA_OVERLOADED');
    assert.deepEqual([bench.answers, bench.run(500)], [['a ok'], []]);
    bench.last('a').answer(result());
    bench.last('b').answer(result());
    bench.last('c').answer(result());
    assert.deepEqual(bench.answers, ['a ok', 'b ok', 'c ok'], 'each once');
    bench.assertIdle();
  });

  it('answers what a leader refuses for other reasons, unless an attempt before may have taken effect', () => {
    const bench = underWay('a', 'b');
    bench.last('a').answer('STRATA_STATE_FULL');
    assert.deepEqual(bench.answers, ['a STRATA_STATE_FULL']);
    bench.last('b').answer('STRATA_TIMEOUT');
    bench.run(20);
    bench.last('b').answer('STRATA_STATE_FULL');
    bench.run(40);
    bench.last('b').answer(result());
    assert.deepEqual(bench.answers, ['a STRATA_STATE_FULL', 'b ok']);
  });

  it('A2.42 proposes here when this node leads: a copy each time, which the log may keep', () => {
    const bench = underWay('a');
    Object.assign(bench.raw, { leader: 2, term: 2, role: 'leader' });
    assert.deepEqual(bench.run(), ['a>2']);
    const [first] = bench.here;
    bench.last('a').answer('STRATA_LEADERSHIP_LOST');
    Object.assign(bench.raw, { leader: 2, term: 4 });
    assert.deepEqual(bench.run(), ['a>2']);
    assert.deepEqual(bench.here[0]!.data, first!.data);
    assert.notEqual(bench.here[0]!.data, first!.data);
    assert.deepEqual(bench.last('a').ref, { session: 7, sequence: 1 });
    bench.last('a').answer(result());
    bench.assertIdle();
  });

  it('waits longer from time to time, and again a short time after a success', () => {
    const bench = underWay('a');
    for (const pauseMs of [20, 40, 80, 160, 200, 200]) {
      bench.last('a').answer('STRATA_NO_LEADER');
      assert.deepEqual(bench.run(pauseMs - 1), []);
      assert.deepEqual(bench.run(1), ['a>1'], `after ${pauseMs} ms`);
    }
    bench.last('a').answer(result());
    bench.pass('b');
    bench.last('b').answer('STRATA_NO_LEADER');
    assert.deepEqual(bench.run(20), ['b>1']);
  });

  it('tells at the deadline what is known: refused, of unknown outcome, or neither', () => {
    const bench = underWay('a', 'b', 'c', 'd');
    bench.last('a').answer('STRATA_NO_LEADER');
    bench.last('b').answer('STRATA_PEER_LOST');
    bench.last('c').answer('STRATA_PEER_LOST');
    bench.last('d').answer('STRATA_PEER_LOST');
    bench.run(20);
    bench.last('a').answer('STRATA_NO_LEADER');
    bench.last('b').answer('STRATA_NO_LEADER');
    bench.last('d').answer('STRATA_OVERLOADED');
    bench.expire(TIMEOUT_MS);
    assert.deepEqual(bench.answers, [
      'a STRATA_NO_LEADER',
      'b STRATA_PEER_LOST',
      'c STRATA_TIMEOUT',
      'd STRATA_PEER_LOST',
    ]);
    bench.assertIdle();
  });
});

describe('the own session', () => {
  it('A2.41 that is not known or too old: another one for what had no effect, else an unknown outcome', () => {
    for (const sessionFault of ['expired', 'stale'] as const) {
      const bench = underWay('a', 'b');
      bench.last('b').answer('STRATA_PEER_LOST');
      bench.last('a').answer(result({ sessionFault }));
      assert.deepEqual(bench.run(20), sessionFault === 'expired' ? ['open-session>1'] : ['a>1', 'b>1']);
      if (sessionFault === 'expired') bench.open(9);
      bench.last('b').answer(result({ sessionFault }));
      const expected = { expired: { session: 9, sequence: 1 }, stale: { session: 7, sequence: 3 } };
      assert.deepEqual(bench.last('a').ref, expected[sessionFault]);
      assert.deepEqual(bench.last('b').ref, { session: 7, sequence: 2 });
      bench.last('a').answer(result());
      assert.deepEqual(bench.answers, ['b STRATA_PEER_LOST', 'a ok']);
      bench.assertIdle();
    }
  });

  it('A2.41 that ended while a write was under way at two leaders leaves an unknown outcome', () => {
    const bench = underWay('a');
    Object.assign(bench.raw, { leader: 3, term: 2 });
    assert.deepEqual(bench.run(), ['a>3']);
    bench.last('a').answer(result({ sessionFault: 'expired' }));
    assert.deepEqual(bench.answers, ['a STRATA_LEADERSHIP_LOST']);
    bench.assertIdle();
  });

  it('is asked for again when the first attempt fails, and of a new leader at once', () => {
    const bench = new Bench();
    bench.raw.leader = 0;
    bench.pass('a');
    assert.deepEqual(bench.run(100), []);
    bench.raw.leader = 1;
    assert.deepEqual(bench.run(), ['open-session>1']);
    bench.last('open-session').answer('STRATA_PEER_LOST');
    assert.deepEqual(bench.run(20), ['open-session>1']);
    const late = bench.last('open-session');
    Object.assign(bench.raw, { leader: 3, term: 2 });
    assert.deepEqual(bench.run(), ['open-session>3']);
    late.answer(result({ session: 5, results: [] }));
    assert.deepEqual(bench.run(), [], 'the older attempt does not count');
    bench.open(6);
    assert.deepEqual(bench.last('a').ref, { session: 6, sequence: 1 });
    bench.last('a').answer(result());
    bench.assertIdle();
  });

  it('that is refused, or does not come in time, is the answer of those that wait for it', () => {
    const bench = new Bench();
    bench.pass('a');
    bench.pass('mine', { session: { session: 4, sequence: 1 } });
    bench.run();
    bench.last('open-session').answer('STRATA_OVERLOADED');
    assert.deepEqual(bench.answers, ['a STRATA_OVERLOADED']);
    assert.deepEqual(bench.run(), ['mine>1']);
    bench.last('mine').answer(result());
    bench.pass('b');
    assert.deepEqual(bench.run(), ['open-session>1']);
    bench.expire(TIMEOUT_MS);
    assert.deepEqual(bench.answers, ['a STRATA_OVERLOADED', 'mine ok', 'b STRATA_PROPOSAL_DROPPED']);
    bench.assertIdle();
  });

  it("A2.41 is not needed for a write with a client's: it goes as it is, and its faults are the client's", () => {
    const bench = new Bench();
    const session = { session: 4, sequence: 1 };
    bench.run();
    bench.pass('a', { session });
    bench.pass('b', { session, doubt: new StrataError('STRATA_LEADERSHIP_LOST') });
    assert.deepEqual(
      bench.attempts.map(({ name, ref }) => [name, ref]),
      [
        ['a', session],
        ['b', session],
      ],
    );
    bench.last('a').answer('STRATA_PEER_LOST');
    bench.last('b').answer(result({ sessionFault: 'expired' }));
    assert.deepEqual(bench.run(20), ['a>1']);
    bench.last('a').answer(result({ sessionFault: 'stale' }));
    assert.deepEqual(bench.answers, ['b STRATA_SESSION_EXPIRED', 'a STRATA_SESSION_STALE']);
    bench.assertIdle();
  });
});
