import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ChangeEvent } from '../state/vocabulary.js';
import { ChangeHistory } from './change-history.js';

const event = (revision: number, value = 'v'): ChangeEvent => ({
  type: 'put',
  key: Uint8Array.of(revision % 256),
  value,
  revision,
});
const command = (revision: number, steps: number): ChangeEvent[] =>
  Array.from({ length: steps }, () => event(revision));
const kept = (history: ChangeHistory): number[] => {
  const revisions: number[] = [];
  for (let at = history.first; at < history.next; at++) revisions.push(history.at(at).revision);
  return revisions;
};

describe('change history', () => {
  it('keeps the newest changes, forgets whole commands, and says from which revision on it knows all', () => {
    const history = new ChangeHistory(4, 1e6);
    history.begin(10);
    assert.equal(history.oldestRevision, 11);
    history.add([...command(11, 2), ...command(12, 1)]);
    assert.deepEqual([kept(history), history.oldestRevision], [[11, 11, 12], 11]);
    history.add(command(13, 2));
    assert.deepEqual([kept(history), history.oldestRevision], [[12, 13, 13], 12]);
    assert.equal(history.sequenceOf(13), history.next - 2);
    assert.equal(history.sequenceOf(14), history.next);
  });

  it('forgets a command that alone is larger than the ring', () => {
    const history = new ChangeHistory(4, 1e6);
    history.begin(0);
    history.add([...command(1, 1), ...command(2, 9), ...command(3, 1)]);
    assert.deepEqual([kept(history), history.oldestRevision], [[3], 3]);
    history.add(command(4, 9));
    assert.deepEqual([kept(history), history.oldestRevision], [[], 5]);
    assert.equal(history.bytes, 0);
  });

  it('is bounded in bytes too', () => {
    const history = new ChangeHistory(1_000, 10_000);
    history.begin(0);
    for (let revision = 1; revision <= 100; revision++) history.add([event(revision, 'x'.repeat(1_000))]);
    assert.ok(history.bytes <= 10_000);
    assert.ok(history.size >= 8);
    history.end();
    assert.deepEqual([history.size, history.bytes], [0, 0]);
  });

  it('holds every change from its oldest revision on, and never part of a command, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.array(fc.integer({ min: 1, max: 12 })),
        (size, commands) => {
          const history = new ChangeHistory(size, 1e9);
          history.begin(0);
          const all: number[] = [];
          commands.forEach((steps, at) => {
            history.add(command(at + 1, steps));
            for (let step = 0; step < steps; step++) all.push(at + 1);
          });
          assert.ok(history.size <= size);
          assert.deepEqual(
            kept(history),
            all.filter((revision) => revision >= history.oldestRevision),
          );
        },
      ),
    );
  });
});
