import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { scratchFolder } from '../testing/workload.js';
import { perfScratch } from './scratch.js';

describe('perfScratch', () => {
  const folder = scratchFolder();
  after(() => folder.remove());

  it('makes a folder and removes it with what is in it', () => {
    const scratch = perfScratch(folder.path);
    writeFileSync(join(scratch.path, 'perf.data'), 'x');
    scratch.remove();
    assert.deepEqual(readdirSync(folder.path), []);
  });
  it('removes it when the process exits without a word', () => {
    const module = new URL('./scratch.js', import.meta.url).href;
    const script = `import { perfScratch } from ${JSON.stringify(module)}; perfScratch(${JSON.stringify(folder.path)}); process.exit(3);`;
    const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', script]);
    assert.equal(status, 3);
    assert.deepEqual(readdirSync(folder.path), []);
  });
  it('removes what a killed process left, and nobody else’s', () => {
    // No process has an id as high as the limit of the kernel.
    const names = [
      'strata-perf-4194304-old',
      'strata-perf-4194304-new',
      `strata-perf-${process.pid}-old`,
      'strata-old',
    ];
    for (const name of names) {
      mkdirSync(join(folder.path, name));
      if (name.endsWith('old')) utimesSync(join(folder.path, name), 1, 1);
    }
    perfScratch(folder.path).remove();
    assert.deepEqual(
      names.filter((name) => existsSync(join(folder.path, name))),
      names.slice(1),
    );
  });
});
