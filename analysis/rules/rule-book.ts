import { z } from 'zod';
import type { Facts } from '../report/facts.js';
import defaults from './default-rules.json' with { type: 'json' };
import { READINGS } from './readings.js';
import { type AdviceRule, type KpiRule, RULES_SCHEMA, Rule, sharesOf } from './rule.js';

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
type Row = z.output<typeof Change>;

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
    const rule = own === undefined ? checkRule(row, name) : changedRule(own, row, name);
    if (own !== undefined && JSON.stringify(sorted(own)) === JSON.stringify(sorted(rule))) continue;
    rules.set(rule.id, rule);
    ids.push(rule.id);
  }
  return { rules: [...rules.values()], changedBy: { name, ids } };
}

function changedRule(own: Rule, row: Row, name: string): Rule {
  const named = THRESHOLDS.filter((threshold) => Object.hasOwn(row, threshold));
  const both =
    named.length === 1 && hasOneThreshold(own) ? { good: row[named[0]!], bad: row[named[0]!] } : {};
  const rule = checkRule({ ...own, ...row, ...both, ...parametersOf(own, row) }, name, row);
  const where = `${name}: rule ${own.id}, field`;
  if (own.kind !== rule.kind)
    throw new RulesError(`${where} kind: it is a ${own.kind} and cannot become a ${rule.kind}.`);
  // The texts of a rule speak of one side.
  if (own.direction !== rule.direction)
    throw new RulesError(
      `${where} direction: it is \`${own.direction}\` and cannot become \`${rule.direction}\`; give the row an id of its own.`,
    );
  if (own.kind !== 'kpi' && rule.good !== own.good && named.length === 1 && !hasOneThreshold(own))
    throw new RulesError(
      `${where} good: advice speaks where a value is past \`bad\` (${own.bad}), so this changes nothing; give \`bad\` too.`,
    );
  return rule;
}

const THRESHOLDS = ['good', 'bad'] as const;

/** Advice has no warning, so that most of it has one threshold: whoever changes either name of it means it. */
function hasOneThreshold({ kind, good, bad }: Rule): boolean {
  return kind !== 'kpi' && good === bad;
}

/** A row that changes one parameter leaves the others as they are. */
function parametersOf(own: Rule, row: Row): object {
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
  refusePrototypes(document, name);
  const result = RulesFile.safeParse(document);
  if (result.success) return result.data;
  const { path, message } = firstIssue(result.error);
  throw new RulesError(`${name}: field ${path.join('.') || '(root)'}: ${message}.`);
}

/**
 * A field of this name is data after `JSON.parse` and is dropped wherever an object is copied: it has to be seen before. No row holds objects of objects, so three
 * levels are all there is to look at.
 */
function refusePrototypes(document: unknown, name: string): void {
  const refuse = (value: unknown, where: string): void => {
    if (typeof value === 'object' && value !== null && Object.hasOwn(value, '__proto__'))
      throw new RulesError(`${name}: ${where}__proto__: no rule has such a field.`);
  };
  refuse(document, 'field ');
  const { rules } = Object(document) as { readonly rules?: unknown };
  for (const [index, row] of (Array.isArray(rules) ? rules : []).entries()) {
    const { id } = Object(row) as { readonly id?: unknown };
    const where = typeof id === 'string' ? `rule ${id}, field ` : `field rules.${index}.`;
    refuse(row, where);
    for (const [field, value] of Object.entries(Object(row))) refuse(value, `${where}${field}.`);
  }
}

/** `written`: the row as it stands in the file, where the other fields are our own. */
function checkRule(row: Row, name: string, written: Row = row): Rule {
  const where = `${name}: rule ${row.id}, field`;
  const result = Rule.safeParse(row);
  if (!result.success) {
    const { path, message } = firstIssue(result.error, written);
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
  // Written as a percentage, it would never be reached.
  const above = sharesOf(rule).flatMap(([path, share]) => (share > 1 ? [{ path }] : []));
  const wrong = firstWritten(above, written);
  if (wrong !== undefined)
    throw new RulesError(
      `${where} ${wrong.path.join('.')}: must not be above 1, for it is a share: 0.1 is 10 %.`,
    );
  return rule;
}

function firstIssue(
  { issues }: z.ZodError,
  written: object = {},
): { readonly path: readonly PropertyKey[]; readonly message: string } {
  const issue = firstWritten(issues, written);
  if (issue === undefined) throw new Error('a schema refused a document without saying why');
  return issue.code === 'unrecognized_keys'
    ? { path: [...issue.path, issue.keys[0]!], message: 'no rule has such a field' }
    : issue;
}

/** What is wrong with a field that stands in the file, if anything is; else the first of all. */
function firstWritten<Issue extends { readonly path: readonly PropertyKey[] }>(
  issues: readonly Issue[],
  written: object,
): Issue | undefined {
  return (
    issues.find(({ path: [field] }) => field !== undefined && Object.hasOwn(written, field)) ?? issues[0]
  );
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
