import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A source file, wherever the compiled test lies inside the project. */
export function projectFile(path: string): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, path))) {
    if (folder === dirname(folder)) throw new Error(`no ${path} above this file`);
    folder = dirname(folder);
  }
  return join(folder, path);
}
