import { z } from 'zod';
import { NotMeasured } from './common.js';
import { Capability, Machine } from './run.js';

const Name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/);
const Text = z.string().max(4_000);
/** Bounds on what is read from a stranger's run; far above what any experiment has. */
const ARMS_MAX = 32;
const METRICS_MAX = 64;
const ROUNDS_MAX = 1_000;
const EFFECTS_MAX = 256;
const EXPERIMENTS_MAX = 200;

export const LabMetric = z.strictObject({
  name: Name,
  unit: z.string().max(40),
  better: z.enum(['higher', 'lower']),
  /** How two arms are compared: the one divided by the other, or less the other. */
  scale: z.enum(['ratio', 'difference']),
});
export type LabMetric = z.infer<typeof LabMetric>;

/** What the document says about one arm compared with another, or alone where `against` is null; no figure where both ends are null, open where one is. */
export const LabClaim = z.strictObject({
  metric: Name,
  arm: Name,
  against: Name.nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  /** The true effect is at least, or at most, as strong as the measured one; null: it is what is measured. */
  bound: z.enum(['lower', 'upper']).nullable().default(null),
  /** Why nothing that was measured can decide it; null: it can be decided. */
  notDecidable: Text.nullable().default(null),
});
export type LabClaim = z.infer<typeof LabClaim>;

/** One run of every arm, in the order in which they ran. */
export const LabRound = z.strictObject({
  /** Thrown away: it counts in no statistic. */
  warmUp: z.boolean(),
  runs: z
    .array(
      z.strictObject({
        arm: Name,
        durationMs: z.number().nonnegative(),
        /** By metric; null where the run could not give one. */
        values: z.record(Name, z.number().nullable()),
      }),
    )
    .max(ARMS_MAX),
});
export type LabRound = z.infer<typeof LabRound>;

/**
 * `lab/<id>.json`: an experiment as it was asked, and every value that its runs gave. `failed`: an error ended it. `interrupted`: it was stopped from outside.
 * `not-decidable`: this machine cannot answer it. What was measured before is kept in every case, and `because` says why, unless it is done.
 */
export const LabExperiment = z.strictObject({
  schema: z.literal('strata.lab-experiment/1'),
  id: Name,
  claims: z.array(Name).max(32),
  title: Text,
  question: Text,
  says: Text,
  effects: z.array(LabClaim).max(EFFECTS_MAX),
  /** The first is the reference. */
  arms: z
    .array(z.strictObject({ name: Name, what: Text }))
    .min(2)
    .max(ARMS_MAX),
  workload: Text,
  limits: Text.nullable(),
  metrics: z.array(LabMetric).min(1).max(METRICS_MAX),
  quick: z.boolean(),
  seed: z.number().int(),
  /** Rounds asked for, without the one to warm up. */
  repeats: z.number().int().positive(),
  state: z.enum(['done', 'failed', 'interrupted', 'not-decidable']),
  because: Text.nullable(),
  rounds: z.array(LabRound).max(ROUNDS_MAX),
});
export type LabExperiment = z.infer<typeof LabExperiment>;

/** `run.json` of a run of the lab. */
export const LabRun = z.strictObject({
  schema: z.literal('strata.lab-run/1'),
  id: z.string(),
  command: z.string(),
  mode: z.enum(['quick', 'standard']),
  startedAt: z.string(),
  endedAt: z.string(),
  seed: z.number().int(),
  git: z.strictObject({ commit: z.string().nullable(), dirty: z.boolean() }),
  versions: z.record(z.string(), z.string()),
  machine: Machine,
  capabilities: z.array(Capability),
  /** Those with a file under `lab/`, in the order of the report. */
  experiments: z.array(Name).max(EXPERIMENTS_MAX),
  notMeasured: z.array(NotMeasured),
});
export type LabRun = z.infer<typeof LabRun>;
