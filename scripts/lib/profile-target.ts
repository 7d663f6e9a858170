import { lookup } from 'node:dns/promises';
import { readdirSync, readlinkSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { readTcpSockets } from '../../profiles/descriptors/sockets.js';
import type { ProbeTarget } from '../../profiles/probe.js';
import type { ProfiledProcess } from '../../results/schema/index.js';
import { fetchLayers } from './node-api.js';
import { isNode, processFacts, requireNodeProcess } from './profile-process.js';

/** The process that a profile is of. */
export interface ProfileTarget {
  readonly process: ProfiledProcess;
  readonly target: ProbeTarget;
  /** Why it can only be asked over HTTP; null when it is a process of this machine. */
  readonly notLocal: string | null;
}

const LAYERS_TIMEOUT_MS = 10_000;

/** Any Node.js process of this machine. Fails with a sentence when there is none with this id, or it may not be watched. */
export async function targetByPid(pid: number, how: 'pid' | 'launch' = 'pid'): Promise<ProfileTarget> {
  requireNodeProcess(pid);
  const whose = { node: 0, role: 'unknown', pid, url: null } as const;
  return {
    process: { how, isLocal: true, ...whose, ...(await processFacts(pid)) },
    target: whose,
    notLocal: null,
  };
}

/** A node of ours, asked for its process id; on another machine only its own HTTP surface can answer. */
export async function targetByUrl(url: string, token: string | undefined): Promise<ProfileTarget> {
  const { node, startedNs, takenNs } = await fetchLayers(url, LAYERS_TIMEOUT_MS, token);
  const whose = { node: node.id, role: node.role, pid: node.pid, url };
  const notLocal = await whyNotLocal(new URL(url), node.pid);
  const facts = notLocal === null ? await processFacts(node.pid) : null;
  const own = { program: `strata ${node.strata}`, nodejs: node.nodejs.replace(/^v/, '') };
  return {
    process: {
      how: 'url',
      isLocal: notLocal === null,
      ...whose,
      ...own,
      upSeconds: Math.max(0, takenNs - startedNs) / 1e9,
      rssBytes: facts?.rssBytes ?? null,
      threads: facts?.threads ?? null,
    },
    target: { ...whose, ...(token === undefined ? {} : { token }) },
    notLocal,
  };
}

/**
 * The id that a node gives is one of its own machine, and of its own container. Only when the process with this id here holds the very socket that
 * the URL leads to is it that node: anything else could be signalled or traced by mistake.
 */
async function whyNotLocal(url: URL, pid: number): Promise<string | null> {
  const elsewhere = 'the process is not on this machine';
  if (!(await leadsHere(url.hostname))) return elsewhere;
  if (!isNode(pid)) return `${elsewhere}, or belongs to another user`;
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  return holdsListener(pid, port) ? null : elsewhere;
}

async function leadsHere(hostname: string): Promise<boolean> {
  const own = Object.values(networkInterfaces()).flatMap((list) =>
    (list ?? []).map(({ address }) => address),
  );
  try {
    const found = await lookup(hostname.replace(/^\[|\]$/g, ''), { all: true });
    return found.some(({ address }) => address.startsWith('127.') || own.includes(address));
  } catch {
    return false;
  }
}

/** Whether one of the process's descriptors is a socket that listens on the port. */
export function holdsListener(pid: number, port: number): boolean {
  const inodes = new Set(
    [...(readTcpSockets(process.pid)?.values() ?? [])]
      .filter(({ state, localPort }) => state === 'listen' && localPort === port)
      .map(({ inode }) => `socket:[${inode}]`),
  );
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      try {
        return inodes.has(readlinkSync(`/proc/${pid}/fd/${fd}`));
      } catch {
        // Closed since the directory was read.
        return false;
      }
    });
  } catch {
    return false;
  }
}
