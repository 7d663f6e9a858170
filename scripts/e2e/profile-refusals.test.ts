import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { runCli, STACK, temporaryDirectory } from './fixture.js';
import { startService } from './foreign-service.js';

/** `[arguments, exit code, what stderr must say]`. */
const REFUSED: readonly (readonly [readonly string[], number, RegExp])[] = [
  [[], 2, /Name one process: --url, --pid, --launch/],
  [['--pid', '12', '--url', 'http://127.0.0.1:7001'], 2, /Name one process/],
  [['--pid', '4194304'], 4, /There is no process 4194304.*STRATA_PROCESS_MISSING/],
  [['--pid', '12', '--seconds', '0'], 2, /whole number from 1 to 600/],
  [['--pid', '12', '--seconds', '601'], 2, /whole number from 1 to 600/],
  [['--pid', '-1'], 2, /--pid/],
  [['--url', 'http://127.0.0.1:1'], 4, /http:\/\/127\.0\.0\.1:1\/.*cannot be read/],
  [['--launch', "node 'app.js"], 2, /ends within '/],
  [['--launch', '/nonexistent/program x'], 4, /ended before it began/],
];

for (const [args, code, sentence] of REFUSED) {
  test(`strata profile ${args.join(' ')}: exit code ${code}, one sentence`, async (t) => {
    const out = join(temporaryDirectory(t), 'out');
    const result = await runCli(t, ['profile', ...args, '--out', out]);
    assert.equal(result.code, code, result.stderr);
    assert.match(result.stderr, /^strata: [^\n]+ \(STRATA_[A-Z_]+\)\n$/);
    assert.match(result.stderr, sentence);
    assert.doesNotMatch(result.stderr, STACK);
  });
}

test('a process that is not Node.js, and a thread of one that is, are refused before any signal', async (t) => {
  const sleeper = spawn('sleep', ['60']);
  t.after(() => sleeper.kill());
  const other = await runCli(t, ['profile', '--pid', `${sleeper.pid}`]);
  assert.equal(other.code, 2, other.stderr);
  assert.match(other.stderr, /is sleep, not Node\.js.*STRATA_PROCESS_NOT_NODE/);
  assert.equal(sleeper.exitCode ?? sleeper.signalCode, null, 'it was signalled');
  const service = await startService(t);
  const thread = readdirSync(`/proc/${service.pid}/task`).find((tid) => tid !== `${service.pid}`)!;
  const inner = await runCli(t, ['profile', '--pid', thread]);
  assert.equal(inner.code, 2, inner.stderr);
  assert.match(inner.stderr, new RegExp(`thread of process ${service.pid}`));
});
