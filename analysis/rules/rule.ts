import { z } from 'zod';

/** A text for readers of both languages of the report. One string stands for both. */
const Text = z.preprocess(
  (text) => (typeof text === 'string' ? { en: text, zh: text } : text),
  z.strictObject({ en: z.string().min(1).max(2_000), zh: z.string().min(1).max(2_000) }),
);
export type Text = z.output<typeof Text>;

/** What a threshold and the value beside it are counted in. Readings give their values in the unit of their rule. */
export const UNITS = [
  'share',
  'ms',
  'per-second',
  'per-hour',
  'to-one',
  'times',
  'count',
  'megabytes-per-second',
] as const;

const RULE_LAYERS = ['network', 'consensus', 'log', 'io', 'state', 'runtime', 'machine'] as const;

const shared = {
  id: z.string().regex(/^[a-z0-9-]{1,60}$/, 'must be small letters, digits and hyphens'),
  /** A rule that is switched off is not evaluated and not printed. */
  enabled: z.boolean().default(true),
  /** Numbers of the claims of the reference document that it answers; empty for a rule of our own. */
  claims: z.array(z.string().regex(/^[A-Z]\d{1,2}$/, 'must be the number of a claim, such as L4')),
  layer: z.enum(RULE_LAYERS),
  /** Name of the registered function that reads the value off the run. */
  reading: z.string(),
  /** Further numbers that the reading asks for; those left out are the reading's own. */
  parameters: z.record(z.string(), z.number().finite()).default({}),
  /** `below`: values below `good` are good and values above `bad` are bad. `above`: the other way round. */
  direction: z.enum(['below', 'above']),
  good: z.number().finite(),
  /** Where the alert begins. Equal to `good` where the source names one threshold only: then a value on it is bad. */
  bad: z.number().finite(),
  unit: z.enum(UNITS),
  /** Where the threshold comes from: a section of the reference document, a paper, a standard. */
  source: z.string().min(1).max(400),
  title: Text,
};

const KpiRule = z.strictObject({
  kind: z.literal('kpi'),
  ...shared,
  /** The worst that it may be called. */
  severity: z.enum(['fail', 'warn']).default('fail'),
  /** Which number of ours stands for it, in one sentence without its stop. */
  meaning: Text,
});
export type KpiRule = z.output<typeof KpiRule>;

const advice = {
  ...shared,
  /** `by-stake`: P0 where a fifth or more is at stake. */
  severity: z.enum(['P0', 'P1', 'by-stake']).default('by-stake'),
  action: Text,
  /** What the bound is a share of. */
  of: z.enum(['mean latency of a write', 'CPU time of the leader', 'throughput', 'bytes written']),
};

/** What a run suffers from, whatever it comes from. */
const SymptomRule = z.strictObject({ kind: z.literal('symptom'), ...advice });

/** Why a run suffers: it names a mechanism, and the report names it before every symptom. */
const CauseRule = z.strictObject({
  kind: z.literal('cause'),
  ...advice,
  /** Rules that recognise the same cause by other evidence share this name; the first of them that fires speaks for it. */
  cause: z.string().min(1),
  /** Causes are named in this order: what makes others look guilty comes first. */
  precedence: z.number().int().min(1).max(1_000),
});

export type AdviceRule = z.output<typeof SymptomRule> | z.output<typeof CauseRule>;

export const Rule = z
  .discriminatedUnion('kind', [KpiRule, CauseRule, SymptomRule])
  .refine((rule) => (rule.direction === 'below' ? rule.bad >= rule.good : rule.bad <= rule.good), {
    path: ['bad'],
    message: 'lies on the good side of `good`',
  });
export type Rule = z.output<typeof Rule>;

/** The file of rules: the whole table, or changes to it. */
export const RULES_SCHEMA = 'strata.rules/1';
