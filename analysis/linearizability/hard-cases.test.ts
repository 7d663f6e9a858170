import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HistoryEvent } from '../../results/schema/history.js';
import { seededRandom } from '../testing/random.js';
import { checkHistory } from './check-history.js';
import { search } from './search.js';
import { keyHistoryOf, plentifulBudget } from './testing/cross-check.js';
import { honestHistory, type Recipe } from './testing/made-up-history.js';
import { script } from './testing/script.js';

/** Steps and not seconds, which say as much about the machine: a million takes about a second. */
const STEPS_MAX = 1_000_000;

const FUNCTIONS: Readonly<Record<string, Recipe['functions']>> = {
  'read and write': ['read', 'write'],
  'read, write and cas': ['read', 'write', 'cas'],
  'get, put and append': ['get', 'put', 'append'],
};

/** The last answers but a few, changed: to a value that was there, and long ago. */
function stale(events: readonly HistoryEvent[]): HistoryEvent[] {
  const answers = events.flatMap(({ type, f, value }, index) =>
    type === 'ok' && (f === 'read' || f === 'get') && value !== null ? [index] : [],
  );
  const late = answers[Math.floor(answers.length * 0.9)]!;
  const early = events[answers[Math.floor(answers.length * 0.1)]!]!.value;
  return events.map((event, index) => (index === late ? { ...event, value: early } : event));
}

describe('10,000 operations over 10 keys by 50 clients', () => {
  for (const [name, functions] of Object.entries(FUNCTIONS)) {
    const recipe: Recipe = {
      operations: 10_000,
      processes: 50,
      keys: 10,
      functions,
      value: (_, count) => `${count},`,
      open: 0.02,
      failed: 0.02,
      latencyNsMax: 1_000,
    };
    it(`${name}: linearizable, and not when one answer is stale`, () => {
      const events = honestHistory(seededRandom(1), recipe);
      assert.equal(checkHistory(events, { stepsMax: STEPS_MAX }).verdict, 'linearizable');
      const verdict = checkHistory(stale(events), { stepsMax: STEPS_MAX });
      assert.ok(verdict.verdict === 'not-linearizable');
      assert.ok(verdict.counterexample.operations.length <= 40);
    });
  }

  it('values from a handful, so that zones do not apply', () => {
    for (const functions of [FUNCTIONS['read and write']!, FUNCTIONS['read, write and cas']!]) {
      const events = honestHistory(seededRandom(2), {
        operations: 10_000,
        processes: 50,
        keys: 10,
        functions,
        value: (random) => Math.floor(random() * 5),
        open: 0.02,
        latencyNsMax: 1_000,
      });
      const { verdict, steps } = checkHistory(events, { stepsMax: STEPS_MAX });
      assert.equal(verdict, 'linearizable');
      assert.ok(steps > 0);
    }
  });
});

describe('100 concurrent operations on one register, a third of them open', () => {
  for (const values of [3, 10, 1_000])
    for (const functions of [FUNCTIONS['read and write']!, FUNCTIONS['read, write and cas']!])
      it(`${functions.join(', ')} of ${values} values: both verdicts, by the search alone too`, () => {
        const verdicts = { linearizable: 0, 'not-linearizable': 0 };
        for (let seed = 0; seed < 20; seed += 1) {
          const random = seededRandom(seed);
          const honest = honestHistory(random, {
            operations: 100,
            processes: 100,
            functions,
            value: () => Math.floor(random() * values),
            open: 0.33,
            latencyNsMax: 1_000,
          });
          const events =
            seed % 2 === 0 ? honest : [...honest, ...script('5000 read:k0', '5000 ok "x"').map(later)];
          const { verdict } = checkHistory(events, { stepsMax: STEPS_MAX });
          assert.ok(verdict !== 'unknown', `seed ${seed}`);
          verdicts[verdict] += 1;
          const alone = search(keyHistoryOf(events)!, plentifulBudget(), { longest: false });
          assert.equal(alone.outcome, verdict);
        }
        assert.deepEqual(verdicts, { linearizable: 10, 'not-linearizable': 10 });
      });

  it('two reads that saw concurrent writes in two orders', () => {
    const writers = Array.from({ length: 98 }, (_, index) => `${index} write ${index % 7}`);
    const readers = ['98 read', '98 ok 100', '98 read', '98 ok 101', '98 read', '98 ok 100'];
    const events = script('99 write 100', '100 write 101', ...writers, ...readers);
    assert.equal(checkHistory(events, { stepsMax: STEPS_MAX }).verdict, 'not-linearizable');
    assert.equal(checkHistory(events.slice(0, -2), { stepsMax: STEPS_MAX }).verdict, 'linearizable');
  });
});

function later(event: HistoryEvent): HistoryEvent {
  return { ...event, time: event.time + 1e12 };
}

describe('100 open writes and cas of one register', () => {
  for (const values of [5, 50]) {
    const random = seededRandom(values);
    const any = () => Math.floor(random() * values);
    const open = Array.from({ length: 100 }, (_, index) =>
      index % 2 === 0 ? `${index} write ${any()}` : `${index} cas [${any()},${any()}]`,
    );
    const written = open.filter((step) => step.includes('write')).map((step) => step.split(' ')[2]!);
    const reads = written.slice(0, 30).flatMap((value) => ['1000 read', `1000 ok ${value}`]);

    it(`${values} values: reads of what was written are explained`, () => {
      const events = script(...open, ...reads);
      assert.equal(checkHistory(events, { stepsMax: STEPS_MAX }).verdict, 'linearizable');
    });

    it(`${values} values: a read of what was not written is refuted`, () => {
      const events = script(...open, ...reads, '1000 read', '1000 ok -1');
      assert.equal(checkHistory(events, { stepsMax: STEPS_MAX }).verdict, 'not-linearizable');
    });
  }
});

describe('a search that ends at a limit', () => {
  /** Many equal values that are put, appended and read by everybody at once. */
  const hard = honestHistory(seededRandom(4), {
    operations: 200,
    processes: 100,
    functions: ['get', 'put', 'append'],
    value: (random) => `${Math.floor(random() * 5)},`,
    open: 0.3,
    latencyNsMax: 1_000,
  });

  it('says unknown when its steps are used up', () => {
    const verdict = checkHistory(hard, { stepsMax: 1_000 });
    assert.ok(verdict.verdict === 'unknown' && /1000 steps and key "k0" is undecided/.test(verdict.because));
  });

  it('says unknown when its memory is full', () => {
    const verdict = checkHistory(hard, { stepsMax: 100_000, memoBytesMax: 4_000 });
    assert.ok(verdict.verdict === 'unknown' && /memory .* is full \(4000 bytes\)/.test(verdict.because));
  });

  it('says unknown when the time is over', () => {
    let now = 0;
    const nowMs = () => {
      now += 10;
      return now;
    };
    const verdict = checkHistory(hard, { timeoutMs: 100, nowMs });
    assert.ok(verdict.verdict === 'unknown' && /the time of 100 ms is over/.test(verdict.because));
  });

  it('still finds what is plainly wrong with another key', () => {
    const plain = script('500 put:x 1', '500 ok', '500 get:x', '500 ok 2');
    assert.equal(checkHistory([...hard, ...plain], { stepsMax: 1_000 }).verdict, 'not-linearizable');
  });
});
