import { type HttpAnswer, httpGet } from './http-get.js';
import { ProbeError } from './probe-error.js';

/** The endpoint refuses to profile for longer. */
const SECONDS_MAX = 120;
/** After the planned seconds: time to serialise a large profile on a machine under full load. */
const ANSWER_GRACE_MS = 30_000;
const PROFILE_BYTES_MAX = 256 * 1024 * 1024;
/** A refusal comes at once, a profile after its seconds: this long a start waits for a refusal. */
const REFUSAL_WAIT_MS = 50;

export interface EndpointProfile {
  readonly text: string;
  /** Whole, as the endpoint takes them. */
  readonly seconds: number;
  /** For errors about the text. */
  readonly source: string;
}

export interface EndpointQuery {
  /** Base URL of a node. */
  readonly url: string;
  readonly token: string | undefined;
  readonly kind: 'profile' | 'heap';
  readonly seconds: number;
  readonly parameters: Readonly<Record<string, string | number>>;
}

/**
 * Asks a node for a profile at `/debug/pprof/<kind>`; the node takes it itself. The function it gives waits for the end of the planned seconds.
 * @throws ProbeError STRATA_PROBE_FAILED when the node refuses or is not there; a later failure is thrown by the function
 */
export async function requestProfile(query: EndpointQuery): Promise<() => Promise<EndpointProfile>> {
  // The endpoint takes whole seconds, as Go's does.
  const seconds = Math.min(SECONDS_MAX, Math.max(1, Math.round(query.seconds)));
  const url = new URL(`/debug/pprof/${query.kind}`, query.url);
  for (const [name, value] of Object.entries({ seconds, ...query.parameters })) {
    url.searchParams.set(name, String(value));
  }
  const timeoutMs = seconds * 1_000 + ANSWER_GRACE_MS;
  const answer = httpGet(url, { timeoutMs, bytesMax: PROFILE_BYTES_MAX, token: query.token });
  await refusal(answer, url);
  return async () => {
    const { body: text } = requireProfile(await answer, url);
    return { text, seconds, source: url.href };
  };
}

/** Fails when the answer is there already and is no profile. */
async function refusal(answer: Promise<HttpAnswer>, url: URL): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const waited = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), REFUSAL_WAIT_MS);
  });
  // A failure after the race must not end the process as an unhandled rejection while nobody has asked for the profile yet.
  answer.catch(() => undefined);
  try {
    const early = await Promise.race([answer, waited]);
    if (early !== null) requireProfile(early, url);
  } finally {
    clearTimeout(timer);
  }
}

function requireProfile(answer: HttpAnswer, url: URL): HttpAnswer {
  if (answer.status === 200) return answer;
  throw new ProbeError(
    'STRATA_PROBE_FAILED',
    `${url.href} answered ${answer.status}: ${answer.body.slice(0, 300)}. The probe needs a Strata node that serves it.`,
  );
}
