import assert from 'node:assert/strict';
import test from 'node:test';
import { RunDirectoryError } from '../../results/run-directory.js';
import { parseNodeConfig } from '../../server/config/config.js';
import { StrataError } from '../../server/errors.js';
import { CliError, renderError } from './cli-error.js';
import { planNodes } from './cluster-config.js';
import { startError } from './node-process.js';
import { textTable } from './output.js';
import { ownClusterFacts } from './own-cluster.js';
import { armPoint, middleLevel, nameLevels, timeStamp } from './plan.js';
import { createProgress } from './progress.js';
import { verdictOf } from './verdict.js';

test('every error becomes one line and an exit code, without a stack', () => {
  const cases: readonly [unknown, string, number][] = [
    [new CliError('STRATA_X', 'It\n  broke.', 4), 'strata: It broke. (STRATA_X)', 4],
    [
      new StrataError('STRATA_CONFIG_UNREADABLE', { path: 'f', reason: 'gone' }),
      'strata: Configuration file f cannot be read: gone. (STRATA_CONFIG_UNREADABLE)',
      2,
    ],
    [
      new StrataError('STRATA_DATA_DIR_LOCKED', { path: 'd', pid: 7 }),
      'strata: Data directory d is in use by process 7. (STRATA_DATA_DIR_LOCKED)',
      4,
    ],
    [new RunDirectoryError('x is not JSON.'), 'strata: x is not JSON. (STRATA_RUN_INVALID)', 3],
    [new TypeError('boom'), 'strata: unexpected: boom (STRATA_INTERNAL)', 70],
    ['text', 'strata: unexpected: text (STRATA_INTERNAL)', 70],
  ];
  for (const [error, line, exitCode] of cases) assert.deepEqual(renderError(error), { line, exitCode });
});

test('a node that ends at start is told by its own last sentence, code and exit code', () => {
  const log =
    '{"level":30}\nstrata: first (STRATA_A)\n{"x":1}\nstrata: Port 7001 is in use. (STRATA_PORT_IN_USE)\n';
  const error = startError(2, { code: 4, signal: null }, log, '/d/node.log');
  assert.deepEqual(
    [error.message, error.code, error.exitCode],
    ['Node 2: Port 7001 is in use.', 'STRATA_PORT_IN_USE', 4],
  );
  const silent = startError(2, { code: null, signal: 'SIGKILL' }, '', '/d/node.log');
  assert.deepEqual(
    [silent.message, silent.exitCode],
    ['Node 2 ended by SIGKILL at start; its log is /d/node.log.', 70],
  );
});

test('every node of a planned cluster has a configuration that the server takes', () => {
  const planned = planNodes({
    clusterId: 'c1',
    directory: '/d',
    host: '127.0.0.1',
    httpPorts: [7001, 7002, 7003],
    peerPorts: [7201, 7202, 7203],
    strategy: 'B',
    primitive: 'fsync',
    fsyncIntervalMs: 50,
  });
  assert.deepEqual(
    planned.map(({ id, configPath }) => [id, configPath]),
    [1, 2, 3].map((id) => [id, `/d/node-${id}/config.json`]),
  );
  for (const { id, config } of planned) {
    const parsed = parseNodeConfig(config);
    assert.equal(parsed.id, id);
    assert.deepEqual(
      [parsed.log.fsync, parsed.log.primitive, parsed.log.fsyncIntervalMs],
      ['interval', 'fsync', 50],
    );
  }
});

test('a run says of its own cluster what the server would use', () => {
  const facts = ownClusterFacts(5, 'A', 'dsync');
  assert.deepEqual([facts.nodes, facts.strategy, facts.primitive, facts.external], [5, 'A', 'dsync', false]);
  assert.ok(facts.electionTimeoutMsMin >= 3 * facts.heartbeatMs);
});

test('three levels are low, mid and high; others are named by their clients; durability is proved in the middle', () => {
  assert.deepEqual(
    nameLevels([1, 20, 300]).map(({ name }) => name),
    ['low', 'mid', 'high'],
  );
  assert.deepEqual(nameLevels([50]), [{ name: 'c50', clients: 50 }]);
  const levels = nameLevels([4, 8]);
  assert.equal(middleLevel(levels), levels[0]);
  assert.equal(middleLevel(nameLevels([10, 100, 1000])).clients, 100);
  assert.deepEqual(armPoint(levels[1]!, 'A', 'fsync'), {
    id: 'A-c8',
    series: 'fsync',
    level: 'c8',
    clients: 8,
    strategy: 'A',
    primitive: 'fsync',
    passes: [],
  });
  assert.equal(timeStamp(new Date('2025-10-28T12:30:05.678Z')), '20251028-123005');
});

test('the status line shows on a terminal only; notes are quiet in a pipe unless asked for; warnings always stay', () => {
  const run = (isTTY: boolean, verbose: boolean) => {
    let text = '';
    const progress = createProgress({ verbose }, { isTTY, columns: 10, write: (chunk) => (text += chunk) });
    progress.status('a long status line');
    progress.note('note');
    progress.warn('warn');
    progress.end();
    return text;
  };
  assert.equal(run(false, false), 'warn\n');
  assert.equal(run(false, true), 'note\nwarn\n');
  assert.equal(run(true, false), '\r\x1b[Ka long st\r\x1b[Knote\nwarn\n');
});

test('the verdict is the section under its heading, without emphasis', () => {
  const report = '# R\n\n## Verdict and findings\n\n**Good.** All is\nwell.\n\n### Detail\nmore\n## Next\n';
  assert.deepEqual(verdictOf(report), ['Good. All is', 'well.']);
  assert.deepEqual(verdictOf('## Verdict\nlast'), ['last']);
  assert.deepEqual(verdictOf('# nothing'), []);
});

test('columns of a table line up', () => {
  assert.equal(
    textTable([
      ['a', 'long', ''],
      ['wide', 'b', 'c'],
    ]),
    'a     long\nwide  b     c',
  );
});
