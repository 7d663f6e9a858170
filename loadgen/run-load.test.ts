import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { HistogramLogReader, type WasmHistogram } from 'hdr-histogram-js';
import { LoadSummary } from '../results/schema/index.js';
import { defaultLoadOptions, type LoadOptions, type LoadProgress, readBack, runLoad } from './index.js';
import { LatencyHistogram } from './latency-histogram.js';
import { TestServer } from './test-server.js';

const quick: Omit<LoadOptions, 'targets'> = {
  ...defaultLoadOptions,
  clients: 8,
  durationSeconds: 0.4,
  warmupSeconds: 0.1,
  keys: 1_000,
  arrival: 'constant',
};

async function withServer(run: (server: TestServer) => Promise<void>): Promise<void> {
  const server = await TestServer.start();
  try {
    await run(server);
  } finally {
    await server.stop();
  }
}

/** All of one tag of an interval log in one histogram. */
function readLog(hlog: string, tag: string): LatencyHistogram {
  const joined = new LatencyHistogram();
  const reader = new HistogramLogReader(hlog, 32, true);
  for (let one = reader.nextIntervalHistogram(); one !== null; one = reader.nextIntervalHistogram()) {
    if (one.tag === tag) joined.addEncoded((one as WasmHistogram).encode());
  }
  return joined;
}

test('closed loop: as many requests under way as there are clients, one a connection, over two workers', () =>
  withServer(async (server) => {
    server.delayMs = 5;
    const phases = new Set<LoadProgress['phase']>();
    const { summary, hlog, samples, ledger } = await runLoad({
      ...quick,
      targets: [server.url],
      workers: 2,
      durationSeconds: 1.2,
      onProgress: ({ phase }) => phases.add(phase),
    });
    LoadSummary.parse(summary);
    assert.equal(server.connections, 8);
    assert.equal(server.pipelinedMax, 1);
    assert.equal(server.underWayMax, 8);
    assert.equal(summary.workers, 2);
    assert.equal(summary.mode, 'closed');
    const { total, ok, put, get } = summary.operations;
    assert.ok(ok > 0);
    assert.equal(ok, total);
    assert.equal(put + get, total);
    assert.equal(summary.latency.response.count, ok);
    assert.equal(summary.latency.service.count, ok);
    assert.equal(summary.latency.put!.count + summary.latency.get!.count, ok);
    assert.equal(
      summary.timeline.reduce((sum, second) => sum + second.ops, 0),
      ok,
    );
    assert.deepEqual(
      summary.timeline.map(({ second }) => second),
      [0, 1],
    );
    // The window excludes what came before and after it.
    assert.ok(ok < server.puts + server.gets);
    assert.equal(summary.throughputPerSecond, ok / 1.2);
    assert.equal(summary.censored.inFlightAtEnd, 8);
    assert.equal(
      summary.audit.littlesLaw.ok,
      true,
      `Little's law: ${JSON.stringify(summary.audit.littlesLaw)}`,
    );
    assert.equal(readLog(hlog, 'response').count, ok);
    assert.deepEqual(samples, []);
    assert.equal(ledger, null);
    assert.deepEqual([...phases], ['connect', 'warmup', 'measure', 'drain']);
  }));

test('open loop: a stall is charged to every request it delayed, in response and not in service', () =>
  withServer(async (server) => {
    const { summary, hlog } = await runLoad({
      ...quick,
      targets: [server.url],
      clients: 4,
      rate: 500,
      durationSeconds: 1,
      onMeasureStart: async () => {
        setTimeout(() => {
          server.stalledUntilMs = performance.now() + 300;
        }, 200);
      },
    });
    LoadSummary.parse(summary);
    // 150 requests came due during the stall, but only four could be under way: a closed loop would show four. That many are late because the
    // schedule went on, and what came due while nothing was answered was sent afterwards.
    const lateNs = 60e6;
    const late = readLog(hlog, 'response').countAbove(lateNs);
    const lateService = readLog(hlog, 'service').countAbove(lateNs);
    assert.ok(late >= 75, `${late} late responses`);
    assert.ok(
      lateService >= 1 && lateService * 4 < late,
      `${lateService} late by service, ${late} by response`,
    );
    assert.equal(summary.censored.shed, 0);
    assert.equal(summary.mode, 'open');
    assert.ok(summary.audit.scheduleLag!.count > 0);
  }));

test('requests that are never answered time out, are counted as censored, and cost their connection only', () =>
  withServer(async (server) => {
    const held: ServerResponse[] = [];
    let requests = 0;
    server.intercept = (_request, response) => {
      if (++requests % 50 !== 0) return false;
      held.push(response);
      return true;
    };
    // Connecting has to be done within it too, on a machine that is busy with other tests.
    const requestTimeoutMs = 400;
    const { summary } = await runLoad({
      ...quick,
      durationSeconds: 1,
      targets: [server.url],
      requestTimeoutMs,
    });
    const timeouts = summary.errors.find(({ kind }) => kind === 'timeout')?.count ?? 0;
    assert.ok(timeouts > 0, 'nothing timed out');
    assert.equal(summary.censored.timedOut, timeouts);
    // With their age as a lower bound they stand among the responses.
    assert.equal(summary.latency.response.count, summary.operations.ok + timeouts);
    const atLeastUs = requestTimeoutMs * 1_000;
    assert.ok(summary.latency.response.max >= atLeastUs, `the longest is ${summary.latency.response.max} µs`);
    assert.ok(summary.operations.ok > timeouts);
    assert.equal(summary.resends, 0);
    assert.ok(held.every((response) => response.destroyed));
  }));

test('a target that dies is not hammered, and its clients move to the next', () =>
  withServer(async (server) => {
    const dying = await TestServer.start();
    const { summary } = await runLoad({
      ...quick,
      targets: [dying.url, server.url],
      onMeasureStart: async () => void setTimeout(() => void dying.stop(), 100),
    });
    const errors = summary.errors.reduce((sum, { count }) => sum + count, 0);
    // Four clients lose a request each; few meet a refusal on the way.
    assert.ok(errors >= 1 && errors <= 24, `errors ${JSON.stringify(summary.errors)}`);
    assert.equal(server.openConnections, 0, 'connections are closed at the end');
    assert.ok(server.connections >= 8, `${server.connections} connections to the one that lives`);
  }));

test('a dead leader is no hot loop', () =>
  withServer(async (server) => {
    const { summary } = await runLoad({
      ...quick,
      targets: [server.url],
      clients: 4,
      onMeasureStart: () => server.stop(),
    });
    const kinds = summary.errors.map(({ kind }) => kind);
    assert.ok(kinds.includes('connect_refused'), `errors ${kinds}`);
    const refused = summary.errors.find(({ kind }) => kind === 'connect_refused')!.count;
    // Doubling waits allow a client about ten attempts in this time; without them it would be thousands.
    assert.ok(refused <= 4 * 12, `${refused} refused`);
    assert.equal(summary.audit.verdict, 'suspect');
  }));

test('answers that are errors are counted by status, and 503 sends the client on', () =>
  withServer(async (server) => {
    const leaderless = await TestServer.start();
    leaderless.intercept = (_request, response) => {
      response.statusCode = 503;
      response.end();
      return true;
    };
    const { summary } = await runLoad({ ...quick, warmupSeconds: 0, targets: [leaderless.url, server.url] });
    await leaderless.stop();
    const total = leaderless.puts + leaderless.gets;
    // Four clients begin there, and each leaves after its first answer.
    assert.equal(total, 4);
    assert.ok(summary.operations.ok > 0);
    assert.ok(summary.errors.every(({ kind, count }) => kind === 'http_503' && count <= 4));
  }));

test('a ledger knows every acknowledged write, and read-back finds the ones that were lost', () =>
  withServer(async (server) => {
    const { ledger, summary } = await runLoad({
      ...quick,
      targets: [server.url],
      workers: 2,
      ledger: true,
      keys: 100,
      valueBytes: 40,
      reads: 0.2,
      distribution: 'zipf:0.99',
      keyPrefix: 'ledger/ä ',
    });
    assert.ok(ledger !== null);
    assert.ok(ledger.acknowledgedWrites >= summary.operations.put);
    // The store saw every write, those of the warm-up and of the drain included.
    assert.equal(ledger.acknowledgedWrites, server.puts);
    assert.equal(ledger.keys.length, server.store.size);
    assert.ok([...server.store.values()].every((value) => value.length === 40));
    const clean = { keysChecked: ledger.keys.length, lost: 0, stale: 0, unreadable: 0 };
    assert.deepEqual(await readBack(ledger, [server.url]), clean);
    const [gone, old] = ledger.keys.filter(({ acknowledged }) => acknowledged > 1);
    const older = Buffer.from(server.store.get(old!.key)!);
    older.writeUInt32BE(old!.acknowledged - 1, 16);
    server.store.set(old!.key, older);
    server.store.delete(gone!.key);
    assert.deepEqual(await readBack(ledger, [server.url]), { ...clean, lost: 2, stale: 1 });
  }));

test("traced requests carry their id, and their stamps enclose the server's on one clock", () =>
  withServer(async (server) => {
    const { samples, summary } = await runLoad({ ...quick, targets: [server.url], traceEvery: 10 });
    assert.ok(samples.length > 0);
    assert.ok(samples.length < summary.operations.ok / 5);
    assert.equal(new Set(samples.map(({ traceId }) => traceId)).size, samples.length);
    for (const { traceId, intendedNs, sentNs, doneNs } of samples) {
      const received = server.traceparents.get(`00-${traceId}-${traceId.slice(-16)}-01`);
      assert.ok(received !== undefined, `the server saw no ${traceId}`);
      assert.ok(intendedNs <= sentNs && sentNs <= doneNs);
      // Two threads find their zero to a microsecond or so each.
      assert.ok(
        sentNs <= received + 20_000 && received <= doneNs + 20_000,
        `${sentNs} ${received} ${doneNs}`,
      );
    }
  }));

test('the callbacks frame the measured window while the load goes on', () =>
  withServer(async (server) => {
    const seen: number[] = [];
    const wait = async () => {
      seen.push(server.puts + server.gets);
      await new Promise((resolve) => setTimeout(resolve, 100));
      seen.push(server.puts + server.gets);
    };
    const { summary } = await runLoad({
      ...quick,
      targets: [server.url],
      onMeasureStart: wait,
      onMeasureEnd: wait,
    });
    assert.equal(seen.length, 4);
    assert.ok(seen[1]! > seen[0]! && seen[3]! > seen[2]!, `the load stood still: ${seen}`);
    const inside = seen[2]! - seen[1]!;
    // Up to eight requests cross each end.
    assert.ok(
      summary.operations.total <= inside + 16,
      `${summary.operations.total} measured, ${inside} seen`,
    );
  }));

test('a load without a server, and one that is called off, end in their errors', async () => {
  const gone = await TestServer.start();
  const { url } = gone;
  await gone.stop();
  await assert.rejects(runLoad({ ...quick, targets: [url], requestTimeoutMs: 200, clients: 1 }), {
    code: 'STRATA_LOAD_UNREACHABLE',
  });
  await withServer(async (server) => {
    const reason = new Error('called off');
    const abort = new AbortController();
    const load = runLoad({
      ...quick,
      targets: [server.url],
      rate: 100,
      durationSeconds: 60,
      signal: abort.signal,
      onMeasureStart: async () => abort.abort(reason),
    });
    await assert.rejects(load, reason);
  });
});
