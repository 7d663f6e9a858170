import assert from 'node:assert/strict';
import test from 'node:test';
import { SHAPES } from './partitions.js';

/** The leader first. */
const ORDER = [30, 10, 50, 20, 40];

/** Whom each node still hears, in the order of `ORDER`. */
function heard(name: string): Record<number, number[]> {
  const { cut } = SHAPES.find((shape) => shape.name === name)!;
  return Object.fromEntries(
    ORDER.map((to) => [to, ORDER.filter((from) => from !== to && !cut(from, to, ORDER))]),
  );
}

const EXPECTED: Readonly<Record<string, Record<number, number[]>>> = {
  'isolate-leader': { 30: [], 10: [50, 20, 40], 50: [10, 20, 40], 20: [10, 50, 40], 40: [10, 50, 20] },
  'leader-in-minority': { 30: [10], 10: [30], 50: [20, 40], 20: [50, 40], 40: [50, 20] },
  halves: { 30: [10, 50], 10: [30, 50], 50: [30, 10], 20: [40], 40: [20] },
  bridge: { 30: [10, 50], 10: [30, 50], 50: [30, 10, 20, 40], 20: [50, 40], 40: [50, 20] },
  'leader-deaf': {
    ...{ 30: [], 10: [30, 50, 20, 40], 50: [30, 10, 20, 40] },
    ...{ 20: [30, 10, 50, 40], 40: [30, 10, 50, 20] },
  },
  'leader-mute': {
    ...{ 30: [10, 50, 20, 40], 10: [50, 20, 40], 50: [10, 20, 40] },
    ...{ 20: [10, 50, 40], 40: [10, 50, 20] },
  },
  ring: { 30: [10, 40], 10: [30, 50], 50: [10, 20], 20: [50, 40], 40: [30, 20] },
};

test('each shape of a partition cuts the links that its name says, and no others', () => {
  assert.deepEqual(SHAPES.map(({ name }) => name).sort(), Object.keys(EXPECTED).sort());
  for (const { name } of SHAPES) assert.deepEqual(heard(name), EXPECTED[name], name);
});

test('a shape counts as a leader in the minority just when the leader hears less than half of the nodes and is not heard either', () => {
  for (const { name, minority, cut } of SHAPES) {
    const together = ORDER.filter((id) => id === 30 || (!cut(30, id, ORDER) && !cut(id, 30, ORDER)));
    const oneWay = name === 'leader-deaf' || name === 'leader-mute';
    assert.equal(minority, together.length <= ORDER.length / 2 && !oneWay, name);
  }
});
