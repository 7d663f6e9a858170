import { readFileSync } from 'node:fs';

const RESOURCES = ['cpu', 'io', 'memory'] as const;
type Resource = (typeof RESOURCES)[number];

/** Microseconds since the machine started in which some task waited for the resource; null where the kernel does not say. */
export type PressureReading = Readonly<Record<Resource, number | null>>;

/** `/proc/pressure` of the machine. Kernels built without it have no folder; some have the files and refuse to read them. */
export function readPressure(folder = '/proc/pressure'): PressureReading {
  const [cpu, io, memory] = RESOURCES.map((resource) => {
    try {
      return parsePressure(readFileSync(`${folder}/${resource}`, 'utf8'));
    } catch {
      return null;
    }
  }) as [number | null, number | null, number | null];
  return { cpu, io, memory };
}

/** The `total` of the line `some`, microseconds. */
export function parsePressure(text: string): number | null {
  const total = Number(/^some .*\btotal=(\d{1,16})$/m.exec(text)?.[1] ?? Number.NaN);
  return Number.isSafeInteger(total) ? total : null;
}

/** Shares of the window, 0 to 1; null when the kernel says nothing of any resource. */
export function pressureShares(
  before: PressureReading,
  after: PressureReading,
  seconds: number,
): PressureReading | null {
  const share = (resource: Resource): number | null => {
    const [from, to] = [before[resource], after[resource]];
    return from === null || to === null ? null : Math.min(1, Math.max(0, (to - from) / 1e6 / seconds));
  };
  const shares = { cpu: share('cpu'), io: share('io'), memory: share('memory') };
  return RESOURCES.every((resource) => shares[resource] === null) ? null : shares;
}
