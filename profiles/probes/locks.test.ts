import assert from 'node:assert/strict';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { readDocument } from '../../results/run-directory.js';
import { LockCapture, type LockReading } from '../../results/schema/index.js';
import { lockReading } from '../../results/testing/lock-reading.js';
import { observe } from '../testing/inspector-capture.js';
import { scratchFolder } from '../testing/workload.js';
import { locksProbe } from './locks.js';

const HELD_MS = 10;
const TAKEN = 20;

describe('the locks probe on a running process', { concurrency: false }, () => {
  it('finds every wait for a lock that a Worker holds for 10 ms, who waited, and its layer', () =>
    observe<typeof LockCapture, number>(
      { probe: locksProbe, schema: LockCapture, mode: 'lock', node: 1 },
      ({ document: { atomics, locks }, result: waits }) => {
        assert.deepEqual(locks, []);
        assert.ok(atomics !== null && waits >= TAKEN - 2, `${waits} waits`);
        assert.equal(atomics.waits, waits);
        const [caller, ...others] = atomics.callers;
        assert.deepEqual(others, []);
        assert.match(caller!.where, /^waitForLock \(server\/log\/lock\.js:\d+\)$/);
        assert.deepEqual([caller!.layer, caller!.count], ['log', waits]);
        const meanMs = atomics.waitMs / waits;
        assert.ok(meanMs > 0.7 * HELD_MS && meanMs < 4 * HELD_MS, `${meanMs} ms`);
        assert.ok(atomics.longestMs >= meanMs && atomics.longestMs <= atomics.waitMs);
      },
    ));
  it('finds the same in a process that is not ours, on no layer', () =>
    observe<typeof LockCapture, number>(
      { probe: locksProbe, schema: LockCapture, mode: 'lock' },
      ({ document: { atomics }, result: waits }) => {
        assert.equal(atomics?.waits, waits);
        assert.equal(atomics?.callers[0]?.layer, 'unattributed');
      },
    ));
  it('finds no wait in an idle process', () =>
    observe({ probe: locksProbe, schema: LockCapture, mode: 'idle' }, ({ document: { atomics } }) => {
      assert.deepEqual(atomics, { waits: 0, waitMs: 0, longestMs: 0, callers: [] });
    }));
});

describe('the locks probe on a node that keeps accounts', { concurrency: false }, () => {
  const folder = scratchFolder();
  let answers: object[] = [];
  let asked: (string | undefined)[] = [];
  const server = http.createServer((request, response) => {
    asked.push(request.headers.authorization);
    response.end(JSON.stringify(answers.shift()));
  });
  before(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  after(() => {
    server.close();
    folder.remove();
  });

  async function capture(...layers: object[]): Promise<LockCapture> {
    answers = layers;
    asked = [];
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    // The process with id 1 does not listen on that port: the node runs elsewhere.
    const target = { node: 2, role: 'leader', pid: 1, url, token: 'secret' } as const;
    const session = await locksProbe.start(target, folder.path, { seconds: 1 });
    return readDocument(join(folder.path, await session.stop()), LockCapture);
  }

  it('gives what they grew by, and says that it did not see the main thread', async () => {
    const { locks, atomics } = await capture(
      layersWith([lockReading({ acquisitions: 5, contended: 1, waitNs: 7, waiters: [waiter(1, 7)] })]),
      layersWith([lockReading({ acquisitions: 9, contended: 3, waitNs: 27, waiters: [waiter(3, 27)] })]),
    );
    assert.equal(atomics, null);
    assert.deepEqual(locks, [
      lockReading({ acquisitions: 4, contended: 2, waitNs: 20, waiters: [waiter(2, 20)] }),
    ]);
    assert.deepEqual(asked, ['Bearer secret', 'Bearer secret']);
  });
  it('has none of a version that keeps none', async () => {
    assert.deepEqual((await capture(layersWith(undefined), layersWith(undefined))).locks, []);
  });
  it('fails when the node restarted, or answers something else', async () => {
    const fell = capture(
      layersWith([lockReading({ acquisitions: 5 })]),
      layersWith([lockReading({ acquisitions: 4 })]),
    );
    await assert.rejects(fell, { code: 'STRATA_PROBE_FAILED', message: /fell from 5 to 4.*restart/ });
    await assert.rejects(capture({ schema: 'other' }), { code: 'STRATA_PROBE_OUTPUT_INVALID' });
  });
});

function waiter(count: number, waitNs: number): LockReading['waiters'][number] {
  return { who: 'append', count, waitNs };
}

function layersWith(locks: LockReading[] | undefined): object {
  return {
    schema: 'strata.layers/1',
    node: { id: 2, role: 'leader', term: 1, leader: 2, pid: 1, strata: '0.1.0', nodejs: '20.0.0' },
    takenNs: 1,
    startedNs: 0,
    config: {},
    counters: {},
    gauges: {},
    histograms: {},
    ...(locks === undefined ? {} : { locks }),
  };
}
