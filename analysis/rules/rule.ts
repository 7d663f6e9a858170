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

/** No reading gives a value below nothing, so no threshold lies there. */
const Amount = z.number().finite().nonnegative('must not be negative');

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
  parameters: z.record(z.string(), Amount).default({}),
  /** `below`: values below `good` are good and values above `bad` are bad. `above`: the other way round. */
  direction: z.enum(['below', 'above']),
  good: Amount,
  /** Where the alert begins. Equal to `good` where the source names one threshold only: then a value on it is bad. */
  bad: Amount,
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
  of: z.enum([
    'mean latency of a write',
    'CPU time of the leader',
    "time of the leader's main thread",
    "non-idle time of the leader's main thread",
    'CPU time of nodes and generator',
    'throughput',
    'bytes written',
  ]),
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
  .superRefine(({ direction, good, bad }, context) => {
    const isBelow = direction === 'below';
    if (isBelow ? bad >= good : bad <= good) return;
    const better = isBelow ? 'lower' : 'higher';
    const message = `${bad} lies on the good side of \`good\` (${good}): in the direction \`${direction}\` ${better} values are the better ones`;
    context.addIssue({ code: 'custom', path: ['bad'], message });
  });
export type Rule = z.output<typeof Rule>;

/** Names of the parameters that are shares too. */
const SHARE_PARAMETER = /^(?:share|busy)/;

/** Every number of a rule that is a share, by its path. */
export function sharesOf({
  unit,
  good,
  bad,
  parameters,
}: Rule): readonly (readonly [path: readonly string[], share: number])[] {
  const thresholds = unit === 'share' ? Object.entries({ good, bad }) : [];
  const further = Object.entries(parameters).filter(([name]) => SHARE_PARAMETER.test(name));
  return [
    ...thresholds.map(([name, value]) => [[name], value] as const),
    ...further.map(([name, value]) => [['parameters', name], value] as const),
  ];
}

/** The file of rules: the whole table, or changes to it. */
export const RULES_SCHEMA = 'strata.rules/1';
