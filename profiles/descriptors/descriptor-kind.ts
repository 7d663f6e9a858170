import type { DescriptorKind } from '../../results/schema/index.js';
import type { NodePorts } from './ports.js';
import type { TcpSocket } from './sockets.js';

/** `wal/`: segments `<sequence>-<index>.wal`, the prepared `next.tmp`, the directory itself. */
const WAL = /\/wal(?:\/(?:\d+-\d+\.wal|next\.tmp))?$/;
const SNAPSHOT = /\/snapshots(?:\/(?:new\.tmp|[^/]+\.(?:snap|part|damaged)))?$/;
/** The other files of a data directory, which also hold the names above. */
const DATA = /\/(?:identity\.json(?:\.tmp)?|lock)$/;
const ANONYMOUS = /^anon_inode:/;
const SOCKET = /^(?:socket|TCP|TCPv6|UNIX|UDP|NETLINK):\[(\d{1,15})/;

/** What a path leads to; `ours`: the process is a node of ours, so the names of our layout mean what they mean there. */
export function kindOfPath(path: string, ours: boolean): DescriptorKind {
  if (path.startsWith('pipe:')) return 'pipe';
  if (ANONYMOUS.test(path)) return 'event';
  if (SOCKET.test(path)) return 'socket';
  if (!ours) return path === '' ? 'none' : 'file';
  const name = path.replace(/ \(deleted\)$/, '');
  if (WAL.test(name)) return 'wal';
  if (SNAPSHOT.test(name)) return 'snapshot';
  if (DATA.test(name)) return 'data';
  return name === '' ? 'none' : 'file';
}

/** The inode of `socket:[9]`, null for what is no socket. */
export function socketInode(path: string): number | null {
  const match = SOCKET.exec(path);
  return match === null ? null : Number(match[1]);
}

/**
 * Peer, client, listener, or just a socket. Who connected to a port of ours is told by that port, whom we connected to by the port there. A port
 * of ours decides first: both ends of a connection between two nodes may be ports of peers.
 */
export function kindOfSocket(socket: TcpSocket | undefined, ports: NodePorts): DescriptorKind {
  if (socket === undefined) return 'socket';
  if (socket.state === 'listen') return 'listener';
  if (ports.client.has(socket.localPort)) return 'client';
  if (ports.peerOwn.has(socket.localPort) || ports.peerOthers.has(socket.remotePort)) return 'peer';
  return 'socket';
}

/** What a listener of that port accepts. */
export function kindOfAccepted(localPort: number, ports: NodePorts): DescriptorKind {
  if (ports.client.has(localPort)) return 'client';
  return ports.peerOwn.has(localPort) ? 'peer' : 'socket';
}
