import { InvalidArgumentError } from 'commander';
import { STRATEGY_FLAGS, type StrategyLetter } from '../../results/schema/index.js';

/** Parsers of option values. Each throws `InvalidArgumentError` with the rule; commander adds the option's name. */

export function parseInteger(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^-?\d+$/.test(text) || value < min || value > max)
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    return value;
  };
}

export function parseShare(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError('It must be a share from 0 to 1.');
  return value;
}

export function parseRate(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value > 0 && value <= 10_000_000))
    throw new InvalidArgumentError('It must be a number of requests per second above 0.');
  return value;
}

const SECONDS_PER_UNIT: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };

/** `500ms`, `10s`, `2m`; a bare number is seconds. Zero only where `min` is 0. */
export function parseSeconds(min: number): (text: string) => number {
  return (text) => {
    const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
    const value = match === null ? Number.NaN : Number(match[1]) * SECONDS_PER_UNIT[match[2] ?? 's']!;
    if (!(value >= min && value <= 86_400))
      throw new InvalidArgumentError(`It must be a time such as 500ms, 10s or 2m, at least ${min} s.`);
    return value;
  };
}

/** Base URLs, comma separated, without a trailing slash. */
export function parseTargets(text: string): string[] {
  return splitList(text).map((item) => {
    let url: URL;
    try {
      url = new URL(item);
    } catch {
      throw new InvalidArgumentError(`${JSON.stringify(item)} is not a URL such as http://127.0.0.1:7001.`);
    }
    if (url.protocol !== 'http:' || url.pathname !== '/' || url.search !== '')
      throw new InvalidArgumentError(`${JSON.stringify(item)} must be http://host:port and nothing more.`);
    return url.origin;
  });
}

/** Concurrency levels, ascending and each once. */
export function parseLevels(text: string): number[] {
  const parse = parseInteger(1, 100_000);
  return [...new Set(splitList(text).map(parse))].sort((a, b) => a - b);
}

const LETTERS = Object.keys(STRATEGY_FLAGS) as StrategyLetter[];

/** `A,G` or `always,group`, in the order given and each once. */
export function parseStrategies(text: string): StrategyLetter[] {
  return [...new Set(splitList(text).map(parseStrategy))];
}

export function parseStrategy(text: string): StrategyLetter {
  const letter = LETTERS.find((l) => l === text.toUpperCase() || STRATEGY_FLAGS[l] === text.toLowerCase());
  if (letter === undefined) {
    const known = LETTERS.map((l) => `${l} (${STRATEGY_FLAGS[l]})`).join(', ');
    throw new InvalidArgumentError(`${JSON.stringify(text)} is not a strategy: ${known}.`);
  }
  return letter;
}

const DISTRIBUTION = /^(?:uniform|hotspot|sequential|zipf:0?\.\d+|zipf:1(?:\.0+)?)$/;

export function parseDistribution(text: string): string {
  if (!DISTRIBUTION.test(text))
    throw new InvalidArgumentError('It must be uniform, zipf:0.99, hotspot or sequential.');
  return text;
}

export function splitList(text: string): string[] {
  const items = text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
  if (items.length === 0) throw new InvalidArgumentError('It must name at least one.');
  return items;
}
