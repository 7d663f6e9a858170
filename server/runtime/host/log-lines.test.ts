import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

/** A process that logs far more than a pipe holds, counts the turns of its loop, and says on stdout what became of it. */
const PROGRAM = `
  const { LogLines } = await import(process.argv[1]);
  const counter = { value: 0, add(amount) { this.value += amount; } };
  const lines = new LogLines(2, { counter: () => counter });
  let turns = 0;
  const line = 'x'.repeat(999) + '\\n';
  const timer = setInterval(() => {
    turns += 1;
    for (let i = 0; i < 500; i++) lines.write(line);
    if (turns < 20) return;
    clearInterval(timer);
    void lines.flush(100).then(() => {
      process.stdout.write(JSON.stringify({ turns, dropped: counter.value }), () => process.exit(0));
    });
  }, 5);
`;
const LINES = 20 * 500;
const MODULE = fileURLToPath(new URL('./log-lines.js', import.meta.url));

interface Outcome {
  readonly code: number | null;
  readonly turns: number;
  readonly dropped: number;
}

async function run(
  stderr: 'pipe' | number,
  prepare: (child: ChildProcess) => void = () => {},
): Promise<Outcome> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM, MODULE], {
    stdio: ['ignore', 'pipe', stderr],
    timeout: 10_000,
    killSignal: 'SIGKILL',
  });
  prepare(child);
  let text = '';
  child.stdout!.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  child.stderr?.destroy();
  assert.notEqual(text, '', `the process ended with ${code} and said nothing`);
  return { code, ...(JSON.parse(text) as { turns: number; dropped: number }) };
}

describe('log lines', () => {
  it('A2.47 stderr is blocked: the loop goes on, lines are dropped and counted, the process can exit', async () => {
    // 'close' would wait for the end of a stream that nobody reads.
    const outcome = await run('pipe', (child) => {
      child.stderr!.pause();
      child.on('exit', () => child.stderr!.destroy());
    });
    assert.equal(outcome.code, 0);
    assert.equal(outcome.turns, 20);
    assert.ok(outcome.dropped > LINES / 2, `${outcome.dropped} dropped`);
  });

  it('A2.47 stderr is closed (EPIPE): the same', async () => {
    const outcome = await run('pipe', (child) => child.stderr!.destroy());
    assert.equal(outcome.code, 0);
    assert.ok(outcome.dropped > LINES / 2, `${outcome.dropped} dropped`);
  });

  it('a file gets every line', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'strata-log-'));
    const path = join(directory, 'log');
    const fd = openSync(path, 'w');
    const outcome = await run(fd);
    closeSync(fd);
    assert.equal(outcome.dropped * 1_000 + readFileSync(path).length, LINES * 1_000);
    rmSync(directory, { recursive: true });
  });
});
