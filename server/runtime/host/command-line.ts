import { parseArgs } from 'node:util';
import { failUsage } from './last-words.js';

/** How one node is started. */
export interface CommandLine {
  readonly path: string;
  /** Instead of the one in the file: one file may serve all members. */
  readonly id: number | null;
  readonly endsWithParent: boolean;
}

/** Ends the process with the usage when the arguments make no sense. */
export function commandLine(args: readonly string[]): CommandLine {
  const usage = 'node main.js --config FILE [--id N] [--with-parent]';
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { config: { type: 'string' }, id: { type: 'string' }, 'with-parent': { type: 'boolean' } },
    });
    if (values.config === undefined || (values.id !== undefined && !/^[1-9]\d{0,14}$/.test(values.id)))
      failUsage(usage);
    return {
      path: values.config,
      id: values.id === undefined ? null : Number(values.id),
      endsWithParent: values['with-parent'] === true,
    };
  } catch {
    failUsage(usage);
  }
}
