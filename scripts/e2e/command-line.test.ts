import assert from 'node:assert/strict';
import test from 'node:test';
import { freePortRow, freePorts } from '../lib/ports.js';
import { runCli, STACK, startCli, temporaryDirectory } from './fixture.js';

const COMMANDS = [
  'up',
  'serve',
  'member',
  'backup',
  'restore',
  'wal',
  'load',
  'sweep',
  'fsync',
  'profile',
  'repeat',
  'report',
  'compare',
  'check',
  'doctor',
];

/** `[arguments, exit code, what stderr must say]`. */
const REFUSED: readonly (readonly [readonly string[], number, RegExp])[] = [
  [['sweeep'], 2, /Unknown command 'sweeep'.*See strata --help/],
  [['load'], 2, /--target.*See strata load --help/],
  [['up', '--nodez', '3'], 2, /Unknown option '--nodez'.*See strata up --help/],
  [['up', '--nodes', '0'], 2, /--nodes.*whole number from 1 to 9.*See strata up --help/],
  [['up', '--fsync', 'maybe'], 2, /"maybe" is not a strategy/],
  [['up', '--primitive', 'hope'], 2, /fdatasync, fsync, dsync/],
  [['load', '--target', 'localhost'], 2, /not a URL/],
  [['load', '--target', 'http://127.0.0.1:1', '--threshold', 'p99<20'], 2, /p99 needs a unit/],
  [['load', '--target', 'http://127.0.0.1:1', '--duration', 'soon'], 2, /such as 500ms/],
  [['sweep', '--levels', '10,x'], 2, /--levels.*whole number/],
  [['sweep', '--probes', 'crystal-ball'], 2, /There is no probe crystal-ball; there are/],
  [['sweep', '--target', 'http://127.0.0.1:1', '--with-fsync'], 2, /leave --target out/],
  [['serve', 'extra', '--config', 'x'], 2, /Too many arguments/],
  [['report', '/nonexistent'], 3, /run\.json cannot be read/],
];

for (const [args, code, sentence] of REFUSED) {
  test(`strata ${args.join(' ')}: exit code ${code}, one sentence`, async (t) => {
    const result = await runCli(t, args);
    assert.equal(result.code, code, result.stderr);
    assert.match(result.stderr, /^strata: [^\n]+ \(STRATA_[A-Z_]+\)\n$/);
    assert.match(result.stderr, sentence);
    assert.equal(result.stdout, '');
  });
}

test('a load without a cluster: exit code 4 and the address', async (t) => {
  const [port] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const { code, stderr } = await runCli(t, ['load', '--target', url, '--duration', '1s', '--clients', '2']);
  assert.equal(code, 4, stderr);
  assert.match(stderr, new RegExp(`^strata: .*${url}`));
  assert.doesNotMatch(stderr, STACK);
});

test('without arguments: the help on stderr, exit code 2', async (t) => {
  const { code, stdout, stderr } = await runCli(t, []);
  assert.deepEqual([code, stdout], [2, '']);
  assert.match(stderr, /Usage: strata/);
});

for (const command of COMMANDS) {
  test(`strata ${command} --help: on stdout, with examples, exit code 0`, async (t) => {
    const { code, stdout, stderr } = await runCli(t, [command, '--help']);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, new RegExp(`Usage: strata ${command}`));
    assert.match(stdout, new RegExp(`Examples:[^]*strata ${command === 'serve' ? 'serve' : command}`));
  });
}

test('doctor --json is one JSON document that names Node', async (t) => {
  const { code, stdout } = await runCli(t, ['doctor', '--json']);
  assert.equal(code, 0);
  const { capabilities } = JSON.parse(stdout) as { capabilities: { name: string; available: boolean }[] };
  assert.equal(capabilities.find(({ name }) => name === 'node')?.available, true);
});

test('up prints one JSON line, load measures and verifies, SIGTERM stops everything', async (t) => {
  const first = await freePortRow(2);
  const up = startCli(t, [
    ...['up', '--data', temporaryDirectory(t), '--nodes', '1'],
    ...['--http-port', `${first}`, '--peer-port', `${first + 1}`],
  ]);
  const line = await up.firstLine;
  if (line === null) assert.fail((await up.result).stderr);
  const ready = JSON.parse(line) as {
    ready: boolean;
    leader: number;
    nodes: { id: number; pid: number; http: string }[];
  };
  assert.deepEqual([ready.ready, ready.leader, ready.nodes.length], [true, 1, 1]);
  const [node] = ready.nodes as [(typeof ready.nodes)[number]];
  const load = [
    'load',
    '--target',
    node.http,
    '--clients',
    // Enough for a history that proves something within a second on a slow machine too.
    '24',
    '--duration',
    '1s',
    '--warmup',
    '200ms',
    '--json',
  ];

  const good = await runCli(t, [...load, '--verify', '--threshold', 'throughput>1']);
  assert.equal(good.code, 0, good.stderr);
  const summary = JSON.parse(good.stdout) as { operations: { ok: number }; verification: { lost: number } };
  assert.ok(summary.operations.ok > 0);
  assert.equal(summary.verification.lost, 0);

  const missed = await runCli(t, [...load, '--threshold', 'throughput>100000000']);
  assert.equal(missed.code, 1, missed.stderr);

  up.signal('SIGTERM');
  const { code, stdout } = await up.result;
  assert.equal(code, 0);
  assert.equal(stdout, `${line}\n`);
  assert.throws(() => process.kill(node.pid, 0), { code: 'ESRCH' });
});
