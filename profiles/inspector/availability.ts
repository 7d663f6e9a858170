import { existsSync } from 'node:fs';
import type { ProbeAvailability } from '../probe.js';

/** Whether this machine lets us find the inspector of a process: by `/proc`. Whether a process has one is asked at the start. */
export async function inspectorAvailability(): Promise<ProbeAvailability> {
  if (existsSync('/proc/self/net/tcp'))
    return { available: true, detail: 'the inspector of Node.js', install: null };
  return {
    available: false,
    detail: 'there is no /proc to find the inspector of a process by',
    install: null,
  };
}
