import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

/** A real full disk: a tmpfs of one MiB in a mount namespace of its own, which goes with the process. */

const LIFE = fileURLToPath(new URL('./testing/tmpfs-life.js', import.meta.url));
const MOUNT = 'mount -t tmpfs -o size=1m strata-test "$1"';

function inMountNamespace(script: string, directory: string) {
  const args = ['-m', 'sh', '-c', script, 'sh', directory, process.execPath, LIFE];
  return spawnSync('unshare', args, { encoding: 'utf8', timeout: 20_000 });
}

test('A2.29 A2.30 a file system that fills up and is freed again', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'strata-full-'));
  try {
    const probe = inMountNamespace(MOUNT, directory);
    if (probe.status !== 0) {
      t.skip(`a tmpfs cannot be mounted here: ${probe.error?.message ?? probe.stderr.trim()}`);
      return;
    }
    const { stdout, stderr, status } = inMountNamespace(`${MOUNT} && exec "$2" "$3" "$1"`, directory);
    assert.equal(status, 0, stderr);
    const [full, snapshot, freed, reopened] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.ok(Number(full!.whenFull) > 100, 'the disk was filled by the log');
    assert.equal(full!.acknowledged, full!.whenFull, 'nothing was acknowledged while it was full');
    assert.deepEqual([full!.isFull, full!.failures], [true, 0]);
    assert.deepEqual(snapshot, { code: 'STRATA_DISK_FULL', left: 1 });
    assert.deepEqual(freed, { acknowledged: true, isFull: false, failures: 0 });
    assert.deepEqual(reopened, { isWhole: true });
  } finally {
    rmSync(directory, { recursive: true });
  }
});
