import type { SimMutation } from '../contracts.js';
import { DURABILITY_MUTATIONS } from './durability.js';
import { READ_MUTATIONS } from './reads.js';
import { REPLICATION_MUTATIONS } from './replication.js';
import { STATE_MUTATIONS } from './states.js';

/** Twenty defects that others had (research §A5). Whoever changes the simulator has to find them still. */
export const SIM_MUTATIONS: readonly SimMutation[] = [
  ...REPLICATION_MUTATIONS,
  ...DURABILITY_MUTATIONS,
  ...READ_MUTATIONS,
  ...STATE_MUTATIONS,
].sort((a, b) => a.number - b.number);
