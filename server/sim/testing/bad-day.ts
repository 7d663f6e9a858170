import type { SimPlan } from '../plan.js';

/** Everything at once, so that a short run meets every kind of trouble. */
export function badDay(plan: SimPlan): SimPlan {
  return {
    ...plan,
    founders: [1, 2, 3],
    strategy: 'group',
    network: {
      ...plan.network,
      loss: 0.05,
      duplication: 0.05,
      reorders: true,
      clog: 0.002,
      clogMsMax: 100,
      encodes: true,
    },
    disk: {
      ...plan.disk,
      stall: 0.005,
      stallMsMax: 200,
      syncError: 0.01,
      full: 0.02,
      fullMsMax: 300,
      unsyncedSurvives: 0.5,
      bitFlip: 0.3,
    },
    faults: {
      partition: 0.002,
      partitionMsMax: 400,
      asymmetric: 0.5,
      crash: 0.003,
      crashElected: 0.2,
      powerCut: 0.4,
      allAtOnce: 0.15,
      downMsMax: 300,
      pause: 0.001,
      pauseMsMax: 300,
      clockDrift: 0.05,
      transfer: 0.002,
      memberChange: 0.002,
    },
    snapshots: { entriesMax: 40, keepEntries: 5, sliceBytes: 1_024 },
    segmentBytes: 8_192,
  };
}

/** Nothing but time, wires and disks that take their time. */
export function quietDay(plan: SimPlan): SimPlan {
  return {
    ...plan,
    founders: [1, 2, 3],
    strategy: 'group',
    network: { ...plan.network, loss: 0, duplication: 0, reorders: false, clog: 0 },
    disk: { ...plan.disk, stall: 0, syncError: 0, full: 0, bitFlip: 0 },
    faults: {
      ...plan.faults,
      partition: 0,
      crash: 0,
      crashElected: 0,
      pause: 0,
      clockDrift: 0,
      transfer: 0,
      memberChange: 0,
    },
  };
}
