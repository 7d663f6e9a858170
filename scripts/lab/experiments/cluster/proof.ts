import type { NodeWindow } from '../../../../results/schema/index.js';
import { CliError } from '../../../lib/cli-error.js';
import { EXIT } from '../../../lib/exit-codes.js';
import type { LabSwitches } from './switches.js';

/**
 * An arm must be what its name says, or its figure compares nothing: every run looks at what the nodes counted and throws when that does not bear out the arm. The
 * sentence says what was expected and what was counted.
 */
export class UnprovenError extends CliError {
  constructor(arm: string, sentence: string) {
    super('STRATA_LAB_UNPROVEN', `Arm ${arm} is not what it says: ${sentence}.`, EXIT.environment);
  }
}

/** @throws UnprovenError when it does not hold. */
export function prove(holds: boolean, arm: string, sentence: string): void {
  if (!holds) throw new UnprovenError(arm, sentence);
}

/** The node itself says how it is switched: necessary, and for most switches not enough. @throws UnprovenError */
export function proveSwitch<Name extends keyof LabSwitches & string>(
  arm: string,
  config: NodeWindow['config'],
  name: Name,
  expected: string,
): void {
  const fact = `lab${name[0]!.toUpperCase()}${name.slice(1)}`;
  const said = config[fact];
  prove(said === expected, arm, `the node's ${fact} is ${said ?? 'not known to it'} instead of ${expected}`);
}
