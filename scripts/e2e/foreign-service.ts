import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { temporaryDirectory } from './fixture.js';

/**
 * V8 tells the time of an inlined function, and of a loop that was optimised before the profile began, as its caller's. And a small young generation
 * is collected often, however little CPU the service gets beside other tests.
 */
export const NAMED: readonly string[] = ['--no-turbo-inlining', '--no-use-osr', '--max-semi-space-size=1'];

const SERVICE = `
  const http = require('node:http');
  const fs = require('node:fs');
  function burnHere() { let x = 1; for (let i = 0; i < 2e6; i++) x = (x * 48271) % 2147483647; return x; }
  let kept = [];
  setInterval(() => {
    burnHere();
    for (let i = 0; i < 20000; i++) kept.push({ i });
    if (kept.length > 200000) kept = [];
    const fd = fs.openSync(__filename + '.out', 'w');
    fs.writeSync(fd, 'x');
    fs.fdatasyncSync(fd);
    fs.closeSync(fd);
  }, 10);
  http.createServer((request, response) => response.end('fine')).listen(0, '127.0.0.1', function () {
    console.log(this.address().port);
  });
`;

/** A Node.js service that knows nothing of us: it burns, makes garbage and syncs. */
export async function startService(
  t: TestContext,
): Promise<{ readonly pid: number; readonly url: string; alive(): boolean }> {
  // Hooks run in the order of their making: the service ends before its folder goes, into which it writes.
  let child: ChildProcess | undefined;
  t.after(() => ended(child));
  const script = writeService(t);
  // Tests run beside each other, and the usual port of the inspector is one.
  const service = spawn(process.execPath, ['--inspect-port=0', ...NAMED, script, '--secret', 'hunter2'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child = service;
  const port = await firstLine(service);
  return {
    pid: service.pid!,
    url: `http://127.0.0.1:${port}`,
    alive: () => isRunning(service),
  };
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

async function ended(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || !isRunning(child)) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await exit;
}

export function writeService(t: TestContext): string {
  const script = join(temporaryDirectory(t), 'service.cjs');
  writeFileSync(script, SERVICE);
  return script;
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.stdout!.once('data', (chunk: Buffer) => resolve(chunk.toString('utf8').trim()));
    child.once('exit', (code) => reject(new Error(`the service ended with code ${code}`)));
  });
}
