import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HistoryEvent } from '../../results/schema/history.js';
import { seededRandom } from '../testing/random.js';
import { checkHistory } from './check-history.js';

describe('100,000 operations on one key, one after the other', () => {
  for (const values of [5, 1_000_000])
    it(`of ${values} values: linearizable, and not when the last read is wrong`, () => {
      const random = seededRandom(values);
      let last = 0;
      const events = Array.from({ length: 100_000 }, (_, index): HistoryEvent[] => {
        const isRead = index % 2 === 1;
        if (!isRead) last = Math.floor(random() * values);
        const common = { process: 0, f: isRead ? 'read' : 'write', key: 'k' } as const;
        return [
          { ...common, type: 'invoke', value: isRead ? null : last, time: index * 2 },
          { ...common, type: 'ok', value: last, time: index * 2 + 1 },
        ];
      }).flat();
      assert.equal(checkHistory(events).verdict, 'linearizable');
      const wrong = events.map((event, index) =>
        index === 199_999 ? { ...event, value: (last + 1) % values } : event,
      );
      const verdict = checkHistory(wrong);
      assert.ok(verdict.verdict === 'not-linearizable');
      assert.ok(verdict.counterexample.operations.length <= 3);
    });
});
