import { z } from 'zod';

/** What the checker said of the history that one load recorded. The history itself is the file beside, in the format of `history.ts`. */
export const HistoryCheck = z.strictObject({
  /** Name in the folder of the summary, or a path elsewhere when one was asked for; null when it was not kept. So is the counterexample's. */
  file: z.string().nullable(),
  model: z.literal('register'),
  keys: z.number().int().positive(),
  operations: z.number().int().nonnegative(),
  reads: z.number().int().nonnegative(),
  writes: z.number().int().nonnegative(),
  ok: z.number().int().nonnegative(),
  /** Certainly without effect. */
  failed: z.number().int().nonnegative(),
  /** Writes that may take effect at any later time. */
  unknown: z.number().int().nonnegative(),
  /** The bound on `operations`, and whether it cut the end of the run off. */
  operationsMax: z.number().int().positive(),
  limitReached: z.boolean(),
  /** `unknown` is no pass: the checker ran out of time, or the history is too short to say anything. */
  verdict: z.enum(['linearizable', 'not-linearizable', 'unknown']),
  /** Why not, in a sentence; null for `linearizable`. */
  because: z.string().nullable(),
  counterexample: z.string().nullable(),
  checkSeconds: z.number().nonnegative(),
});
export type HistoryCheck = z.infer<typeof HistoryCheck>;

/** `points/<id>/recording.json`: what recording a history costs, from short passes with and without it, taken in turns. */
export const RecordingCost = z.strictObject({
  schema: z.literal('strata.recording/1'),
  /** Measured time of each pass. */
  seconds: z.number().positive(),
  /** One pair an entry. Which of the two came first changes from pair to pair. */
  pairs: z
    .array(
      z.strictObject({
        withoutPerSecond: z.number().nonnegative(),
        withPerSecond: z.number().nonnegative(),
        /** Operations recorded in the pass with. */
        recorded: z.number().int().nonnegative(),
      }),
    )
    .min(1),
});
export type RecordingCost = z.infer<typeof RecordingCost>;
