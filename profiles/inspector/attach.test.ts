import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertUntouched } from '../testing/inspector-capture.js';
import { OBSERVED_PROCESS, startObserved } from '../testing/inspector-workloads.js';
import { scratchFolder, type Workload, writeFiles } from '../testing/workload.js';
import { atomicsWaitAgent } from './agents/atomics-wait.js';
import { gcAgent } from './agents/gc.js';
import { type Attachment, attach } from './attach.js';
import { listeningSockets } from './listening-sockets.js';

const SECONDS = 5;
const ATTACH = new URL('./attach.js', import.meta.url).href;
const WAIT_LIMIT_MS = 20_000;

async function eventually(what: string, holds: () => boolean): Promise<void> {
  const endMs = performance.now() + WAIT_LIMIT_MS;
  while (!holds()) {
    if (performance.now() > endMs) throw new Error(`never: ${what}`);
    await sleep(20);
  }
}

/** A process that `body` (JavaScript) is the whole of, once it has printed something. */
async function start(body: string, args: readonly string[] = []): Promise<ChildProcess> {
  const code = `${body}\nconsole.log('ready');`;
  const child = spawn(process.execPath, [...args, '--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await new Promise((resolve, reject) => {
    child.stdout!.once('data', resolve);
    child.once('exit', (code) => reject(new Error(`it ended with ${code}`)));
  });
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await ended;
}

describe('attach', { concurrency: false }, () => {
  const folder = scratchFolder();
  writeFiles(folder.path, OBSERVED_PROCESS);
  after(() => folder.remove());

  async function withWorkload(use: (workload: Workload) => Promise<void>): Promise<void> {
    const workload = await startObserved(folder.path, 'idle');
    try {
      await use(workload);
      await assertUntouched(workload, folder.path);
    } finally {
      await workload.stop();
    }
  }

  it('leaves a process as it was, every time', () =>
    withWorkload(async ({ pid }) => {
      for (let round = 0; round < 4; round += 1) {
        const attachment = await attach(pid, SECONDS);
        assert.equal(await attachment.session.evaluate('process.pid'), pid);
        await attachment.detach();
        assert.deepEqual(listeningSockets(pid), []);
      }
    }));

  it('shares a process among captures, and takes the agents of one that does not stop them', () =>
    withWorkload(async ({ pid }) => {
      const [one, other] = await Promise.all([attach(pid, SECONDS), attach(pid, SECONDS)]);
      await one.inject(atomicsWaitAgent, { callersMax: 1, framesMax: 1 });
      const isNative = '/native code/.test(String(Atomics.wait))';
      assert.equal(await other.session.evaluate(isNative), false);
      await one.detach();
      assert.equal(await other.session.evaluate(isNative), true);
      assert.equal(listeningSockets(pid).length, 1);
      await other.detach();
      await other.detach();
    }));

  it('enters several processes at the same time', () =>
    withWorkload((first) =>
      withWorkload(async (second) => {
        const attachments = await Promise.all([first, second].map(({ pid }) => attach(pid, SECONDS)));
        const pids = await Promise.all(attachments.map(({ session }) => session.evaluate('process.pid')));
        assert.deepEqual(pids, [first.pid, second.pid]);
        await Promise.all(attachments.map((attachment) => attachment.detach()));
      }),
    ));

  it('waits for the well-known port while somebody else has it', () =>
    withWorkload(async ({ pid }) => {
      const holder = net.createServer();
      // When another program has it already, that is the case, too.
      holder.on('error', () => undefined);
      holder.listen(9_229, '127.0.0.1');
      const release = setTimeout(() => holder.close(), 400);
      try {
        const attachment = await attach(pid, SECONDS);
        await attachment.detach();
      } finally {
        clearTimeout(release);
        holder.close();
      }
    }));

  it('says what went wrong in the process, and leaves it', () =>
    withWorkload(async ({ pid }) => {
      const attachment = await attach(pid, SECONDS);
      await assert.rejects(attachment.session.evaluate('no.such'), {
        code: 'STRATA_PROBE_FAILED',
        message: new RegExp(`process ${pid} failed: .*no is not defined`),
      });
      await assert.rejects(attachment.session.post('No.such'), /refused No\.such/);
      await attachment.detach();
      await assert.rejects(attachment.session.evaluate('1'), { code: 'STRATA_PROBE_FAILED' });
    }));

  it('lets an inspector stay open that was open before', async () => {
    const child = await start('setInterval(() => {}, 1000);', ['--inspect=127.0.0.1:0']);
    try {
      const before = listeningSockets(child.pid!);
      assert.equal(before.length, 1);
      const attachment = await attach(child.pid!, SECONDS);
      assert.equal(await attachment.session.evaluate('1 + 1'), 2);
      await attachment.detach();
      assert.deepEqual(listeningSockets(child.pid!), before);
    } finally {
      await end(child);
    }
  });

  it('enters a process that started with another port, and a loop that never rests', async () => {
    const child = await start(
      'const turn = () => { for (let i = 0; i < 1e7; i++); setImmediate(turn); }; turn();',
      ['--inspect-port=0'],
    );
    try {
      const attachment = await attach(child.pid!, SECONDS);
      const agent = await attachment.inject(gcAgent, { pausesMax: 10 });
      assert.ok((await agent.stop()).heapUsedBytes > 0);
      await attachment.detach();
      assert.deepEqual(listeningSockets(child.pid!), []);
      assert.equal(child.exitCode, null);
    } finally {
      await end(child);
    }
  });

  it('does not hold up a process that ends', async () => {
    const child = await start('setTimeout(() => process.exit(7), 1500);');
    let attachment: Attachment | undefined;
    try {
      attachment = await attach(child.pid!, SECONDS);
      await eventually('the process exits', () => child.exitCode !== null);
      assert.equal(child.exitCode, 7);
      await assert.rejects(attachment.session.evaluate('1'), { code: 'STRATA_PROBE_FAILED' });
    } finally {
      await attachment?.detach();
      await end(child);
    }
  });

  it('refuses a process that another program captures, and takes it over when that program was killed', () =>
    withWorkload(async ({ pid }) => {
      const other = await start(
        `import { attach } from ${JSON.stringify(ATTACH)}; await attach(${pid}, 60);`,
      );
      try {
        await assert.rejects(attach(pid, SECONDS), {
          code: 'STRATA_PROBE_UNAVAILABLE',
          message: new RegExp(`being captured by process ${other.pid}`),
        });
        assert.equal(listeningSockets(pid).length, 1);
      } finally {
        await end(other);
      }
      const attachment = await attach(pid, SECONDS);
      assert.equal(await attachment.session.evaluate('process.pid'), pid);
      await attachment.detach();
    }));

  it('is out of a process soon after the capturing program was killed', () =>
    withWorkload(async ({ pid }) => {
      const other = await start(
        `import { attach } from ${JSON.stringify(ATTACH)}; await attach(${pid}, 60);`,
      );
      assert.equal(listeningSockets(pid).length, 1);
      await end(other);
      await eventually('the inspector closes', () => listeningSockets(pid).length === 0);
    }));
});

describe('attach to what is no Node.js process', { concurrency: false }, () => {
  const folder = scratchFolder();
  after(() => folder.remove());

  async function refuses(program: string, reason: RegExp): Promise<void> {
    const child = spawn(program, ['60'], { stdio: 'ignore' });
    try {
      await new Promise((resolve) => child.once('spawn', resolve));
      await assert.rejects(attach(child.pid!, SECONDS), {
        code: 'STRATA_PROBE_UNAVAILABLE',
        message: reason,
      });
      // A signal would have ended it by now.
      await sleep(200);
      assert.deepEqual([child.exitCode, child.signalCode], [null, null]);
    } finally {
      await end(child);
    }
  }

  it('refuses, and the process survives', () =>
    refuses('/bin/sleep', /runs (sleep|coreutils|busybox), which is not Node/));
  it('is not deceived by a name', () => {
    const deceiver = join(folder.path, 'node');
    copyFileSync('/bin/sleep', deceiver);
    return refuses(deceiver, /does not handle SIGUSR1 and would be killed/);
  });
  it('refuses itself and nobody', async () => {
    await assert.rejects(attach(process.pid, SECONDS), /cannot attach to itself/);
    await assert.rejects(attach(2 ** 22 - 1, SECONDS), /there is no such process/);
  });
});
