import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { Capability, Machine } from '../../results/schema/index.js';
import { scratchFolder } from '../testing/workload.js';
import { installHint } from './install-hint.js';
import { capabilities, findFilesystem, gitState, machineFingerprint, versions } from './machine.js';
import { findProject } from './project-root.js';
import { ptracePermission } from './ptrace.js';

describe('machineFingerprint', () => {
  it('fits the schema, for a folder that is not there too', () => {
    const machine = Machine.parse(machineFingerprint(process.cwd()));
    assert.ok(machine.cpuCount >= 1 && machine.memoryBytes > 0 && machine.kernel !== '');
    assert.equal(Machine.parse(machineFingerprint('/no/such/folder')).filesystem, 'unknown');
  });
});

describe('findFilesystem', () => {
  const MOUNTS = `21 1 0:20 / / rw,relatime shared:1 - ext4 /dev/vda rw
22 21 0:21 / /data rw - xfs /dev/vdb rw
23 21 0:22 / /data\\040old rw - btrfs /dev/vdc rw
24 22 0:23 / /data rw - tmpfs tmpfs rw
`;
  it('takes the longest mount point, and of two the one on top', () => {
    assert.equal(findFilesystem(MOUNTS, '/home/x'), 'ext4 on /dev/vda');
    assert.equal(findFilesystem(MOUNTS, '/data/x'), 'tmpfs on tmpfs');
    assert.equal(findFilesystem(MOUNTS, '/data old'), 'btrfs on /dev/vdc');
    assert.equal(findFilesystem(MOUNTS, '/database'), 'ext4 on /dev/vda');
    assert.equal(findFilesystem('', '/x'), 'unknown');
  });
});

describe('versions and gitState', () => {
  it('name ourselves and Node', () => {
    const { strata, nodejs, v8 } = versions();
    assert.equal(strata, findProject()!.version);
    assert.equal(nodejs, process.versions.node);
    assert.equal(v8, process.versions.v8);
  });
  it('gives a commit or none, and none outside a repository', async () => {
    const { commit } = await gitState();
    assert.match(commit ?? '', /^([0-9a-f]{40}|[0-9a-f]{64})?$/);
    const folder = scratchFolder();
    after(() => folder.remove());
    assert.deepEqual(await gitState(folder.path), { commit: null, dirty: false });
    assert.deepEqual(await gitState('/no/such/folder'), { commit: null, dirty: false });
  });
});

describe('capabilities', () => {
  it('answers every question with a version or a reason', async () => {
    const found = await capabilities();
    for (const capability of found) {
      Capability.parse(capability);
      assert.notEqual(capability.detail, '', capability.name);
      assert.doesNotMatch(capability.detail, /^cannot tell/, capability.name);
      assert.ok(capability.available ? capability.install === null : true, capability.name);
    }
    const names = found.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    for (const name of [
      'node',
      'cpu-profile',
      'proc',
      'root',
      'ptrace',
      'strace',
      'perf',
      'perf-cycles',
      'bpftrace',
    ])
      assert.ok(names.includes(name), name);
    assert.equal(found.find(({ name }) => name === 'node')!.available, true);
  });
});

describe('ptracePermission', () => {
  const files = (scope: string | null, capabilitySet: string) => (path: string) =>
    path.endsWith('ptrace_scope') ? scope : `Name:\tnode\nCapEff:\t${capabilitySet}\n`;
  const TRACER = '0000000000080000';
  const NOTHING = '0000000000000000';

  it('follows yama and the capability', () => {
    assert.equal(ptracePermission(files(null, NOTHING)).allowed, true);
    assert.equal(ptracePermission(files('0\n', NOTHING)).allowed, true);
    assert.equal(ptracePermission(files('1\n', NOTHING)).allowed, false);
    assert.match(ptracePermission(files('1\n', NOTHING)).detail, /sysctl -w kernel\.yama\.ptrace_scope=0/);
    assert.equal(ptracePermission(files('1\n', TRACER)).allowed, true);
    assert.equal(ptracePermission(files('2\n', TRACER)).allowed, true);
    assert.equal(ptracePermission(files('3\n', TRACER)).allowed, false);
  });
});

describe('installHint', () => {
  it('knows Debian and Ubuntu, and no other', () => {
    assert.equal(installHint('perf', 'ID=debian\n'), 'apt-get install -y linux-perf');
    assert.equal(
      installHint('perf', 'ID=ubuntu\nID_LIKE=debian\n'),
      'apt-get install -y linux-tools-generic',
    );
    assert.equal(
      installHint('redis-benchmark', 'ID=mint\nID_LIKE="ubuntu debian"\n'),
      'apt-get install -y redis-tools',
    );
    assert.equal(installHint('strace', 'ID=alpine\n'), null);
    assert.equal(installHint('strace', ''), null);
  });
});
