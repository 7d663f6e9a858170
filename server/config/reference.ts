import { z } from 'zod';
import { NodeConfig } from './schema.js';

/** A field as the JSON schema of the configuration has it. */
interface Field {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Field[];
  readonly items?: Field;
  readonly properties?: Readonly<Record<string, Field>>;
  readonly required?: readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
}

const UNITS: readonly (readonly [RegExp, string])[] = [
  [/Ms(?:Min|Max)?$/, 'ms'],
  [/Bytes(?:Min|Max)?$/, 'bytes'],
  [/Port$/, 'port'],
];

/** Every field of the configuration with unit, default and rule, as Markdown. */
export function configReference(): string {
  const schema = z.toJSONSchema(NodeConfig, { io: 'input' }) as Field;
  return [
    '| field | unit | default | rule | what it does |',
    '| --- | --- | --- | --- | --- |',
    ...rows(schema, ''),
  ].join('\n');
}

function rows(parent: Field, prefix: string): string[] {
  return Object.entries(parent.properties ?? {}).flatMap(([name, field]) => {
    const path = `${prefix}${name}`;
    if (field.properties !== undefined) {
      const own = field.description === undefined ? [] : [row(path, name, field, parent)];
      return [...own, ...rows(field, `${path}.`)];
    }
    if (field.items?.properties !== undefined) {
      return [row(path, name, field, parent), ...rows(field.items, `${path}[].`)];
    }
    return [row(path, name, field, parent)];
  });
}

function row(path: string, name: string, field: Field, parent: Field): string {
  const unit = UNITS.find(([pattern]) => pattern.test(name))?.[1] ?? '';
  const isRequired = parent.required?.includes(name) === true;
  const fallback =
    field.default === undefined ? (isRequired ? 'required' : 'none') : `\`${JSON.stringify(field.default)}\``;
  if (field.description === undefined) throw new Error(`configuration field ${path} has no description`);
  return `| \`${path}\` | ${unit} | ${fallback} | ${ruleOf(field)} | ${field.description} |`;
}

function ruleOf(field: Field): string {
  const words = choices(field);
  if (words.length > 0) return words.map((word) => `\`${word}\``).join(' ');
  const low = field.exclusiveMinimum === undefined ? field.minimum : field.exclusiveMinimum + 1;
  // Zod names the largest safe integer for every whole number.
  const high =
    field.maximum === undefined || field.maximum >= Number.MAX_SAFE_INTEGER ? undefined : field.maximum;
  const isBounded = low !== undefined && low > -Number.MAX_SAFE_INTEGER;
  if (isBounded && high !== undefined) return `${low} to ${high}`;
  if (isBounded) return `at least ${low}`;
  return field.type === 'object' ? 'section' : field.type === 'array' ? 'list' : (field.type ?? '');
}

function choices(field: Field): string[] {
  if (field.const !== undefined) return [String(field.const)];
  return [...(field.enum ?? []), ...(field.anyOf ?? []).flatMap(choices)];
}
