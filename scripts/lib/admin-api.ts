import { InvalidArgumentError, Option } from 'commander';
import { CliError } from './cli-error.js';
import { EXIT } from './exit-codes.js';

const TIMEOUT_MS = 30_000;
const LOCALHOST = 'http://127.0.0.1:7001';

/** Which node to ask and in whose name. */
export interface Target {
  readonly url: string;
  readonly token?: string;
}

/** `--url` and `--token`, alike in every command that talks to a running node. */
export function targetOptions(): Option[] {
  return [
    new Option('--url <url>', 'any node of the cluster').default(LOCALHOST).argParser(parseUrl),
    new Option('--token <token>', 'bearer token of role admin').env('STRATA_TOKEN'),
  ];
}

/** A JSON answer of a node. What it refuses is a `CliError` with the node's own code and sentence. */
export async function askNode(
  target: Target,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> {
  const response = await send(target, method, path, body);
  const text = await response.text();
  const document = parsed(text);
  if (response.ok) return document;
  throw refusal(target, response.status, document);
}

/** The body of an answer as it arrives. */
export async function streamNode(target: Target, path: string): Promise<AsyncIterable<Uint8Array>> {
  const response = await send(target, 'GET', path, undefined, null);
  if (!response.ok || response.body === null)
    throw refusal(target, response.status, parsed(await response.text()));
  return response.body as unknown as AsyncIterable<Uint8Array>;
}

async function send(
  { url, token }: Target,
  method: string,
  path: string,
  body?: unknown,
  timeoutMs: number | null = TIMEOUT_MS,
): Promise<Response> {
  const headers: Record<string, string> = {};
  if (token !== undefined) headers.Authorization = `Bearer ${token}`;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  try {
    return await fetch(`${url}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(timeoutMs === null ? {} : { signal: AbortSignal.timeout(timeoutMs) }),
    });
  } catch (error) {
    const { cause, message } = error as Error;
    // `fetch failed` says nothing; the cause does.
    const reason = cause instanceof Error ? cause.message || String(cause) : message;
    throw new CliError('STRATA_TARGET_UNREACHABLE', `${url} cannot be reached: ${reason}.`);
  }
}

function refusal({ url }: Target, status: number, document: unknown): CliError {
  const { error } = (document ?? {}) as { error?: { code?: unknown; message?: unknown } };
  if (typeof error?.code === 'string' && typeof error.message === 'string')
    return new CliError(error.code, error.message, EXIT.environment);
  return new CliError(
    'STRATA_TARGET_INCOMPATIBLE',
    `${url} answered ${status} without a sentence; is it a Strata node?`,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

export function parseUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:/.test(text))
    throw new InvalidArgumentError('It must be a URL such as http://127.0.0.1:7001.');
  return text.replace(/\/+$/, '');
}
