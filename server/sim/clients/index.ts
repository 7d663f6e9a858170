import type { Clients, World } from '../contracts.js';
import { SimClients } from './sim-clients.js';

/** Clients as `world.plan.clients` wants them. */
export function createClients(world: World): Clients {
  return new SimClients(world);
}
