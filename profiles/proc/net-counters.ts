import { readFileSync } from 'node:fs';

/** Counters of the network stack that a process sees, since the machine started. */
export interface NetReading {
  readonly tcp: { readonly segmentsOut: number; readonly retransmitted: number } | null;
  readonly loopbackBytes: number | null;
}

/** Nulls where the kernel hides them. */
export function readNet(pid: number): NetReading {
  return {
    tcp: parseSnmpTcp(readText(`/proc/${pid}/net/snmp`)),
    loopbackBytes: parseLoopbackBytes(readText(`/proc/${pid}/net/dev`)),
  };
}

/** `/proc/net/snmp` has two lines a protocol: names, then values. Null without TCP's. */
export function parseSnmpTcp(text: string): NetReading['tcp'] {
  const [names, values] = text
    .split('\n')
    .filter((line) => line.startsWith('Tcp: '))
    .map((line) => line.trim().split(/\s+/));
  if (names === undefined || values === undefined) return null;
  const value = (name: string): number => Number(values[names.indexOf(name)] ?? Number.NaN);
  const counters = { segmentsOut: value('OutSegs'), retransmitted: value('RetransSegs') };
  return Object.values(counters).every(isCount) ? counters : null;
}

/** Bytes that the loopback device delivered, from `/proc/net/dev`; null without one. */
export function parseLoopbackBytes(text: string): number | null {
  const bytes = Number(/^\s*lo:\s*(\d{1,20})\s/m.exec(text)?.[1] ?? Number.NaN);
  return isCount(bytes) ? bytes : null;
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
