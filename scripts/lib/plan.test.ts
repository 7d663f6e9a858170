import assert from 'node:assert/strict';
import test from 'node:test';
import { armPoint, middleLevel, nameLevels, timeStamp } from './plan.js';

test('three levels are low, mid and high; others are named by their clients; durability is proved in the middle', () => {
  assert.deepEqual(
    nameLevels([1, 20, 300]).map(({ name }) => name),
    ['low', 'mid', 'high'],
  );
  assert.deepEqual(nameLevels([50]), [{ name: 'c50', clients: 50 }]);
  const levels = nameLevels([4, 8]);
  assert.equal(middleLevel(levels), levels[0]);
  assert.equal(middleLevel(nameLevels([10, 100, 1000])).clients, 100);
  assert.deepEqual(armPoint(levels[1]!, 'A', 'fsync'), {
    id: 'A-c8',
    series: 'fsync',
    level: 'c8',
    clients: 8,
    strategy: 'A',
    primitive: 'fsync',
    passes: [],
  });
  assert.equal(timeStamp(new Date('2025-10-28T12:30:05.678Z')), '20251028-123005');
});
