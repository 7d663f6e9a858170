import { execFile } from 'node:child_process';

export interface ToolOutput {
  /** Exit code; null when a signal or the time limit ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const TIMEOUT_MS = 5_000;
const OUTPUT_BYTES_MAX = 4 * 1024 * 1024;

/** Runs a tool to its end with limits on time and output. Null when there is no such tool; every other end is a value. */
export function runTool(
  command: string,
  args: readonly string[],
  timeoutMs = TIMEOUT_MS,
): Promise<ToolOutput | null> {
  const options = { timeout: timeoutMs, maxBuffer: OUTPUT_BYTES_MAX, env: { ...process.env, LC_ALL: 'C' } };
  return new Promise((resolve) => {
    execFile(command, args, options, (error, stdout, stderr) => {
      if (error?.code === 'ENOENT') return resolve(null);
      const exitCode = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
      resolve({ exitCode, stdout, stderr });
    });
  });
}
