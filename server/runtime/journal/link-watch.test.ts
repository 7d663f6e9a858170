import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { LinkStatus } from '../../ports/transport.js';
import { EventJournal } from './event-journal.js';
import { LinkWatch } from './link-watch.js';

function told(changes: readonly (readonly [peer: number, state: LinkStatus['state'], atNs: number])[]) {
  const journal = new EventJournal(() => 1);
  const watch = new LinkWatch(journal);
  for (const change of changes) watch.changed(...change);
  return journal
    .after(0)
    .events.map(
      ({ kind, peer, detail, atNs, durationNs }) => `${kind} ${peer} ${detail} ${atNs}+${durationNs}`,
    );
}

it('a link that comes up for the first time was never lost', () => {
  assert.deepEqual(
    told([
      [2, 'probing', 1],
      [2, 'disconnected', 2],
      [2, 'probing', 3],
      [2, 'healthy', 5],
    ]),
    ['link 2 connected 5+0'],
  );
});

it('a loss is told when it comes, the way back with all the time it took', () => {
  assert.deepEqual(
    told([
      [2, 'healthy', 5],
      [2, 'probing', 10],
      [2, 'disconnected', 12],
      [2, 'probing', 15],
      [2, 'healthy', 20],
    ]),
    ['link 2 connected 5+0', 'link 2 probing 10+0', 'link 2 lost 12+0', 'link 2 back 10+10'],
  );
});

it('the links to several peers are told apart', () => {
  assert.deepEqual(
    told([
      [2, 'healthy', 5],
      [3, 'healthy', 6],
      [3, 'disconnected', 7],
      [2, 'probing', 8],
      [3, 'healthy', 9],
    ]),
    [
      'link 2 connected 5+0',
      'link 3 connected 6+0',
      'link 3 lost 7+0',
      'link 2 probing 8+0',
      'link 3 back 7+2',
    ],
  );
});
