import assert from 'node:assert/strict';
import test from 'node:test';
import type { HistoryEvent } from '../results/schema/history.js';
import { monotonicNs } from './clock.js';
import { Exchange } from './exchange.js';
import { HistoryRecorder } from './history-recorder.js';
import { defaultLoadOptions } from './index.js';
import type { WorkerSetup } from './messages.js';

const CLIENTS = 4;

class Recorder {
  readonly events: HistoryEvent[] = [];
  readonly history: HistoryRecorder;
  readonly exchange = new Exchange({ exchangeEnded() {}, exchangeResent() {}, exchangeBroke() {} });

  constructor() {
    const setup: WorkerSetup = {
      options: { ...defaultLoadOptions, targets: [], clients: CLIENTS },
      index: 0,
      count: 1,
      runId: '00112233aabbccdd',
      control: new SharedArrayBuffer(16),
      live: new SharedArrayBuffer(16),
      wakeUps: null,
    };
    this.history = new HistoryRecorder(setup, { keys: 2, operationsMax: 1_000 }, ({ lines }) => {
      this.events.push(...lines.map((line) => JSON.parse(line) as HistoryEvent));
    });
    this.history.start(monotonicNs());
  }

  /** Begins operations of the client until one is of the kind wanted; the others end in order at once. */
  begin(client: number, kind: 'read' | 'write'): void {
    for (let attempt = 0; attempt < 1_000; attempt++) {
      this.exchange.begin(monotonicNs());
      const request = this.history.begin(this.exchange, client);
      if (request === null) continue;
      assert.equal(request.body === null, this.exchange.isRead);
      if (this.exchange.isRead === (kind === 'read')) return;
      this.exchange.status = 404;
      this.history.ended(this.exchange, client, null);
    }
    assert.fail(`no ${kind} was due`);
  }

  last(): HistoryEvent {
    this.history.flush();
    return this.events.at(-1)!;
  }
}

test('a write that was never written to a socket fails; one that was, and broke, stays open', () => {
  const recorder = new Recorder();
  recorder.begin(1, 'write');
  recorder.exchange.error = new Error('refused');
  recorder.history.ended(recorder.exchange, 1, 'connect_refused');
  assert.deepEqual([recorder.last().type, recorder.last().process], ['fail', 1]);
  recorder.begin(1, 'write');
  recorder.exchange.sentNs = 1;
  // A status without the end of its answer proves nothing.
  recorder.exchange.status = 400;
  recorder.exchange.recorded!.keep(Buffer.from('{"error":{"code":"STRATA_NO_LEADER"}}'));
  recorder.exchange.error = new Error('reset');
  recorder.history.ended(recorder.exchange, 1, 'reset');
  assert.deepEqual([recorder.last().type, recorder.last().process], ['info', 1]);
  recorder.begin(1, 'read');
  assert.equal(recorder.last().process, 1 + CLIENTS + 1);
});

test('a write that the HTTP client sent twice is two writes, and the second never ends', () => {
  const recorder = new Recorder();
  recorder.begin(2, 'write');
  const first = recorder.last();
  recorder.history.resent(recorder.exchange, 2);
  const second = recorder.last();
  assert.deepEqual([second.type, second.value, second.key], ['invoke', first.value, first.key]);
  assert.notEqual(second.process, first.process);
  recorder.exchange.status = 200;
  recorder.history.ended(recorder.exchange, 2, null);
  assert.deepEqual([recorder.last().type, recorder.last().process], ['ok', first.process]);
  recorder.begin(2, 'read');
  const third = recorder.last();
  assert.ok(third.process !== first.process && third.process !== second.process);
  // A read that is sent twice is still one read.
  recorder.history.resent(recorder.exchange, 2);
  assert.equal(recorder.last(), third);
});

test('a read gives what the store holds: a value of this run, nothing, or bytes that nobody wrote', () => {
  const recorder = new Recorder();
  const answers: readonly (readonly [number, string | null, unknown])[] = [
    [404, null, null],
    [200, '3-7'.padEnd(128, '.'), '3-7'],
    [200, '3-7', 'foreign, 3 bytes: 3-7'],
  ];
  for (const [status, body, value] of answers) {
    recorder.begin(0, 'read');
    recorder.exchange.status = status;
    if (body !== null) recorder.exchange.recorded!.keep(Buffer.from(body));
    recorder.history.ended(recorder.exchange, 0, null);
    assert.deepEqual([recorder.last().type, recorder.last().value], ['ok', value]);
  }
});
