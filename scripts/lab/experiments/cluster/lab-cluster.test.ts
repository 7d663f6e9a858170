import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { LabExperiment, type LayersSnapshot } from '../../../../results/schema/index.js';
import { runCli, startCli, temporaryDirectory } from '../../../e2e/fixture.js';
import { fetchLayers } from '../../../lib/node-api.js';
import { LabCluster, untilAnswered } from './lab-cluster.js';

test('an experiment runs through the command line, and leaves figures and no process', async (t) => {
  const out = join(temporaryDirectory(t), 'run');
  const { code, stderr } = await runCli(t, ['lab', 'run', 'C1', '--quick', '--repeats', '1', '--out', out]);
  assert.equal(code, 0, stderr);
  const experiment = LabExperiment.parse(JSON.parse(readFileSync(join(out, 'lab', 'C1.json'), 'utf8')));
  assert.equal(experiment.state, 'done', experiment.because ?? '');
  const runs = experiment.rounds.flatMap((round) => round.runs);
  assert.deepEqual(runs.map(({ arm }) => arm).sort(), ['follower', 'leader']);
  for (const { values } of runs) assert.ok(values['peer-traffic']! > 0, JSON.stringify(values));
  assert.deepEqual(processesBelow(out), []);
});

test('an interruption ends the nodes, and removes what they wrote', async (t) => {
  const out = join(temporaryDirectory(t), 'run');
  const cli = startCli(t, ['lab', 'run', 'C1', '--quick', '--repeats', '1', '--out', out]);
  let hasEnded = false;
  void cli.result.then(() => {
    hasEnded = true;
  });
  while (!hasEnded && processesBelow(out).length < 3) await sleep(20);
  cli.signal('SIGINT');
  const { code, stderr } = await cli.result;
  assert.equal(code, 130, stderr);
  assert.deepEqual(processesBelow(out), []);
  assert.equal(existsSync(join(out, 'scratch')), false);
});

test('a warm-up ends when enough is answered, and when its time is over', async (t) => {
  let seen = 0;
  const { signal } = new AbortController();
  const url = await startCounter(t, () => (seen += 100));
  await untilAnswered(url, 250, 60, signal);
  // The first look is where counting begins.
  assert.equal(seen, 400);
  const slow = await startCounter(t, () => 7);
  const startMs = performance.now();
  await untilAnswered(slow, 1, 0.2, signal);
  assert.ok(performance.now() - startMs >= 200);
  await assert.rejects(untilAnswered(slow, 1, 60, AbortSignal.abort(new Error('stopped'))), /abort/i);
});

test('a cluster is warm before it is measured', async (t) => {
  const context = {
    signal: new AbortController().signal,
    directory: temporaryDirectory(t),
    quick: true,
    seed: 1,
    progress: () => {},
  };
  await LabCluster.during(context, 'warm', { nodes: 1 }, async (lab) => {
    const startMs = performance.now();
    await lab.prime();
    const seconds = (performance.now() - startMs) / 1e3;
    const { counters } = await fetchLayers((await lab.leader()).url);
    const { primeRequests, primeSeconds } = lab.times;
    // On a busy machine it is the time that ends it.
    assert.ok(
      counters.log_entries_total! >= 0.9 * primeRequests || seconds >= primeSeconds,
      `${counters.log_entries_total} entries in ${seconds} s`,
    );
    assert.ok(counters.log_entries_total! > 100, `${counters.log_entries_total}`);
  });
});

/** A node that knows nothing but how many requests it has seen. */
async function startCounter(t: TestContext, requests: () => number): Promise<string> {
  const layers = (): LayersSnapshot => ({
    schema: 'strata.layers/1',
    node: { id: 1, role: 'leader', term: 1, leader: 1, pid: 1, strata: '1', nodejs: '20' },
    takenNs: 1,
    startedNs: 1,
    config: {},
    counters: { network_http_requests_total: requests() },
    gauges: {},
    histograms: {},
  });
  const server = createServer((_, response) => response.end(JSON.stringify(layers())));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Ids of processes with a path below the folder in their command line. */
function processesBelow(directory: string): number[] {
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return ids
    .filter((id) => Number(id) !== process.pid && commandLineOf(id).includes(`${directory}/`))
    .map(Number);
}

function commandLineOf(id: string): string {
  try {
    return readFileSync(`/proc/${id}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
