import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { openToAll } from '../security/authenticator.js';
import { silentLogger } from '../silent-logger.js';
import { FakeAdmin } from '../testing/fake-admin.js';
import { FakeService } from '../testing/fake-service.js';
import { MemoryMetrics } from '../testing/memory-metrics.js';
import { projectFile } from '../testing/project-file.js';
import { realClock } from '../testing/real-clock.js';
import { testLimits } from '../testing/test-limits.js';
import { Admission } from './admission.js';
import { Authorizer } from './authorizer.js';
import { createHttpMetrics } from './http-metrics.js';
import { keyRoutes } from './key-value-routes.js';
import { Replier } from './replier.js';
import type { RouteEntry } from './router.js';
import { createRoutes } from './routes.js';
import { WatchRoutes } from './watch-routes.js';

function routes(): RouteEntry[] {
  const service = new FakeService();
  const metricsSource = new MemoryMetrics();
  const metrics = createHttpMetrics(metricsSource, realClock);
  const limits = testLimits();
  const tools = {
    limits,
    metrics,
    clock: realClock,
    replier: new Replier(metrics, silentLogger),
    admission: new Admission(limits, () => {}),
    authorizer: new Authorizer(openToAll),
  };
  const sources = { service, admin: new FakeAdmin(), metricsSource };
  return [...keyRoutes, ...createRoutes(sources, tools, new WatchRoutes(service, tools))];
}

test('README.md lists every route with its role and its parameters, and no other', () => {
  const text = readFileSync(projectFile('server/network/http/README.md'), 'utf8');
  const documented = [
    ...text.matchAll(/^\| (GET|PUT|POST|DELETE) +\| `([^`]+)` +\| (\w+) +\| ([^|]*)\|/gm),
  ].map(([, method, path, role, query]) => ({
    method,
    path,
    role,
    parameters: [...query!.matchAll(/`(\w+)`/g)].map((match) => match[1]),
  }));
  assert.deepEqual(
    documented,
    routes().map(({ method, path, role, parameters }) => ({
      method,
      path,
      role,
      parameters: [...parameters],
    })),
  );
});
