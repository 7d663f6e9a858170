import { DISK_FAULTS } from './disks.js';
import type { FaultGroup, FaultKind } from './fault.js';
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

/** The faults of these groups that a cluster of this size can have, whether this machine can make them or not. */
export function faultsOf(groups: readonly FaultGroup[], nodes: number): FaultKind[] {
  return ALL_FAULTS.filter(({ group, nodesMin = 0 }) => groups.includes(group) && nodes >= nodesMin);
}
