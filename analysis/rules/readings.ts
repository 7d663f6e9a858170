import { CONSENSUS_CAUSES } from '../advice/consensus-causes.js';
import { DISK_CAUSES } from '../advice/disk-causes.js';
import { EVIDENCE_READINGS } from '../advice/evidence-readings.js';
import { LATENCY_READINGS } from '../advice/latency-readings.js';
import { MACHINE_READINGS } from '../advice/machine-readings.js';
import { STRATEGY_READINGS } from '../advice/strategy-reading.js';
import { CONSENSUS_READINGS } from '../kpi/consensus-readings.js';
import { CPU_READINGS, NETWORK_READINGS } from '../kpi/cpu-share-readings.js';
import { DISK_READINGS } from '../kpi/disk-readings.js';
import type { Reading } from './reading.js';

/** Every function that a rule may call, by its name. */
export const READINGS: Readonly<Record<string, Reading>> = {
  ...CPU_READINGS,
  ...NETWORK_READINGS,
  ...DISK_READINGS,
  ...CONSENSUS_READINGS,
  ...LATENCY_READINGS,
  ...MACHINE_READINGS,
  ...EVIDENCE_READINGS,
  ...DISK_CAUSES,
  ...CONSENSUS_CAUSES,
  ...STRATEGY_READINGS,
};

/** A rule that was checked names a reading that exists. */
export function readingOf(name: string): Reading {
  const found = Object.hasOwn(READINGS, name) ? READINGS[name] : undefined;
  if (found === undefined) throw new Error(`a checked rule names the reading ${name}, which does not exist`);
  return found;
}
