import { LayersSnapshot, type LockReading } from '../../results/schema/index.js';
import { httpGet } from '../http-get.js';
import type { ProbeTarget } from '../probe.js';
import { ProbeError } from '../probe-error.js';
import { lockWindows } from './lock-window.js';

const ANSWER_TIMEOUT_MS = 10_000;
const ANSWER_BYTES_MAX = 4 * 1024 * 1024;

/**
 * The accounts that a node keeps of its locks, cumulative. Empty for a version that keeps none.
 * @throws ProbeError
 */
export async function readLocks({ url, token }: Pick<ProbeTarget, 'url' | 'token'>): Promise<LockReading[]> {
  if (url === null) return [];
  const address = new URL('/debug/layers', url);
  const limits = { timeoutMs: ANSWER_TIMEOUT_MS, bytesMax: ANSWER_BYTES_MAX, token };
  const { status, body } = await httpGet(address, limits);
  if (status !== 200) {
    throw new ProbeError('STRATA_PROBE_FAILED', `${address.href} answered ${status}: ${body.slice(0, 300)}.`);
  }
  const result = LayersSnapshot.safeParse(parse(body));
  if (result.success) return result.data.locks ?? [];
  const issue = result.error.issues[0];
  throw new ProbeError(
    'STRATA_PROBE_OUTPUT_INVALID',
    `${address.href} answered what this version does not read: field ${issue?.path.join('.')}: ${issue?.message}. Use the version of the node.`,
  );
}

/** The locks over the time between two readings. Fails when a figure fell, because the node restarted. */
export function locksBetween(before: readonly LockReading[], after: readonly LockReading[]): LockReading[] {
  return lockWindows(before, after, (name, from, to) => {
    if (to >= from) return to - from;
    throw new ProbeError(
      'STRATA_PROBE_FAILED',
      `${name} fell from ${from} to ${to} during the capture. Did the node restart? Capture again.`,
    );
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
