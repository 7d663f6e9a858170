import type { ProbeTarget } from '../probe.js';
import { type Attachment, attach } from './attach.js';

/** Ends a recording and gives what it recorded. */
export type EndRecording<Value> = () => Promise<Value>;

export interface Recorded<Value> {
  readonly value: Value;
  /** From the begin to the end, as long as it really took. */
  readonly seconds: number;
}

/**
 * Attaches to a process and begins a recording there. The function it gives ends the recording and detaches. Whatever fails, the process is let go.
 * @throws ProbeError when the process cannot be attached to
 */
export async function record<Value>(
  { pid }: Pick<ProbeTarget, 'pid'>,
  seconds: number,
  begin: (attachment: Attachment) => Promise<EndRecording<Value>>,
): Promise<EndRecording<Recorded<Value>>> {
  const attachment = await attach(pid, seconds);
  try {
    const end = await begin(attachment);
    const beginMs = performance.now();
    return async () => {
      const tookMs = performance.now() - beginMs;
      try {
        return { value: await end(), seconds: Math.max(0.001, Math.round(tookMs) / 1_000) };
      } finally {
        await attachment.detach();
      }
    };
  } catch (error) {
    await attachment.detach();
    throw error;
  }
}
