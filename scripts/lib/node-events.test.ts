import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { NODE_EVENTS, type NodeEventKind, NodeEvents } from '../../results/schema/index.js';
import type { EventKind } from '../../server/runtime/journal/event-journal.js';
import { cutJournal, readJournals } from './node-events.js';

const S = 1e9;

/** Server and readers keep their lists apart; either one with a kind that the other lacks does not compile. */
const WRITTEN: Readonly<Record<EventKind, string>> = NODE_EVENTS;
const READ: Readonly<Record<NodeEventKind, string>> = WRITTEN;
const WINDOW = { fromNs: 100 * S, toNs: 110 * S };

function journal(dropped: number, times: readonly (readonly [atS: number, seconds: number])[]): NodeEvents {
  return NodeEvents.parse({
    schema: 'strata.events/1',
    node: 2,
    next: dropped + times.length,
    dropped,
    events: times.map(([atS, seconds], index) => ({
      ...{ sequence: dropped + index + 1, atNs: atS * S, durationNs: seconds * S },
      ...{ kind: 'loop-delay', term: 1, peer: 0, detail: 'busy', cpuNs: 0 },
    })),
  });
}

test('a node writes the kinds that a reader knows', () => {
  for (const kind of Object.keys(READ))
    assert.equal(NodeEvents.shape.events.element.shape.kind.safeParse(kind).success, true);
});

test('kept is what touches the window or the five seconds before it', () => {
  const all = journal(0, [
    [90, 1],
    [94, 0.9],
    [94, 1],
    [95, 0],
    [109, 60],
    [110, 0],
    [110.1, 0],
  ]);
  const { events, window } = cutJournal(all, WINDOW);
  assert.deepEqual(
    events.map(({ sequence }) => sequence),
    [3, 4, 5, 6],
  );
  assert.deepEqual(window, WINDOW);
});

test('what was overwritten counts when it can have been of that time, and not when older events are still there', () => {
  assert.equal(cutJournal(journal(7, [[96, 0]]), WINDOW).dropped, 7);
  assert.equal(
    cutJournal(
      journal(7, [
        [94.9, 0],
        [96, 0],
      ]),
      WINDOW,
    ).dropped,
    0,
  );
});

test('a node without a journal is a gap with its reason, and costs the others nothing', async (t) => {
  const server = createServer((request, response) => {
    if (request.url === '/debug/events?since=0') response.end(JSON.stringify(journal(0, [[101, 1]])));
    else response.writeHead(404).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { events, gaps } = await readJournals([url, `${url}/old`, 'http://127.0.0.1:1'], WINDOW);
  assert.deepEqual(
    events.map(({ node, events: found }) => [node, found.length]),
    [[2, 1]],
  );
  assert.deepEqual(
    gaps.map((gap) => gap.url),
    [`${url}/old`, 'http://127.0.0.1:1'],
  );
  assert.match(gaps[0]!.because, /it answered 404/);
});

test('without a window every journal is a gap', async () => {
  const { events, gaps } = await readJournals(['http://127.0.0.1:1'], null);
  assert.deepEqual([events, gaps.length], [[], 1]);
});
