import type { z } from 'zod';
import { LayersSnapshot, NodeEvents, NodeSamples } from '../../results/schema/index.js';
import { CliError } from './cli-error.js';

const TIMEOUT_MS = 10_000;

/** What a node answers about itself over HTTP, checked against the schema of the run directory. */
export function fetchLayers(url: string, timeoutMs = TIMEOUT_MS, token?: string): Promise<LayersSnapshot> {
  return fetchDocument(`${url}/debug/layers`, LayersSnapshot, timeoutMs, token);
}

export function fetchSamples(url: string, since: number): Promise<NodeSamples> {
  return fetchDocument(`${url}/debug/layers/samples?since=${since}`, NodeSamples, TIMEOUT_MS);
}

export function fetchEvents(url: string, since: number): Promise<NodeEvents> {
  return fetchDocument(`${url}/debug/events?since=${since}`, NodeEvents, TIMEOUT_MS);
}

/** True when the node says that it can answer clients. Never throws. */
export async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(1_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

/** The role a node believes to have, null when it does not answer. */
export async function roleOf(url: string, token?: string): Promise<LayersSnapshot['node'] | null> {
  try {
    return (await fetchLayers(url, 1_000, token)).node;
  } catch {
    return null;
  }
}

async function fetchDocument<Schema extends z.ZodType>(
  url: string,
  schema: Schema,
  timeoutMs: number,
  token?: string,
): Promise<z.output<Schema>> {
  let document: unknown;
  try {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(timeoutMs),
      ...(token === undefined ? {} : { headers: { Authorization: `Bearer ${token}` } }),
    });
    if (!response.ok) throw new Error(`it answered ${response.status}`);
    document = await response.json();
  } catch (error) {
    throw new CliError('STRATA_TARGET_UNREACHABLE', `${url} cannot be read: ${reasonOf(error as Error)}.`);
  }
  const result = schema.safeParse(document);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = issue?.path.join('.') || '(root)';
  throw new CliError(
    'STRATA_TARGET_INCOMPATIBLE',
    `${url} is not what this version reads: field ${field}: ${issue?.message ?? 'unexpected'}.`,
  );
}

/** `fetch failed` says nothing; the cause does. */
function reasonOf(error: Error): string {
  return error.cause instanceof Error ? error.cause.message || String(error.cause) : error.message;
}
