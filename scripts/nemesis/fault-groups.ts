import { InvalidArgumentError } from 'commander';
import { splitList } from '../lib/parse.js';
import { FAULT_GROUPS, type FaultGroup } from './faults/fault.js';

/** `partition,kill`: each once. */
export function parseGroups(text: string): FaultGroup[] {
  return [...new Set(splitList(text).map(parseGroup))];
}

function parseGroup(name: string): FaultGroup {
  const group = FAULT_GROUPS.find((known) => known === name);
  if (group === undefined)
    throw new InvalidArgumentError(`${JSON.stringify(name)} is none of ${FAULT_GROUPS.join(', ')}.`);
  return group;
}
