import type { SimMutation } from '../../server/sim/contracts.js';
import { type Catch, HUNT_TICKS, hunt } from '../../server/sim/mutations/hunt.js';
import { SIM_MUTATIONS } from '../../server/sim/mutations/index.js';
import type { ReferenceDoc } from './reference-docs.js';

const HEAD = [
  '| # | mutation | the defect, and who had it | found by | seeds | tick |',
  '| ---: | --- | --- | --- | ---: | ---: |',
];

/** Plants every defect and looks for it: some ten seconds of computing. */
export async function mutationTable(): Promise<ReferenceDoc> {
  const rows: string[] = [];
  for (const mutation of SIM_MUTATIONS) rows.push(mutationRow(mutation, await hunt(mutation)));
  const below = `Seeds of ${HUNT_TICKS} ticks, aimed at the defect; “seeds” is how many it took. The same seeds pass without it.`;
  const table = [...HEAD, ...rows, '', below].join('\n');
  return { path: 'server/sim/README.md', name: 'mutations', render: () => table };
}

/** What a row says by itself, before anything was measured. */
export function mutationName({ number, name, defect }: SimMutation): string {
  return `| ${number} | \`${name}\` | ${defect} |`;
}

function mutationRow(mutation: SimMutation, found: Catch | null): string {
  const measured = found === null ? '**not found** | |' : `${found.check} | ${found.seeds} | ${found.tick} |`;
  return `${mutationName(mutation)} ${measured}`;
}
