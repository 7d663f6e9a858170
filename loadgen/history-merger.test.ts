import assert from 'node:assert/strict';
import test from 'node:test';
import { HistoryMerger } from './history-merger.js';
import type { HistoryPart } from './messages.js';

function part(upToNs: number, ...times: readonly number[]): HistoryPart {
  return { times, lines: times.map((time) => `${time}\n`), upToNs };
}

test('lines come in the order of time, as soon as no worker can say anything older', () => {
  const written: string[] = [];
  const merger = new HistoryMerger(2, (lines) => written.push(lines));
  merger.add(0, part(30, 10, 25, 29));
  assert.deepEqual(written, [], 'the other worker has not spoken yet');
  merger.add(1, part(27, 5, 26));
  assert.equal(written.join(''), '5\n10\n25\n26\n');
  merger.add(1, part(40, 28, 35));
  assert.equal(written.join(''), '5\n10\n25\n26\n28\n29\n');
  merger.finish();
  assert.equal(written.join(''), '5\n10\n25\n26\n28\n29\n35\n');
});

test('events of one worker that share a stamp keep their order', () => {
  const written: string[] = [];
  const merger = new HistoryMerger(1, (lines) => written.push(lines));
  merger.add(0, { times: [7, 7], lines: ['first\n', 'second\n'], upToNs: 8 });
  assert.deepEqual(written, ['first\nsecond\n']);
});
