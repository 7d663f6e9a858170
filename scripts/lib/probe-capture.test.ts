import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import type { Probe, ProbeSession } from '../../profiles/probe.js';
import { ProbeCapture } from './probe-capture.js';

function scratch(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'strata-capture-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, 'passes', 'made-up');
}

function probe(start: (node: number) => Promise<ProbeSession>): Probe {
  return {
    name: 'made-up',
    question: '',
    tier: 'T0',
    cost: '',
    watches: 'all',
    nodeArguments: [],
    byDefault: true,
    check: async () => ({ available: true, detail: '', install: null }),
    start: ({ node }) => start(node),
  };
}

const node = (id: number) => ({ node: id, role: 'unknown' as const, pid: 1, url: null });

test('one node that refuses and one that fails at the end cost their own captures only', async (t) => {
  const directory = scratch(t);
  const capture = new ProbeCapture(
    probe(async (id) => {
      if (id === 1) throw new Error('refused');
      return {
        stop: () => (id === 2 ? Promise.reject(new Error('lost')) : Promise.resolve(`node-${id}.json`)),
      };
    }),
    directory,
  );
  assert.ok(existsSync(directory));
  await capture.start([node(1), node(2), node(4), node(3)], 1);
  await capture.stop();
  assert.deepEqual(capture.captures, ['node-3.json', 'node-4.json']);
  assert.equal(capture.failed, 'node 1: refused; node 2: lost');
});

test('a second stop stops nothing twice, and a single target is not named', async (t) => {
  let stops = 0;
  const capture = new ProbeCapture(
    probe(async () => ({
      stop: async () => {
        stops += 1;
        return 'node-0.json';
      },
    })),
    scratch(t),
  );
  await capture.start([node(0)], 1);
  await Promise.all([capture.stop(), capture.stop()]);
  assert.deepEqual([stops, capture.failed, capture.captures], [1, null, ['node-0.json']]);
  const refused = new ProbeCapture(
    probe(() => Promise.reject(new Error('refused'))),
    scratch(t),
  );
  await refused.start([node(0)], 1);
  assert.equal(refused.failed, 'refused');
});

test('stop waits for what is still being attached, so that nothing stays attached', async (t) => {
  const events: string[] = [];
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const capture = new ProbeCapture(
    probe(async () => {
      await released;
      events.push('attached');
      return {
        stop: async () => {
          events.push('detached');
          return 'node-0.json';
        },
      };
    }),
    scratch(t),
  );
  const starting = capture.start([node(0)], 1);
  const stopping = capture.stop();
  release();
  await Promise.all([starting, stopping]);
  assert.deepEqual(events, ['attached', 'detached']);
});

test('a capture that does not end in time is a failure, not a run that hangs', async (t) => {
  const capture = new ProbeCapture(
    probe(async () => ({ stop: () => new Promise<string>(() => {}) })),
    scratch(t),
  );
  await capture.start([node(0)], 1);
  await capture.stop(20);
  assert.match(capture.failed ?? '', /did not end within 0\.02 s/);
});
