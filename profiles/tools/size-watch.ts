import { statSync } from 'node:fs';

const LOOK_EVERY_MS = 200;

/** Size of a file, -1 where there is none. */
export function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return -1;
  }
}

/** Calls `onExceeded` once when a file has become larger than that, so that no capture fills a disk. Gives the function that stops looking. */
export function watchSize(path: string, bytesMax: number, onExceeded: () => void): () => void {
  const timer = setInterval(() => {
    if (sizeOf(path) <= bytesMax) return;
    clearInterval(timer);
    onExceeded();
  }, LOOK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
