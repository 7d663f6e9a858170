import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { PROBES } from '../../profiles/index.js';
import { profileCaptures, readProfileDirectory } from '../../results/profile-directory.js';
import { readRunDirectory } from '../../results/run-directory.js';
import type { NodeConfigInput } from '../../server/config/config.js';
import { ask, runCli, startCli, startCluster, temporaryDirectory, until } from './fixture.js';
import { NAMED, startService, writeService } from './foreign-service.js';

/** A PATH with nothing but Node.js on it. */
function barePath(t: TestContext): string {
  const directory = join(temporaryDirectory(t), 'bin');
  mkdirSync(directory);
  symlinkSync(process.execPath, join(directory, 'node'));
  return directory;
}

const isRegistered = (name: string) => PROBES.some((probe) => probe.name === name);
const OBSERVED = ['cpu-profile', 'gc', 'proc'].filter(isRegistered);

test('a foreign Node.js process by its id: captured, attributed, described, and left as it was', async (t) => {
  const service = await startService(t);
  const descriptors = () => readdirSync(`/proc/${service.pid}/fd`).length;
  await ask(service.url, 'GET', '/');
  const before = descriptors();
  const out = join(temporaryDirectory(t), 'profile');
  const args = ['--pid', `${service.pid}`, '--seconds', '2', '--probes', OBSERVED.join(','), '--json'];
  const { code, stdout, stderr } = await runCli(t, ['profile', ...args, '--out', out]);
  assert.equal(code, 0, stderr);
  const printed = JSON.parse(stdout) as { profile: string; page: string; captured: string[] };
  assert.deepEqual([...printed.captured].sort(), [...OBSERVED].sort());

  const data = readProfileDirectory(out);
  const { process: facts } = data.profile;
  assert.deepEqual(
    [facts.how, facts.pid, facts.node, facts.program, facts.nodejs],
    ['pid', service.pid, 0, 'node service.cjs', process.versions.node],
  );
  const [cpu] = profileCaptures(data, 'strata.cpu/1');
  assert.ok(
    cpu!.frames.some(({ name }) => name === 'burnHere'),
    'the function that burns is not in the profile',
  );
  if (isRegistered('gc')) {
    const [gc] = profileCaptures(data, 'strata.gc/1');
    assert.ok(gc!.kinds.reduce((sum, kind) => sum + kind.count, 0) > 0, 'it makes garbage all the time');
  }
  const page = readFileSync(printed.page, 'utf8');
  assert.match(page, /`burnHere`/);
  assert.ok(existsSync(join(out, 'flame', 'cpu.svg')));
  for (const name of readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((n) =>
    /\.(json|md)$/.test(n),
  ))
    assert.doesNotMatch(
      readFileSync(join(out, name), 'utf8'),
      /hunter2/,
      `${name} holds an argument of the program`,
    );

  assert.equal((await ask(service.url, 'GET', '/')).body, 'fine');
  await until(async () => descriptors() <= before, 'all that was opened in the process is closed again');
});

test('a node of ours by its URL, with a token where it wants one: its own page, and the token nowhere in it', async (t) => {
  const token = 'a'.repeat(32);
  const tokensFile = join(temporaryDirectory(t), 'tokens');
  writeFileSync(tokensFile, `admin ${token}\n`, { mode: 0o600 });
  const adjust = (config: NodeConfigInput): NodeConfigInput => ({ ...config, security: { tokensFile } });
  const cluster = await startCluster(t, { nodes: 1, token, adjust });
  const [url] = cluster.urls;
  const out = join(temporaryDirectory(t), 'profile');
  const { code, stdout, stderr } = await runCli(t, [
    ...['profile', '--url', url!, '--seconds', '1', '--probes', OBSERVED.join(','), '--out', out],
    ...['--token', token],
  ]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^captured: .*cpu-profile/);
  const refused = await runCli(t, ['profile', '--url', url!, '--out', join(out, 'other')]);
  assert.equal(refused.code, 4, refused.stderr);
  assert.match(refused.stderr, /it answered 401/);
  const { profile } = readProfileDirectory(out);
  assert.deepEqual(
    [profile.process.isLocal, profile.process.pid, profile.process.node, profile.process.role],
    [true, cluster.nodes[0]!.pid, 1, 'leader'],
  );
  assert.match(readFileSync(join(out, 'profile.md'), 'utf8'), /# Profile of node 1/);
  assert.doesNotMatch(readFileSync(join(out, 'profile.json'), 'utf8'), new RegExp(token));
  assert.ok(cluster.nodes[0]!.running);
});

test('a node whose process is not here: what asks over HTTP runs, the rest is told, and no process here is touched', async (t) => {
  const cluster = await startCluster(t, { nodes: 1 });
  const service = await startService(t);
  // The node says the id of a process that is another one here, as a node of another machine does.
  const proxy = createServer(async (request, response) => {
    const answer = await ask(cluster.urls[0]!, 'GET', request.url!);
    response.statusCode = answer.status;
    response.end(answer.body.replace(/"pid":\s*\d+/, `"pid":${service.pid}`));
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  t.after(() => proxy.close());
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const out = join(temporaryDirectory(t), 'profile');
  const { code, stderr } = await runCli(t, ['profile', '--url', url, '--seconds', '1', '--out', out]);
  assert.equal(code, 0, stderr);
  const { profile } = readProfileDirectory(out);
  assert.equal(profile.process.isLocal, false);
  assert.ok(profile.passes.some(({ probe }) => probe === 'cpu-profile'));
  for (const { name, overHttp, byDefault } of PROBES) {
    if (!byDefault || overHttp === true) continue;
    const gap = profile.notMeasured.find(({ what }) => what === name);
    assert.match(gap?.because ?? 'no line', /the process is not on this machine/, name);
  }
  assert.ok(service.alive());
});

test('without strace and perf: a whole profile that says what is missing', async (t) => {
  const service = await startService(t);
  const out = join(temporaryDirectory(t), 'profile');
  const args = ['profile', '--pid', `${service.pid}`, '--seconds', '1', '--lang', 'en,zh', '--out', out];
  const { code, stdout, stderr } = await runCli(t, args, { PATH: barePath(t) });
  assert.equal(code, 0, `${stdout}${stderr}`);
  assert.match(stdout, /not captured: strace, because strace is not installed/);
  const { profile } = readProfileDirectory(out);
  assert.ok(profile.passes.length > 0);
  assert.ok(profile.passes.every(({ probe }) => probe !== 'strace'));
  assert.match(readFileSync(join(out, 'profile.md'), 'utf8'), /\| strace \| strace is not installed/);
  assert.match(readFileSync(join(out, 'profile.zh.md'), 'utf8'), /\| strace \| 未安装 strace/);
});

test('a sweep without strace and perf: a report that says so', async (t) => {
  const out = join(temporaryDirectory(t), 'run');
  const args = [
    'sweep',
    '--levels',
    '3',
    '--duration',
    '1s',
    '--warmup',
    '200ms',
    '--keys',
    '1000',
    '--quick',
  ];
  const { code, stderr } = await runCli(t, [...args, '--out', out], { PATH: barePath(t) });
  assert.equal(code, 0, stderr);
  const { run, points } = readRunDirectory(out);
  assert.match(run.notMeasured.find(({ what }) => what === 'strace')?.because ?? '', /not installed/);
  assert.ok(points[0]!.passes.some(({ pass }) => pass.probe === 'cpu-profile' && pass.captures.length > 0));
  assert.match(readFileSync(join(out, 'report.md'), 'utf8'), /strace is not installed/);
});

test('SIGINT ends a capture early: detached, written, exit code 130', async (t) => {
  const service = await startService(t);
  const out = join(temporaryDirectory(t), 'profile');
  const probe = isRegistered('gc') ? 'gc' : 'strace';
  const args = [
    'profile',
    '--pid',
    `${service.pid}`,
    '--seconds',
    '600',
    '--probes',
    `${probe},strace`,
    '--out',
    out,
  ];
  const cli = startCli(t, args);
  await until(async () => existsSync(join(out, 'passes', probe)), 'the first pass begins');
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  cli.signal('SIGINT');
  const { code, stdout, stderr } = await cli.result;
  assert.equal(code, 130, stderr);
  assert.match(stdout, /page: /);
  const { profile, passes } = readProfileDirectory(out);
  assert.equal(profile.interrupted, true);
  assert.deepEqual(
    passes.map(({ pass }) => pass.probe),
    [probe],
  );
  assert.ok(passes[0]!.pass.seconds < 600);
  assert.equal((await ask(service.url, 'GET', '/')).body, 'fine');
  const traced = /^TracerPid:\s+(\d+)/m.exec(readFileSync(`/proc/${service.pid}/status`, 'utf8'))?.[1];
  assert.equal(traced, '0', 'a tracer is still attached');
});

test('a program that is started for it ends with the capture', async (t) => {
  const script = writeService(t);
  const out = join(temporaryDirectory(t), 'profile');
  const launch = `"${process.execPath}" "${script}"`;
  const { code, stdout, stderr } = await runCli(t, [
    ...['profile', '--launch', launch, '--seconds', '1', '--probes', OBSERVED.join(','), '--out', out],
  ]);
  assert.equal(code, 0, `${stdout}${stderr}`);
  assert.match(stdout, /^captured: /, 'what the program prints does not go to the result');
  const { profile } = readProfileDirectory(out);
  assert.equal(profile.process.how, 'launch');
  assert.ok(profile.passes.some(({ probe }) => probe === 'cpu-profile'));
  assert.equal(existsSync(`/proc/${profile.process.pid}`), false, 'the program is left behind');
});

test('a program is started in the way that a probe needs, and leaves nothing of that behind', async (t) => {
  const perf = PROBES.find(({ name }) => name === 'perf');
  if (perf === undefined || !(await perf.check()).available) return t.skip('perf cannot run here');
  const script = writeService(t);
  const out = join(temporaryDirectory(t), 'profile');
  const wanted = ['profile', '--seconds', '2', '--probes', 'perf', '--out', out];
  const { code, stderr } = await runCli(t, [...wanted, '--', process.execPath, ...NAMED, script]);
  assert.equal(code, 0, stderr);
  const [capture] = profileCaptures(readProfileDirectory(out), 'strata.perf/1');
  assert.equal(capture!.namesJavaScript, true);
  assert.ok(capture!.frames.some(({ name }) => name === 'burnHere'));
  assert.equal(existsSync(`/tmp/perf-${capture!.pid}.map`), false);
});

test('a tool that is not installed: the command that installs it, exit code 4', async (t) => {
  const empty = temporaryDirectory(t);
  const wanted = [
    'profile',
    '--probes',
    'clinic-doctor',
    '--out',
    join(empty, 'out'),
    '--',
    'node',
    'app.js',
  ];
  const { code, stderr } = await runCli(t, wanted, { STRATA_TOOLS_DIR: empty });
  if (code === 0 || /STRATA_LAUNCH/.test(stderr)) return t.skip('clinic is installed in the project');
  assert.equal(code, 4, stderr);
  assert.match(stderr, /clinic is not installed; .*npm install --no-save clinic@13/);
});
