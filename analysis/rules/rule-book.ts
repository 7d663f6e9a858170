import { z } from 'zod';
import type { Facts } from '../report/facts.js';
import defaults from './default-rules.json' with { type: 'json' };
import { READINGS } from './readings.js';
import { type AdviceRule, type KpiRule, RULES_SCHEMA, Rule } from './rule.js';

/** A file of rules does not hold what it should; the sentence names the row and the field. */
export class RulesError extends Error {
  readonly code = 'STRATA_RULES_INVALID';
}

/** The rules that a report is written with. */
export interface RuleBook {
  readonly rules: readonly Rule[];
  /** Null for our own; else the name of the file, and the rules that it changed, added or switched off. */
  readonly changedBy: { readonly name: string; readonly ids: readonly string[] } | null;
}

const ROWS_MAX = 1_000;

const Change = z.looseObject({ id: z.string() });
const RulesFile = z.strictObject({
  schema: z.literal(RULES_SCHEMA),
  rules: z.array(Change).max(ROWS_MAX),
});

/** The table as it is shipped, for whoever wants to start from it. */
export const DEFAULT_RULES_DOCUMENT: unknown = defaults;

export const DEFAULT_RULES: RuleBook = { rules: readDefaults(), changedBy: null };

function readDefaults(): readonly Rule[] {
  const name = 'default-rules.json';
  return checkFile(defaults, name).rules.map((row) => checkRule(row, name));
}

/**
 * Our rules with the changes of a document over them, row by row: a row with a known id changes the fields that it has, any other must be complete.
 * Throws `RulesError`.
 */
export function changedRules(document: unknown, name: string): RuleBook {
  const rules = new Map<string, Rule>(DEFAULT_RULES.rules.map((rule) => [rule.id, rule]));
  const ids: string[] = [];
  const seen = new Set<string>();
  for (const row of checkFile(document, name).rules) {
    if (seen.has(row.id)) throw new RulesError(`${name}: rule ${row.id} stands there twice.`);
    seen.add(row.id);
    const own = rules.get(row.id);
    const rule = checkRule(own === undefined ? row : { ...own, ...row, ...parametersOf(own, row) }, name);
    if (own !== undefined && own.kind !== rule.kind)
      throw new RulesError(
        `${name}: rule ${row.id}, field kind: it is a ${own.kind} and cannot become a ${rule.kind}.`,
      );
    if (own !== undefined && JSON.stringify(sorted(own)) === JSON.stringify(sorted(rule))) continue;
    rules.set(rule.id, rule);
    ids.push(rule.id);
  }
  return { rules: [...rules.values()], changedBy: { name, ids } };
}

/** A row that changes one parameter leaves the others as they are. */
function parametersOf(own: Rule, row: Readonly<Record<string, unknown>>): object {
  const { parameters } = row;
  const isRecord = typeof parameters === 'object' && parameters !== null && !Array.isArray(parameters);
  return isRecord ? { parameters: { ...own.parameters, ...parameters } } : {};
}

/** The order in which a user wrote the fields is no change. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value) || value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, sorted(inner)] as const);
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
}

function checkFile(document: unknown, name: string): z.output<typeof RulesFile> {
  const result = RulesFile.safeParse(document);
  if (result.success) return result.data;
  const { path, message } = firstIssue(result.error);
  throw new RulesError(`${name}: field ${path.join('.') || '(root)'}: ${message}.`);
}

function checkRule(row: { readonly id: string }, name: string): Rule {
  const where = `${name}: rule ${row.id}, field`;
  const result = Rule.safeParse(row);
  if (!result.success) {
    const { path, message } = firstIssue(result.error);
    throw new RulesError(`${where} ${path.join('.') || '(the whole row)'}: ${message}.`);
  }
  const rule = result.data;
  if (!Object.hasOwn(READINGS, rule.reading)) {
    const known = Object.keys(READINGS).join(', ');
    throw new RulesError(
      `${where} reading: there is no reading ${JSON.stringify(rule.reading)}; there are ${known}.`,
    );
  }
  const { unit, parameters } = READINGS[rule.reading]!;
  if (unit !== rule.unit)
    throw new RulesError(`${where} unit: the reading ${rule.reading} is in ${unit}, not in ${rule.unit}.`);
  for (const parameter of Object.keys(rule.parameters)) {
    if (Object.hasOwn(parameters, parameter)) continue;
    const known = Object.keys(parameters).join(', ') || 'none';
    throw new RulesError(
      `${where} parameters.${parameter}: the reading ${rule.reading} does not ask for it; it asks for ${known}.`,
    );
  }
  return rule;
}

function firstIssue(error: z.ZodError): { readonly path: readonly PropertyKey[]; readonly message: string } {
  const issue = error.issues[0];
  if (issue === undefined) throw new Error('a schema refused a document without saying why');
  return issue.code === 'unrecognized_keys'
    ? { path: [...issue.path, issue.keys[0]!], message: 'no rule has such a field' }
    : issue;
}

export function rulesOf(facts: Facts): RuleBook {
  return facts.rules ?? DEFAULT_RULES;
}

/** Thresholds that are judged level by level, in the order of the table. */
export function kpiRules({ rules }: RuleBook): readonly KpiRule[] {
  return rules.filter((rule): rule is KpiRule => rule.kind === 'kpi' && rule.enabled);
}

export function adviceRules({ rules }: RuleBook): readonly AdviceRule[] {
  return rules.filter((rule): rule is AdviceRule => rule.kind !== 'kpi' && rule.enabled);
}
