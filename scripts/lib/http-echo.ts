import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runLoad } from '../../loadgen/index.js';
import type { Baseline } from '../../results/schema/index.js';
import { CliError } from './cli-error.js';
import { closedLoop, type LoadSettings } from './load-settings.js';
import type { Level } from './plan.js';

const ECHO_SERVER = fileURLToPath(new URL('./http-echo-server.js', import.meta.url));
const START_TIMEOUT_MS = 10_000;

/**
 * What the generator and `node:http` reach together when the server does nothing: the ceiling of every number over HTTP, and the
 * proof that the generator is not what limits them.
 */
export async function measureHttpEcho(
  settings: LoadSettings,
  levels: readonly Level[],
  seconds: number,
  signal: AbortSignal,
): Promise<Baseline['httpEcho']> {
  const child = spawn(process.execPath, [ECHO_SERVER], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    const url = await listeningUrl(child);
    const found: Baseline['httpEcho'] = [];
    for (const { clients } of levels) {
      const load = closedLoop(settings, {
        targets: [url],
        clients,
        warmupSeconds: seconds / 2,
        durationSeconds: seconds,
        traceEvery: 0,
      });
      const { summary } = await runLoad({ ...load, signal });
      signal.throwIfAborted();
      const { throughputPerSecond, latency } = summary;
      found.push({ clients, throughputPerSecond, response: latency.response });
    }
    return found;
  } finally {
    child.kill('SIGKILL');
  }
}

function listeningUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = () =>
      reject(new CliError('STRATA_ECHO_START', 'The bare HTTP server of the baseline did not start.'));
    const timer = setTimeout(fail, START_TIMEOUT_MS);
    child.once('exit', fail);
    child.stdout?.once('data', (chunk: Buffer) => {
      clearTimeout(timer);
      resolve(chunk.toString('utf8').trim());
    });
  });
}
