import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { type HistoryEvent, historyEventSchema } from '../results/schema/history.js';
import { decodeHistoryValue, encodeHistoryValue } from './history-values.js';
import { defaultLoadOptions, type LoadOptions, type LoadResult, runLoad } from './index.js';
import { TestServer } from './test-server.js';

const quick: Omit<LoadOptions, 'targets'> = {
  ...defaultLoadOptions,
  clients: 8,
  durationSeconds: 0.5,
  warmupSeconds: 0,
  keys: 1_000,
  reads: 0,
  history: { keys: 3, operationsMax: 4_000 },
};

interface Recorded {
  readonly events: readonly HistoryEvent[];
  readonly result: LoadResult;
  readonly server: TestServer;
}

async function record(
  prepare: (server: TestServer) => void = () => {},
  change: Partial<LoadOptions> = {},
): Promise<Recorded> {
  const server = await TestServer.start();
  try {
    prepare(server);
    let text = '';
    const onHistory = (lines: string) => {
      text += lines;
    };
    const result = await runLoad({ ...quick, ...change, targets: [server.url], onHistory });
    const lines = text.split('\n');
    assert.equal(lines.pop(), '', 'whole lines');
    return { events: lines.map((line) => historyEventSchema.parse(JSON.parse(line))), result, server };
  } finally {
    await server.stop();
  }
}

function isOfHistory({ url }: IncomingMessage): boolean {
  return url?.includes('history-') ?? false;
}

/** What the format demands of every history; gives the completions by type. */
function assertWellFormed({ events, result }: Recorded): Record<HistoryEvent['type'], number> {
  const counts = { invoke: 0, ok: 0, fail: 0, info: 0 };
  const underWay = new Map<number, HistoryEvent>();
  const ended = new Set<number>();
  let last = 0;
  for (const event of events) {
    assert.ok(event.time >= last, 'in the order of time');
    last = event.time;
    counts[event.type]++;
    if (event.type === 'invoke') {
      assert.ok(!underWay.has(event.process), `process ${event.process} has two operations under way`);
      assert.ok(!ended.has(event.process), `process ${event.process} goes on after an open operation`);
      underWay.set(event.process, event);
      continue;
    }
    const invoked = underWay.get(event.process);
    assert.deepEqual([event.f, event.key], [invoked?.f, invoked?.key]);
    underWay.delete(event.process);
    if (event.type === 'info') ended.add(event.process);
  }
  assert.equal(underWay.size, 0, 'every operation of a run that ended has its completion');
  const { history } = result;
  assert.deepEqual(
    [history?.operations, history?.ok, history?.failed, history?.unknown],
    [counts.invoke, counts.ok, counts.fail, counts.info],
  );
  return counts;
}

test('a share of the operations of all clients is recorded, on keys of its own, with values that nobody else writes', async () => {
  const recorded = await record(undefined, { workers: 2, ledger: true });
  const { ok, fail, info } = assertWellFormed(recorded);
  assert.deepEqual([fail, info], [0, 0]);
  assert.ok(ok > 3, `${ok} recorded`);
  const { events, result, server } = recorded;
  const writes = events.filter(({ type, f }) => type === 'invoke' && f === 'write');
  assert.equal(new Set(writes.map(({ value }) => value)).size, writes.length);
  const processes = new Set(events.map(({ process }) => process));
  assert.ok(processes.size > 1, `${processes.size} processes`);
  assert.ok([...processes].every((process) => process <= 8));
  const keys = new Set(events.map(({ key }) => key));
  assert.equal(keys.size, 3);
  // The store saw these writes and no others on the keys, padded to the size of the run's values.
  const written = new Set(writes.map(({ key }) => key));
  for (const key of written) assert.equal(server.store.get(key)?.length, 128);
  // The ledger knows nothing of them, and the load went on beside them.
  const total = result.ledger!.acknowledgedWrites + writes.length;
  assert.equal(total, server.puts);
  assert.ok(result.ledger!.acknowledgedWrites > writes.length);
  assert.ok(result.ledger!.keys.every(({ key }) => !keys.has(key)));
});

test('the last events are one read of every key, after all writes', async () => {
  const { events } = await record();
  const last = events.slice(-6);
  assert.ok(last.every(({ process, f }) => process === 8 && f === 'read'));
  const lastWrite = new Map<string, unknown>();
  for (const { type, f, key, value } of events) if (type === 'ok' && f === 'write') lastWrite.set(key, value);
  assert.equal(new Set(last.map(({ key }) => key)).size, 3);
  assert.ok(lastWrite.size > 0);
});

test('a key that nobody has written yet is read as null', async () => {
  const { events } = await record((server) => {
    server.intercept = (request, response) => {
      if (request.method !== 'GET') return false;
      response.statusCode = 404;
      response.end();
      return true;
    };
  });
  const reads = events.filter(({ type, f }) => type === 'ok' && f === 'read');
  assert.ok(reads.length > 3);
  assert.ok(reads.every(({ value }) => value === null));
});

test('a write that was refused for certain fails; one whose outcome nobody knows stays open and its client goes on as another process', async () => {
  // By the number of the write to a key of the history; the first is stored, so is the fourth and what follows.
  const answers = new Map([
    [2, 'STRATA_NO_LEADER'],
    [3, 'STRATA_LEADERSHIP_LOST'],
  ]);
  let puts = 0;
  const recorded = await record((server) => {
    server.intercept = (request, response) => {
      if (request.method !== 'PUT' || !isOfHistory(request)) return false;
      const code = answers.get(++puts);
      if (code === undefined) return false;
      response.statusCode = 503;
      response.end(JSON.stringify({ error: { code, message: 'no' } }));
      return true;
    };
  });
  const { fail, info } = assertWellFormed(recorded);
  assert.deepEqual([fail, info], [1, 1], `of ${puts} writes`);
  const open = recorded.events.find(({ type }) => type === 'info')!;
  assert.ok(open.process < 8 && open.f === 'write');
  // Of a stride above the number of clients: nobody else has this number.
  const later = recorded.events.filter(
    ({ process, time }) => process === open.process + 9 && time > open.time,
  );
  assert.ok(recorded.events.every(({ process }) => process <= 8 || process === open.process + 9));
  assert.ok(later.every(({ type }) => type !== 'info'));
});

test('reads without an answer fail, for they have no effect; writes that time out or are cut off stay open', async () => {
  let puts = 0;
  let gets = 0;
  const recorded = await record(
    (server) => {
      server.intercept = (request, response) => {
        if (!isOfHistory(request)) return false;
        if (request.method === 'GET') return ++gets === 1;
        puts++;
        if (puts === 1) response.destroy();
        return puts <= 2;
      };
    },
    { requestTimeoutMs: 250 },
  );
  const { fail, info } = assertWellFormed(recorded);
  assert.ok(info >= 2 && fail >= 1, `${info} open, ${fail} failed`);
  for (const { type, f } of recorded.events) {
    if (type === 'info') assert.equal(f, 'write');
    if (type === 'fail') assert.equal(f, 'read');
  }
});

test('a limit cuts off the operations themselves, never their record', async () => {
  const recorded = await record(undefined, { history: { keys: 2, operationsMax: 10 }, reads: 1 });
  const { result, server, events } = recorded;
  assertWellFormed(recorded);
  assert.equal(result.history?.limitReached, true);
  // Ten of the load, and the reads at the end.
  assert.equal(result.history.operations, 10 + 2);
  const writes = events.filter(({ type, f }) => type === 'invoke' && f === 'write').length;
  assert.equal(server.puts, writes);
});

test('whoever cannot keep the history fails the run', async () => {
  const server = await TestServer.start();
  try {
    const onHistory = () => {
      throw new Error('no space left');
    };
    await assert.rejects(runLoad({ ...quick, targets: [server.url], onHistory }), /no space left/);
  } finally {
    await server.stop();
  }
});

test('without a history nothing is recorded, and no key of one is touched', async () => {
  const { events, result, server } = await record(undefined, { history: null });
  assert.deepEqual([events.length, result.history], [0, null]);
  assert.ok([...server.store.keys()].every((key) => !key.includes('history-')));
});

test('bytes that no client of the run wrote get a name that no client wrote', () => {
  const bytes = encodeHistoryValue('3-17', 40);
  assert.equal(decodeHistoryValue(bytes.toString('latin1'), 40, 40), '3-17');
  assert.match(decodeHistoryValue(bytes.toString('latin1', 0, 39), 39, 40), /^foreign/);
  assert.match(decodeHistoryValue('', 0, 40), /^foreign/);
  const damaged = Buffer.from(bytes);
  damaged[39] = 0xff;
  assert.match(decodeHistoryValue(damaged.toString('latin1'), 40, 40), /^foreign/);
});
