import { httpGet } from '../http-get.js';
import type { ListeningSocket } from './listening-sockets.js';

const ANSWER_TIMEOUT_MS = 1_000;
const ANSWER_BYTES_MAX = 64 * 1024;

/** The WebSocket address of the inspector behind a socket, null when something else answers there, or nothing. */
export async function inspectorAt({ host, port }: ListeningSocket): Promise<string | null> {
  const authority = host === '::1' ? `[::1]:${port}` : `${host}:${port}`;
  try {
    const answer = await httpGet(new URL(`http://${authority}/json/list`), {
      timeoutMs: ANSWER_TIMEOUT_MS,
      bytesMax: ANSWER_BYTES_MAX,
    });
    const id = answer.status === 200 ? parseTargetList(answer.body) : null;
    return id === null ? null : `ws://${authority}/${id}`;
  } catch {
    // Not an inspector: it speaks another protocol, or took too long.
    return null;
  }
}

/**
 * The id of the one target in what an inspector of Node answers to `/json/list`. Only the id is taken from the answer: the address we connect to
 * is our own, on loopback.
 */
export function parseTargetList(body: string): string | null {
  let list: unknown;
  try {
    list = JSON.parse(body);
  } catch {
    return null;
  }
  if (!Array.isArray(list)) return null;
  for (const target of list as readonly unknown[]) {
    const { type, id } = (target ?? {}) as { readonly type?: unknown; readonly id?: unknown };
    if (type === 'node' && typeof id === 'string' && /^[\w-]{1,64}$/.test(id)) return id;
  }
  return null;
}
