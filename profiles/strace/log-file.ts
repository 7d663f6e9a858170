import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

/** A longer line is cut: only its beginning and its end say something, and no parser needs to hold more. */
const LINE_CHARACTERS_MAX = 16_384;

export interface LogLimits {
  /** Of the file, from its begin. */
  readonly bytesMax: number;
  readonly linesMax: number;
}

/**
 * Gives the lines of a log one after the other and writes them, `rewrite`n, compressed to `gzipPath`. Reading stops at the limits; the result says whether
 * it did. The last line may be torn. Leaves the event loop free between pieces.
 */
export async function readLogLines(
  path: string,
  gzipPath: string,
  limits: LogLimits,
  rewrite: (text: string) => string,
  onLine: (line: string) => void,
): Promise<{ readonly cut: boolean }> {
  let lines = 0;
  let bytes = 0;
  let cut = false;
  const emit = (line: string): string => {
    lines += 1;
    onLine(line);
    return `${rewrite(line)}\n`;
  };
  async function* pieces(): AsyncGenerator<string> {
    let rest = '';
    // One more byte than the limit tells a file that is longer from one that ends there.
    const stream = createReadStream(path, { encoding: 'utf8', end: limits.bytesMax });
    for await (const piece of stream as AsyncIterable<string>) {
      bytes += Buffer.byteLength(piece);
      const text = rest + piece;
      const parts = text.split('\n');
      rest = parts.pop()!.slice(0, LINE_CHARACTERS_MAX);
      let kept = '';
      for (const line of parts) {
        if (lines >= limits.linesMax) break;
        kept += emit(line.slice(0, LINE_CHARACTERS_MAX));
      }
      if (kept !== '') yield kept;
      cut = bytes > limits.bytesMax || lines >= limits.linesMax;
      if (cut) return;
    }
    if (rest !== '') yield emit(rest);
  }
  await pipeline(pieces, createGzip(), createWriteStream(gzipPath));
  return { cut };
}
