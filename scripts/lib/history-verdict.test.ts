import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { defaultLoadOptions, runLoad } from '../../loadgen/index.js';
import type { HistoryRecord } from '../../loadgen/options.js';
import { TestServer } from '../../loadgen/test-server.js';
import type { HistoryCheck } from '../../results/schema/index.js';
import { HistoryRecording } from './history-recording.js';
import { describeHistory } from './history-text.js';
import { judgeHistory, whyTooFew } from './history-verdict.js';

function temporary(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'strata-history-test-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

type Lie = (request: IncomingMessage, response: ServerResponse, server: TestServer) => boolean;

/** A load on a store that lies about the keys of the history, recorded and judged. */
async function judged(t: TestContext, lie: Lie | null): Promise<{ check: HistoryCheck; directory: string }> {
  const server = await TestServer.start();
  t.after(() => server.stop());
  if (lie !== null)
    server.intercept = (request, response) =>
      request.url!.includes('history-') ? lie(request, response, server) : false;
  const directory = temporary(t);
  const recording = new HistoryRecording(join(directory, 'history.jsonl'));
  const load = { ...defaultLoadOptions, targets: [server.url], clients: 16, keys: 100 };
  const { history } = await runLoad(
    recording.of({ ...load, durationSeconds: 1, warmupSeconds: 0, workers: 2 }),
  );
  recording.close();
  return { check: judgeHistory(recording, history!, directory), directory };
}

test('an honest store is linearizable, and leaves no counterexample', async (t) => {
  const { check, directory } = await judged(t, null);
  assert.deepEqual([check.verdict, check.because, check.counterexample], ['linearizable', null, null]);
  assert.equal(check.file, 'history.jsonl');
  assert.equal(existsSync(join(directory, 'history.counterexample.txt')), false);
});

test('a write that is acknowledged and lost is found, with the operations that prove it', async (t) => {
  let puts = 0;
  const { check, directory } = await judged(t, (request, response) => {
    if (request.method !== 'PUT' || ++puts % 3 !== 0) return false;
    response.end();
    return true;
  });
  assert.equal(check.verdict, 'not-linearizable');
  assert.match(check.because!, /operations on key .*history-[0-9a-f]{16}-\d have no order/);
  const text = readFileSync(join(directory, check.counterexample!), 'utf8');
  // One bar an operation, the impossible one marked.
  assert.match(text, /read → .*✗/);
  assert.match(
    describeHistory(check),
    /^history NOT LINEARIZABLE: .*counterexample: history\.counterexample\.txt/,
  );
});

test('a stale read is found', async (t) => {
  const old = new Map<string, Buffer>();
  const { check } = await judged(t, (request, response, server) => {
    const key = decodeURIComponent(request.url!.slice('/kv/'.length));
    const value = server.store.get(key);
    if (request.method !== 'GET') {
      if (value !== undefined && !old.has(key)) old.set(key, value);
      return false;
    }
    // For ever the first value of the key.
    const stale = old.get(key);
    if (stale === undefined) return false;
    response.end(stale);
    return true;
  });
  assert.equal(check.verdict, 'not-linearizable', describeHistory(check));
});

const RECORD: HistoryRecord = {
  keys: 1,
  operations: 60,
  reads: 30,
  writes: 30,
  ok: 60,
  failed: 0,
  unknown: 0,
  operationsMax: 64,
  limitReached: false,
};

function judgeText(t: TestContext, text: string, record: HistoryRecord): HistoryCheck {
  const recording = new HistoryRecording(join(temporary(t), 'given.jsonl'));
  writeFileSync(recording.path, text);
  recording.close();
  return judgeHistory(recording, record, null);
}

const event = (process: number, type: string, f: string, value: string | null, time: number) =>
  `${JSON.stringify({ process, type, f, key: 'k', value, time })}\n`;

test('too few operations are no pass, but what is broken in them is broken', (t) => {
  const few = { ...RECORD, operations: 2, reads: 1, writes: 1, ok: 2 };
  const write = event(0, 'invoke', 'write', 'a', 1) + event(0, 'ok', 'write', 'a', 2);
  const read = (value: string | null) =>
    event(1, 'invoke', 'read', null, 3) + event(1, 'ok', 'read', value, 4);
  const fine = judgeText(t, write + read('a'), few);
  assert.equal(fine.verdict, 'unknown');
  assert.match(fine.because!, /tested nothing: 2 operations were answered/);
  assert.match(describeHistory(fine), /UNKNOWN, no pass/);
  const broken = judgeText(t, write + read(null), few);
  assert.equal(broken.verdict, 'not-linearizable');
  assert.ok(existsSync(broken.counterexample!));
  assert.equal(judgeText(t, '', { ...few, ok: 0 }).verdict, 'unknown');
});

test('reads alone, or writes alone, prove nothing', () => {
  assert.equal(whyTooFew(RECORD), null);
  assert.notEqual(whyTooFew({ ...RECORD, reads: 60, writes: 0 }), null);
  assert.notEqual(whyTooFew({ ...RECORD, reads: 0, writes: 60 }), null);
  assert.notEqual(whyTooFew({ ...RECORD, ok: 49 }), null);
});
