import assert from 'node:assert/strict';
import net from 'node:net';
import { describe, it } from 'node:test';
import type { DescriptorKind } from '../../results/schema/index.js';
import { CallTargets } from './call-target.js';
import { kindOfPath, kindOfSocket } from './descriptor-kind.js';
import { NO_PORTS, nodePorts, portsOf } from './ports.js';
import { parseTcpTable, readTcpSockets, type TcpSocket } from './sockets.js';
import { bytesMoved, layerOfSyscall } from './syscall-layer.js';

const PORTS = portsOf(
  { httpPort: 7001, respPort: 7101, peerPort: 7201, peerPorts: '7202,7203' },
  'http://h:7001',
);
const socket = (
  localPort: number,
  remotePort: number,
  state: TcpSocket['state'] = 'established',
): TcpSocket => ({
  inode: 1,
  localPort,
  remotePort,
  state,
  receiveQueue: 0,
  sendQueue: 0,
});
const traced = (name: string, args: string, result = '0') => ({
  tid: 1,
  name,
  args,
  startUs: 0,
  durationUs: 1,
  result,
  failed: false,
});

describe('what a descriptor leads to', () => {
  it('knows the files of a data directory, in a node of ours only', () => {
    const cases: readonly (readonly [string, DescriptorKind])[] = [
      ['/d/n1/wal/0000000001-0000000000000001.wal', 'wal'],
      ['/d/n1/wal/0000000001-0000000000000001.wal (deleted)', 'wal'],
      ['/d/n1/wal/next.tmp', 'wal'],
      ['/d/n1/wal', 'wal'],
      ['/d/n1/snapshots/5-1.snap', 'snapshot'],
      ['/d/n1/snapshots/new.tmp', 'snapshot'],
      ['/d/n1/snapshots/5-1-00ff-99.part', 'snapshot'],
      ['/d/n1/snapshots', 'snapshot'],
      ['/d/n1/identity.json', 'data'],
      ['/d/n1/lock', 'data'],
      ['/d/n1/wal/notes.txt', 'file'],
      ['/usr/lib/x.so', 'file'],
    ];
    for (const [path, kind] of cases) {
      assert.equal(kindOfPath(path, true), kind, path);
      assert.equal(kindOfPath(path, false), 'file', path);
    }
    for (const ours of [true, false]) {
      assert.equal(kindOfPath('anon_inode:[eventfd]', ours), 'event');
      assert.equal(kindOfPath('pipe:[7]', ours), 'pipe');
      assert.equal(kindOfPath('socket:[7]', ours), 'socket');
    }
  });
  it('tells sockets by the ports of the node', () => {
    assert.equal(kindOfSocket(socket(7001, 50_000), PORTS), 'client');
    assert.equal(kindOfSocket(socket(7101, 50_000), PORTS), 'client');
    assert.equal(kindOfSocket(socket(7201, 50_000), PORTS), 'peer');
    assert.equal(kindOfSocket(socket(50_000, 7203), PORTS), 'peer');
    assert.equal(kindOfSocket(socket(7201, 0, 'listen'), PORTS), 'listener');
    assert.equal(kindOfSocket(socket(50_000, 443), PORTS), 'socket');
    assert.equal(kindOfSocket(undefined, PORTS), 'socket');
    assert.equal(kindOfSocket(socket(7001, 50_000), NO_PORTS), 'socket');
  });
  it('follows accept to a connection that no table shows', () => {
    const targets = new CallTargets(new Map([[5, socket(7201, 0, 'listen')]]), PORTS, true);
    assert.equal(
      targets.of(traced('accept4', '20<socket:[5]>, 0x7f', '33<socket:[77]>')).descriptor,
      'listener',
    );
    assert.equal(targets.of(traced('read', '33<socket:[77]>, ""..., 9', '9')).descriptor, 'peer');
    assert.equal(targets.of(traced('read', '34<socket:[78]>, ""..., 9', '9')).descriptor, 'socket');
  });
  it('finds the path of a call by name or by descriptor, with what strace escaped', () => {
    const targets = new CallTargets(new Map(), PORTS, true);
    const path = (name: string, args: string) => targets.of(traced(name, args)).path;
    assert.equal(path('statx', 'AT_FDCWD</srv>, "nix", 0'), '/srv/nix');
    assert.equal(path('rename', '"/srv/a b\\"c", "/srv/r"'), '/srv/a b"c');
    assert.equal(path('newfstatat', '5</srv/f>, "", 0x7f, AT_EMPTY_PATH'), '/srv/f');
    assert.equal(path('write', '21</srv/a \\76 3>, ""..., 7'), '/srv/a > 3');
    assert.deepEqual(targets.of(traced('fsync', '21</d/wal/1-1.wal>(deleted)')), {
      descriptor: 'wal',
      path: '/d/wal/1-1.wal',
    });
    assert.equal(targets.of(traced('getpid', '')).descriptor, 'none');
  });
});

describe('the layer of a system call', () => {
  const layer = (syscall: string, descriptor: DescriptorKind, path = '/x', dsync = false) =>
    layerOfSyscall({ syscall, descriptor, path, dsync });
  it('cuts a write in two: the log hands it over, I/O waits for the device', () => {
    assert.equal(layer('pwritev', 'wal'), 'log');
    assert.equal(layer('fdatasync', 'wal'), 'io');
    assert.equal(layer('pwritev', 'wal', '/x', true), 'io');
    assert.equal(layer('openat', 'snapshot'), 'log');
    assert.equal(layer('fsync', 'file'), 'io');
    assert.equal(layer('write', 'file'), 'io');
    assert.equal(layer('read', 'file', '/proc/self/stat'), 'runtime');
  });
  it('gives sockets to the network and the loop to the runtime', () => {
    for (const kind of ['peer', 'client', 'listener', 'socket'] as const)
      assert.equal(layer('writev', kind), 'network');
    assert.equal(layer('socket', 'none'), 'network');
    for (const call of ['epoll_pwait', 'futex', 'mmap', 'madvise', 'brk', 'getpid']) {
      assert.equal(layer(call, 'none'), 'runtime', call);
    }
    assert.equal(layer('write', 'event'), 'runtime');
    assert.equal(layer('quotactl', 'none'), 'unattributed');
  });
  it('counts bytes of calls that move some', () => {
    assert.equal(bytesMoved('write', '77'), 77);
    assert.equal(bytesMoved('write', '-1 EAGAIN'), 0);
    assert.equal(bytesMoved('epoll_pwait', '3'), 0);
  });
});

describe('the ports of a node', () => {
  it('are read from its record, whatever is missing or wrong in it', () => {
    assert.deepEqual(PORTS, {
      client: new Set([7001, 7101]),
      peerOwn: new Set([7201]),
      peerOthers: new Set([7202, 7203]),
    });
    const odd = portsOf({ httpPort: 'x', peerPort: 1e9, peerPorts: ',,7,' }, 'http://h:80/');
    assert.deepEqual(odd, { client: new Set(), peerOwn: new Set(), peerOthers: new Set([7]) });
    assert.deepEqual(portsOf(null, 'http://h:7001').client, new Set([7001]));
  });
  it('are none when nobody answers', async () => {
    assert.deepEqual(await nodePorts(null), NO_PORTS);
    // Port 9 (discard) is not served on a machine of ours; the kernel refuses at once.
    assert.deepEqual(await nodePorts('http://127.0.0.1:9'), NO_PORTS);
  });
});

describe('the table of TCP sockets', () => {
  it('is read by its columns', () => {
    const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:6A43 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 3401259 1 00000000461aae07 100 0 0 10 0
   1: 00000000000000000000000001000000:0016 00000000000000000000000001000000:C350 01 00000010:00000FFF 01:00000014 00000000     0        0 77 4 0000000000000000 20 4 30 10 -1`;
    assert.deepEqual(parseTcpTable(table), [
      { ...socket(0x6a43, 0, 'listen'), inode: 3_401_259 },
      { ...socket(22, 50_000), inode: 77, sendQueue: 16, receiveQueue: 4_095 },
    ]);
  });
  it('shows a listener of this process', async () => {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as net.AddressInfo;
    const sockets = readTcpSockets(process.pid);
    server.close();
    if (sockets === null) return;
    assert.ok([...sockets.values()].some((one) => one.localPort === port && one.state === 'listen'));
  });
  it('is null for a process that is gone', () => assert.equal(readTcpSockets(2 ** 22 - 1), null));
});
