import { setTimeout as sleep } from 'node:timers/promises';
import { CliError } from './cli-error.js';
import type { Contents } from './power-cut-verdict.js';

const PAGE_ITEMS = 2_000;
const ANSWER_TIMEOUT_MS = 30_000;
const RETRY_MS = 100;

/** What every node holds, read linearizably through it; what a node lacks at first must come. */
export async function readContents(urls: readonly string[], prefix: string): Promise<Contents[]> {
  const deadline = performance.now() + ANSWER_TIMEOUT_MS;
  const contents: Contents[] = [];
  for (const url of urls) contents.push(await readNode(url, prefix, deadline));
  return contents;
}

async function readNode(url: string, prefix: string, deadline: number): Promise<Contents> {
  for (;;) {
    try {
      return await readPages(url, prefix);
    } catch (error) {
      if (performance.now() > deadline)
        throw new CliError(
          'STRATA_TARGET_UNREACHABLE',
          `${url} gives no linearizable answer ${ANSWER_TIMEOUT_MS} ms after the start: ${(error as Error).message}.`,
        );
      await sleep(RETRY_MS);
    }
  }
}

async function readPages(url: string, prefix: string): Promise<Contents> {
  const found = new Map<string, string>();
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({
      prefix,
      limit: String(PAGE_ITEMS),
      encoding: 'utf8',
      consistency: 'linearizable',
    });
    if (cursor !== null) query.set('cursor', cursor);
    const response = await fetch(`${url}/kv?${query}`, { signal: AbortSignal.timeout(10_000) });
    if (!response.ok) throw new Error(`it answered ${response.status}: ${await response.text()}`);
    const page = (await response.json()) as {
      items: readonly { key: string; value: string }[];
      next: string | null;
    };
    for (const { key, value } of page.items) found.set(key, value);
    cursor = page.next;
  } while (cursor !== null);
  return found;
}
