import type { SimPlan } from '../plan.js';

type Sections = Pick<SimPlan, 'raft' | 'network' | 'disk' | 'faults' | 'clients' | 'snapshots'>;

/** What of a plan is laid down; the rest stays as the seed drew it. */
export type Aim = { readonly [Key in keyof Sections]?: Partial<Sections[Key]> } & Partial<
  Omit<SimPlan, keyof Sections>
>;

/** Lays down what gives a defect its occasion. */
export function aim(part: Aim): (plan: SimPlan) => SimPlan {
  return (plan) => ({
    ...plan,
    ...part,
    raft: { ...plan.raft, ...part.raft },
    network: { ...plan.network, ...part.network },
    disk: { ...plan.disk, ...part.disk },
    faults: { ...plan.faults, ...part.faults },
    clients: { ...plan.clients, ...part.clients },
    snapshots: { ...plan.snapshots, ...part.snapshots },
  });
}
