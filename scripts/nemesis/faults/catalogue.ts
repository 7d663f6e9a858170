import { DISK_FAULTS } from './disks.js';
import type { FaultGroup, FaultKind, Need } from './fault.js';
import { FLAKY_LINKS } from './flaky-links.js';
import { MEMBERSHIP_FAULTS } from './membership.js';
import { PARTITIONS } from './partitions.js';
import { PROCESS_FAULTS } from './processes.js';

export const ALL_FAULTS: readonly FaultKind[] = [
  ...PARTITIONS,
  ...FLAKY_LINKS,
  ...PROCESS_FAULTS,
  ...DISK_FAULTS,
  ...MEMBERSHIP_FAULTS,
];

/** The faults of these groups that this machine can make. */
export function availableFaults(
  groups: readonly FaultGroup[],
  has: Readonly<Record<Need, boolean>>,
): FaultKind[] {
  return ALL_FAULTS.filter(({ group, need }) => groups.includes(group) && (need === undefined || has[need]));
}
