import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { dashboardMetrics } from '../lib/dashboard.js';
import { projectRoot } from '../lib/project-root.js';
import { ask, startCluster } from './fixture.js';

test('/metrics of a node that works: every metric of the dashboard and of the alerts is there', async (t) => {
  const cluster = await startCluster(t);
  const leader = await cluster.waitForLeader();
  assert.ok((await ask(leader.url, 'PUT', '/kv/k', { body: 'v' })).status < 300);
  assert.equal((await ask(leader.url, 'GET', '/kv/k')).body, 'v');
  assert.equal((await ask(leader.url, 'POST', '/snapshot')).status, 200);
  for (const url of cluster.urls) {
    const { status, headers, body } = await ask(url, 'GET', '/metrics');
    assert.equal(status, 200, body.slice(0, 500));
    assert.match(String(headers['content-type']), /^text\/plain; version=0\.0\.4/);
    const known = new Set([...body.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name!));
    assert.deepEqual(
      [...dashboardMetrics(), ...alertMetrics()].filter((name) => !known.has(name)),
      [],
    );
  }
});

function alertMetrics(): string[] {
  const rules = readFileSync(join(projectRoot(), 'scripts', 'deploy', 'alerts.yaml'), 'utf8');
  return [...rules.matchAll(/strata_\w+/g)].map(([name]) => name.replace(/_bucket$/, ''));
}
