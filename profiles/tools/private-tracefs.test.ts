import assert from 'node:assert/strict';
import { readFileSync, readlinkSync } from 'node:fs';
import { describe, it } from 'node:test';
import { inPrivateTracefs } from './private-tracefs.js';
import { runTool } from './run-tool.js';

/** Whether /proc/mounts of somebody has tracefs; others on this machine may mount it at any time, so only the inside is certain. */
const hasTracefs = (mounts: string): boolean => / \/sys\/kernel\/tracing tracefs /.test(mounts);

describe('inPrivateTracefs', () => {
  const skip = process.getuid?.() === 0 ? false : 'mounting needs root';

  it('runs the tool where tracefs is, in a mount namespace that is not ours', { skip }, async () => {
    const namespace = await runTool(...inPrivateTracefs(['readlink', ['/proc/self/ns/mnt']]));
    if (namespace?.exitCode !== 0) {
      assert.match(namespace?.stderr ?? 'unshare is missing', /not permitted|denied|missing/);
      return;
    }
    assert.notEqual(namespace.stdout.trim(), readlinkSync('/proc/self/ns/mnt'));
    const inside = await runTool(...inPrivateTracefs(['cat', ['/proc/self/mounts']]));
    // A kernel without tracing has none to mount.
    if (readFileSync('/proc/filesystems', 'utf8').includes('tracefs')) assert.ok(hasTracefs(inside!.stdout));
  });
  it('says what the tool says, and how it ended', { skip }, async () => {
    const run = await runTool(...inPrivateTracefs(['sh', ['-c', 'echo "$1"; exit 7', 'sh', "a 'b' $c"]]));
    if (run === null || /not permitted/.test(run.stderr)) return;
    assert.deepEqual([run.stdout, run.exitCode], ["a 'b' $c\n", 7]);
  });
});
