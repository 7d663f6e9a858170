import { Command } from 'commander';
import { capabilities } from '../../profiles/index.js';
import type { Capability } from '../../results/schema/index.js';
import { EXIT } from '../lib/exit-codes.js';
import { exitWith } from '../lib/exit-with.js';
import { printJson, printLine, textTable } from '../lib/output.js';

export function doctorCommand(): Command {
  return new Command('doctor')
    .summary('say what this machine can capture and what is missing')
    .description(
      'Say what this machine can capture, what is missing, and the command that installs it. Tiers: T0 needs only Node, T1 reads\n' +
        '/proc, T2 runs tools such as strace, T3 uses eBPF. Nothing here is required: what is missing is a line in the report.',
    )
    .option('--json', 'stdout is one JSON document', false)
    .addHelpText('after', '\nExamples:\n  strata doctor\n  strata doctor --json')
    .action(exitWith(doctor));
}

async function doctor({ json }: { readonly json: boolean }): Promise<number> {
  const found = await capabilities();
  if (json) printJson({ capabilities: found });
  else printLine(renderCapabilities(found));
  return EXIT.done;
}

export function renderCapabilities(found: readonly Capability[]): string {
  const rows = found.map(({ name, tier, available, detail, install }) => [
    tier,
    available ? 'yes' : 'no',
    name,
    detail,
    install ?? '',
  ]);
  return textTable([['tier', 'here', 'what', 'detail', 'install with'], ...rows]);
}
