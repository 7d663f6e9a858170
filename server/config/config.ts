import { readFileSync } from 'node:fs';
import { StrataError } from '../errors.js';
import { labFields, labWarnings } from './lab.js';
import { NodeConfig } from './schema.js';

export { FsyncPrimitive, FsyncStrategy, NodeConfig, type NodeConfigInput } from './schema.js';

/** Checks a configuration; the first broken rule is a `StrataError` naming field, value and rule. */
export function parseNodeConfig(document: unknown): NodeConfig {
  const result = NodeConfig.safeParse(document);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
    const path = unknown === undefined ? issue.path : [...issue.path, unknown];
    throw invalid(path.join('.') || '(root)', valueAt(document, path), issue.message);
  }
  checkRules(result.data);
  checkTesting(result.data);
  return result.data;
}

/** `id` takes the place of the one in the file, so that one file may serve all members. */
export function readNodeConfig(path: string, id: number | null = null): NodeConfig {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw unreadable(path, (error as Error).message);
  }
  return parseNodeConfigText(path, bytes, id);
}

/** The bytes of a configuration file. What is not UTF-8 is refused: a bent name of a folder or of a cluster would be another one. */
export function parseNodeConfigText(path: string, bytes: Uint8Array, id: number | null = null): NodeConfig {
  let document: unknown;
  try {
    document = JSON.parse(utf8.decode(bytes));
  } catch (error) {
    throw unreadable(path, (error as Error).message);
  }
  return parseNodeConfig(id !== null && typeof document === 'object' ? { ...document, id } : document);
}

/** What is allowed and probably not meant, one sentence each. */
export function configWarnings({ members, join, testing }: NodeConfig): string[] {
  return [...testingWarnings(testing), ...voterWarnings(members.length, join)];
}

function testingWarnings({ disk, failpoint, instrumentation, lab }: NodeConfig['testing']): string[] {
  const warnings: string[] = [];
  if (disk !== 'real')
    warnings.push(
      `TEST MODE: testing.disk is ${disk}, the end of this process loses whatever was not synced`,
    );
  if (failpoint !== undefined)
    warnings.push(`TEST MODE: testing.failpoint is ${failpoint}, the process kills itself there`);
  if (instrumentation === 'off')
    warnings.push('TEST MODE: testing.instrumentation is off, this node cannot say where its time goes');
  if (instrumentation === 'alternating')
    warnings.push('TEST MODE: testing.instrumentation is alternating, what this node measures is of no use');
  return [...warnings, ...labWarnings(lab)];
}

function voterWarnings(voters: number, join: boolean): string[] {
  const survived = Math.floor((voters - 1) / 2);
  if (join || voters % 2 === 1) return [];
  return [
    `${voters} voters survive ${survived} failure${survived === 1 ? '' : 's'}, as many as ${voters - 1}: an odd number costs less`,
  ];
}

/** Rules that tie fields together, one sentence each. */
function checkRules({ raft, members, id, snapshots, limits }: NodeConfig): void {
  if (raft.electionTimeoutMsMin < 3 * raft.heartbeatMs) {
    throw invalid(
      'raft.electionTimeoutMsMin',
      raft.electionTimeoutMsMin,
      'must be at least three times raft.heartbeatMs, or one late heartbeat starts an election',
    );
  }
  if (raft.electionTimeoutMsMax <= raft.electionTimeoutMsMin) {
    throw invalid(
      'raft.electionTimeoutMsMax',
      raft.electionTimeoutMsMax,
      'must be above raft.electionTimeoutMsMin, or all nodes campaign at once',
    );
  }
  if (raft.heartbeatMs % raft.tickMs !== 0) {
    throw invalid('raft.heartbeatMs', raft.heartbeatMs, 'must be a multiple of raft.tickMs');
  }
  if (raft.inflightBytesMax < raft.appendBytesMax) {
    throw invalid('raft.inflightBytesMax', raft.inflightBytesMax, 'must be at least raft.appendBytesMax');
  }
  if (snapshots.keepEntries >= snapshots.entriesMax) {
    throw invalid(
      'snapshots.keepEntries',
      snapshots.keepEntries,
      'must be below snapshots.entriesMax, or the log never shrinks',
    );
  }
  const commandBytesMin = limits.keyBytesMax + limits.valueBytesMax;
  if (limits.commandBytesMax < commandBytesMin) {
    const rule = `must be at least limits.keyBytesMax + limits.valueBytesMax, ${commandBytesMin}`;
    throw invalid('limits.commandBytesMax', limits.commandBytesMax, rule);
  }
  // A request between peers fills half a frame at most, so that it can travel beside another.
  const frameBytesMin =
    2 * Math.max(limits.commandBytesMax, raft.appendBytesMax, limits.rangeBytesMax) + 65_536;
  if (limits.peerFrameBytesMax < frameBytesMin) {
    const rule = `must be at least twice the largest of limits.commandBytesMax, limits.rangeBytesMax and raft.appendBytesMax, and 65536 more: ${frameBytesMin}`;
    throw invalid('limits.peerFrameBytesMax', limits.peerFrameBytesMax, rule);
  }
  checkMembers(members, id);
}

/** A disk that loses, a process that kills itself or one that tells nothing is for a cluster that nobody but its own machine can reach. */
function checkTesting({ testing, host, peerHost, members }: NodeConfig): void {
  const found = testingField(testing);
  if (found === null) return;
  const hosts = [
    host,
    ...(peerHost === undefined ? [] : [peerHost]),
    ...members.map((member) => member.host),
  ];
  const outside = hosts.find((each) => !/^(127\..*|localhost|\[?::1\]?)$/.test(each));
  if (outside === undefined) return;
  const rule = `is for tests on the loopback; this node has to do with ${outside}`;
  const [field, value] = found;
  throw invalid(`testing.${field}`, value, rule);
}

/** The first field that is not as on every other node, and what it says. */
function testingField({ disk, failpoint, instrumentation, lab }: NodeConfig['testing']) {
  if (disk !== 'real') return ['disk', disk] as const;
  if (failpoint !== undefined) return ['failpoint', failpoint] as const;
  if (instrumentation !== 'on') return ['instrumentation', instrumentation] as const;
  const field = labFields(lab)[0];
  return field === undefined ? null : ([`lab.${field}`, lab[field]] as const);
}

function checkMembers(members: NodeConfig['members'], id: number): void {
  const ids = new Set(members.map((member) => member.id));
  if (ids.size !== members.length)
    throw invalid('members', [...members.map((m) => m.id)].join(','), 'must not name an id twice');
  if (!ids.has(id)) throw invalid('id', id, `must be one of the members (${[...ids].join(', ')})`);
  const ports = members.flatMap((member) =>
    [member.peerPort, member.httpPort, member.respPort ?? 0]
      .filter((p) => p !== 0)
      .map((p) => `${member.host}:${p}`),
  );
  if (new Set(ports).size !== ports.length)
    throw invalid('members', ports.join(','), 'must not use a port twice on one host');
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function unreadable(path: string, reason: string): StrataError {
  return new StrataError('STRATA_CONFIG_UNREADABLE', { path, reason });
}

function invalid(field: string, actual: unknown, rule: string): StrataError {
  return new StrataError('STRATA_CONFIG_INVALID', { field, actual: shown(actual), rule });
}

/** `String` would call what an object of the file names `toString`, and fall over one that is nested deeply. */
function shown(actual: unknown): string {
  if (actual === undefined) return 'missing';
  if (typeof actual === 'string') return JSON.stringify(actual);
  if (typeof actual !== 'object' || actual === null) return String(actual);
  return Array.isArray(actual) ? 'a list' : 'an object';
}

function valueAt(document: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    document,
  );
}
