import type { CommandSpec } from '../command-spec.js';

/** The tables of the README, as they must be. */
export function renderTables(all: readonly CommandSpec[]): { commands: string; unsupported: string } {
  const sorted = [...all].sort((a, b) => (a.name < b.name ? -1 : 1));
  const commands = sorted
    .filter(({ supported }) => supported)
    .map(
      (spec) =>
        `| ${spec.name.toUpperCase()} | ${spec.group} | ${spec.role} | ${spec.effect} | ${inTransaction(spec)} | ${spec.summary} |`,
    );
  const unsupported = sorted
    .filter(({ supported }) => !supported)
    .map(({ name, summary }) => `| ${name.toUpperCase()} | ${summary} |`);
  return {
    commands: [
      '| command | group | role | order | in MULTI | what |',
      '|---|---|---|---|---|---|',
      ...commands,
    ].join('\n'),
    unsupported: ['| command | why, or what instead |', '|---|---|', ...unsupported].join('\n'),
  };
}

function inTransaction({ inTransaction: what }: CommandSpec): string {
  return what === 'queue' ? 'yes' : what === 'run' ? 'at once' : 'no';
}
