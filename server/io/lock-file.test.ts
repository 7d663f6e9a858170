import assert from 'node:assert/strict';
import { fork, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { acquireLock } from './lock-file.js';

async function withPath(run: (path: string, directory: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'strata-lock-'));
  try {
    await run(join(directory, 'lock'), directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const lockedBy = (pid: number | string) => ({
  code: 'STRATA_DATA_DIR_LOCKED',
  message: new RegExp(`process ${pid}\\.`),
});

/** The pid of a process that has ended. */
function deadPid(): number {
  return spawnSync(process.execPath, ['--version']).pid;
}

test('one holder at a time; free again after release, nothing left behind', () =>
  withPath(async (path, directory) => {
    const lock = acquireLock(path);
    assert.throws(() => acquireLock(path), lockedBy(process.pid));
    await lock.release();
    assert.deepEqual(readdirSync(directory), []);
    await acquireLock(path).release();
  }));

test('the lock of a dead process is taken over', () =>
  withPath(async (path, directory) => {
    writeFileSync(
      path,
      `${deadPid()} 12345 ${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}`,
    );
    const lock = acquireLock(path);
    assert.match(readFileSync(path, 'utf8'), new RegExp(`^${process.pid} `));
    assert.deepEqual(readdirSync(directory), ['lock']);
    await lock.release();
  }));

test('a pid that lives again as another process is not the holder', () =>
  withPath(async (path) => {
    const lock = acquireLock(path);
    const [pid, start, boot] = readFileSync(path, 'utf8').split(' ');
    writeFileSync(path, `${pid} ${Number(start) - 1} ${boot}`);
    await acquireLock(path).release();
    writeFileSync(path, `${pid} ${start} another-boot`);
    await acquireLock(path).release();
    writeFileSync(path, `${pid} ${start} ${boot}`);
    assert.throws(() => acquireLock(path), lockedBy(process.pid));
    await lock.release();
  }));

test('a file that no lock wrote is respected', () =>
  withPath(async (path) => {
    writeFileSync(path, 'precious');
    assert.throws(() => acquireLock(path), lockedBy('precious'));
    assert.equal(readFileSync(path, 'utf8'), 'precious');
  }));

test('a takeover that died half-way is taken over as well', () =>
  withPath(async (path, directory) => {
    writeFileSync(path, `${deadPid()} 1 -`);
    writeFileSync(`${path}.takeover`, `${deadPid()} 1 -`);
    const lock = acquireLock(path);
    assert.deepEqual(readdirSync(directory), ['lock']);
    await lock.release();
  }));

test('a takeover under way keeps others out', () =>
  withPath(async (path) => {
    writeFileSync(path, `${deadPid()} 1 -`);
    const other = acquireLock(`${path}.takeover`);
    assert.throws(() => acquireLock(path), lockedBy(process.pid));
    await other.release();
  }));

test('releasing leaves a lock alone that has become another process’s', () =>
  withPath(async (path) => {
    const lock = acquireLock(path);
    writeFileSync(path, '1 1 -');
    await lock.release();
    assert.ok(existsSync(path));
  }));

test('of many processes that find a dead holder exactly one gets the lock', () =>
  withPath(async (path) => {
    for (let round = 0; round < 3; round++) {
      writeFileSync(path, `${deadPid()} 1 -`);
      const children = Array.from({ length: 4 }, () =>
        fork(new URL('./testing/lock-taker.js', import.meta.url), [path]),
      );
      const answers = await Promise.all(
        children.map((child) => new Promise((resolve) => child.once('message', resolve))),
      );
      assert.equal(answers.filter((answer) => answer === 'taken').length, 1, String(answers));
      const ended = children.map((child) => new Promise((resolve) => child.once('exit', resolve)));
      for (const child of children) child.send('end');
      await Promise.all(ended);
      rmSync(path, { force: true });
    }
  }));

test('a holder that was killed and is not yet reaped is dead', async (t) => {
  // The shell becomes a program that never waits for its child.
  const parent = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  t.after(() => parent.kill('SIGKILL'));
  const pid = Number(
    await new Promise<string>((resolve) =>
      parent.stdout.once('data', (text: Buffer) => resolve(text.toString('utf8'))),
    ),
  );
  for (let tries = 0; !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')) && tries < 200; tries++)
    await new Promise((resolve) => setTimeout(resolve, 10));
  await withPath(async (path) => {
    writeFileSync(path, `${pid} - -`);
    const lock = acquireLock(path);
    await lock.release();
  });
});
