import { z } from 'zod';
import { NotMeasured, Role } from './common.js';
import { Capability, Machine } from './run.js';

/** What one probe left below `passes/<probe>/`. */
export const ProfilePass = z.strictObject({
  probe: z.string().regex(/^[A-Za-z0-9-]+$/),
  question: z.string(),
  tier: z.enum(['T0', 'T1', 'T2', 'T3']),
  cost: z.string(),
  /** From the moment at which all probes of the pass were attached until the first one was told to end. */
  seconds: z.number().nonnegative(),
  /** Other probes that watched at the same time. */
  sharedWith: z.array(z.string()),
  captures: z.array(z.string()),
  failed: z.string().nullable(),
});
export type ProfilePass = z.infer<typeof ProfilePass>;

/** The process as it was before the first probe. Null: it could not be learned, because the process is on another machine or hides it. */
export const ProfiledProcess = z.strictObject({
  /** `url`: a node of ours, asked for by its address. `pid`: any Node.js process. `launch`: started for the profile. */
  how: z.enum(['url', 'pid', 'launch']),
  /** On this machine, so that more than its own HTTP surface could be asked. */
  isLocal: z.boolean(),
  pid: z.number().int().positive(),
  url: z.string().nullable(),
  /** Node id, 0 for a process that is no node of ours. */
  node: z.number().int().nonnegative(),
  role: Role.or(z.literal('unknown')),
  /** Program and script, without directories and without further arguments: those may hold secrets. */
  program: z.string().nullable(),
  nodejs: z.string().nullable(),
  upSeconds: z.number().nonnegative().nullable(),
  rssBytes: z.number().nonnegative().nullable(),
  threads: z.number().int().positive().nullable(),
});
export type ProfiledProcess = z.infer<typeof ProfiledProcess>;

/** `profile.json`: one process, captured by some probes one after the other. */
export const Profile = z.strictObject({
  schema: z.literal('strata.profile/1'),
  id: z.string(),
  startedAt: z.string(),
  endedAt: z.string(),
  /** What was asked for; a pass that was cut short says how long it was. */
  secondsPerPass: z.number().positive(),
  /** Ended by the user before all passes were done. */
  interrupted: z.boolean(),
  versions: z.record(z.string(), z.string()),
  machine: Machine,
  capabilities: z.array(Capability),
  process: ProfiledProcess,
  passes: z.array(ProfilePass),
  notMeasured: z.array(NotMeasured),
});
export type Profile = z.infer<typeof Profile>;
