import type { LayersSnapshot } from '../../results/schema/index.js';
import { CliError } from './cli-error.js';
import { fetchLayers, roleOf } from './node-api.js';

/** The cluster under observation, by its nodes' base URLs. */
export interface Subject {
  readonly urls: readonly string[];
  /** True when the nodes are processes of this machine: then /proc, strace and a shared clock are at hand. */
  readonly local: boolean;
  /** Where its data lies, to know the block device; null when that is not known. */
  readonly dataDirectory: string | null;
}

export interface SubjectNode {
  readonly url: string;
  readonly id: number;
  readonly role: LayersSnapshot['node']['role'];
  readonly pid: number;
}

/** Asks every node who it is. */
export async function nodesOf(subject: Subject): Promise<SubjectNode[]> {
  return Promise.all(
    subject.urls.map(async (url) => {
      const { node } = await fetchLayers(url);
      return { url, id: node.id, role: node.role, pid: node.pid };
    }),
  );
}

/** The node that leads now: the one with the highest term among those that say so. */
export async function leaderUrl(subject: Subject): Promise<string> {
  const roles = await Promise.all(subject.urls.map((url) => roleOf(url)));
  let leader: { url: string; term: number } | null = null;
  for (const [index, node] of roles.entries()) {
    if (node?.role === 'leader' && node.term > (leader?.term ?? -1))
      leader = { url: subject.urls[index]!, term: node.term };
  }
  if (leader === null)
    throw new CliError('STRATA_NO_LEADER', `None of ${subject.urls.join(', ')} leads at the moment.`);
  return leader.url;
}
