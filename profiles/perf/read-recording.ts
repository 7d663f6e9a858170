import { spawn } from 'node:child_process';
import { rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGzip } from 'node:zlib';
import { withoutProjectPath } from '../machine/without-project-path.js';
import { ProbeError } from '../probe-error.js';
import { runTool } from '../tools/run-tool.js';
import type { PerfStacks } from './perf-capture.js';
import type { PerfMap } from './perf-map.js';
import { PerfScriptReader, SCRIPT_FIELDS } from './perf-script.js';

const READ_TIMEOUT_MS = 120_000;
const STDERR_CHARACTERS_MAX = 16 * 1024;
/** Compressed; beyond it the text is not kept. The document has every stack anyway. */
const RAW_BYTES_MAX = 16 * 1024 * 1024;

const LINE_CHARACTERS_MAX = 1024 * 1024;

/** What perf says of a recording besides its samples. */
export interface Recording {
  readonly samples: number;
  readonly lost: number;
  /** Whether the text of `perf script` lies, compressed, at the path that was named for it. */
  readonly kept: boolean;
}

/**
 * Reads a `perf.data` through `perf script` into `stacks` and keeps its text, named by `map`, at `rawPath`. Inlined functions are not resolved: perf asks
 * addr2line for every frame then, which takes minutes for a program of the size of Node.
 */
export async function readRecording(
  dataPath: string,
  stacks: PerfStacks,
  map: PerfMap | null,
  rawPath: string,
): Promise<Recording> {
  const args = ['script', '-i', dataPath, '-F', SCRIPT_FIELDS, '--no-inline', '--show-lost-events'];
  const child = spawn('perf', args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'C' },
    timeout: READ_TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_CHARACTERS_MAX);
  });
  const ended = new Promise<string | null>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(code === 0 ? null : `${signal ?? `exit code ${code}`}`));
  });
  const raw = new RawText(rawPath);
  const reader = new PerfScriptReader((sample) => stacks.add(sample));
  try {
    for await (const lines of wholeLines(child.stdout.setEncoding('utf8'))) {
      reader.push(lines);
      await raw.write(map === null ? lines : map.rename(lines));
    }
    const failure = await ended;
    if (failure !== null)
      throw new ProbeError('STRATA_PROBE_FAILED', `perf script: ${failure}: ${stderr.trim()}`);
    return { ...reader.end(), kept: await raw.end() };
  } catch (error) {
    await raw.end();
    throw error;
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}

/** The same text in pieces that end with a line; a line without end comes out as it is, for the reader to refuse. */
async function* wholeLines(pieces: AsyncIterable<string>): AsyncIterable<string> {
  let rest = '';
  for await (const piece of pieces) {
    const text = rest + piece;
    const newline = text.lastIndexOf('\n') + 1;
    const end = newline === 0 && text.length > LINE_CHARACTERS_MAX ? text.length : newline;
    if (end > 0) yield text.slice(0, end);
    rest = text.slice(end);
  }
  yield rest;
}

/** The event that a recording without a sample would have sampled. */
export async function recordedEvent(dataPath: string): Promise<string> {
  const list = await runTool('perf', ['evlist', '-i', dataPath]);
  return /^[\w-]+/.exec(list?.stdout.trim() ?? '')?.[0] ?? 'unknown';
}

/** Compressed text on its way to a file; `end` tells whether it was kept. */
class RawText {
  readonly #path: string;
  readonly #gzip = createGzip();
  readonly #written: Promise<void>;

  constructor(path: string) {
    this.#path = path;
    this.#written = this.#drain();
    // Told by `end`; without a listener now it would end the process as unhandled.
    this.#written.catch(() => undefined);
  }

  async write(text: string): Promise<void> {
    if (!this.#gzip.write(withoutProjectPath(text)))
      await new Promise<void>((resolve) => this.#gzip.once('drain', resolve));
  }

  async end(): Promise<boolean> {
    this.#gzip.end();
    await this.#written;
    if (statSync(this.#path).size < RAW_BYTES_MAX) return true;
    rmSync(this.#path);
    return false;
  }

  async #drain(): Promise<void> {
    const file = await open(this.#path, 'w');
    try {
      let bytes = 0;
      for await (const chunk of this.#gzip as AsyncIterable<Buffer>) {
        // What is too much is compressed to the end and thrown away: the reader needs the pipe to flow.
        if (bytes < RAW_BYTES_MAX) await file.write(chunk);
        bytes += chunk.length;
      }
    } finally {
      await file.close();
    }
  }
}
