import { Command } from 'commander';
import { inspectWal, type WalSummary } from '../../server/log/inspect.js';
import { fileSystem } from '../lib/backup-file.js';
import { CliError } from '../lib/cli-error.js';
import { EXIT } from '../lib/exit-codes.js';
import { exitWith } from '../lib/exit-with.js';
import { printJson, printLine, textTable } from '../lib/output.js';

export function walCommand(): Command {
  const wal = new Command('wal')
    .summary('look into the files of a node')
    .description('Look into the files of a node. Nothing is changed and no lock is taken.')
    .addHelpText(
      'after',
      '\nExamples:\n  strata wal inspect /var/lib/strata/data\n  strata wal inspect /var/lib/strata/data --json | jq .damage',
    );
  wal.addCommand(
    new Command('inspect')
      .summary('segments, snapshots, hard state, and damage if there is any')
      .description(
        'Read every segment and snapshot as a start would, and say what is in them. Exit code 1 when a start would be refused: the damage names file\n' +
          'and offset.',
      )
      .argument('<dir>', 'data directory of a node, or the wal/ in it')
      .option('--json', 'stdout is one JSON document', false)
      .action(exitWith(inspect)),
  );
  return wal;
}

async function inspect(directory: string, { json }: { readonly json: boolean }): Promise<number> {
  let summary: WalSummary;
  try {
    summary = await inspectWal(directory, fileSystem());
  } catch (error) {
    throw new CliError('STRATA_FILE_UNREADABLE', `${directory} cannot be read: ${(error as Error).message}.`);
  }
  const { segments, snapshots, damage } = summary;
  if (segments.length === 0 && snapshots.length === 0 && damage === null)
    throw new CliError('STRATA_FILE_UNREADABLE', `${directory} holds no segment and no snapshot.`);
  if (json) printJson(summary);
  else printLine(renderSummary(summary));
  return damage === null ? EXIT.done : EXIT.finding;
}

/** For people: who, what, then file by file. */
export function renderSummary(summary: WalSummary): string {
  const { storage, identity, hardState, base, firstIndex, lastIndex, lastTerm, damage } = summary;
  const owner = storage ?? identity;
  return [
    owner === null ? 'identity  unknown' : `identity  node ${owner.nodeId} of cluster ${owner.clusterId}`,
    `state     term ${hardState.term}, vote ${hardState.vote}, commit ${hardState.commit}`,
    lastIndex === 0
      ? 'log       no entries'
      : `log       entries ${firstIndex} to ${lastIndex} (term ${lastTerm}), after entry ${base.index} of term ${base.term}`,
    '',
    textTable([
      ['snapshot', 'index', 'term', 'voters', 'bytes', 'state'],
      ...summary.snapshots.map(snapshotRow),
    ]),
    '',
    textTable([
      ['segment', 'first index', 'entries', 'writes', 'bytes used', 'of', 'end'],
      ...summary.segments.map(segmentRow),
    ]),
    ...(damage === null ? [] : ['', `damage    ${damage.message} (${damage.code})`]),
  ].join('\n');
}

function snapshotRow({ file, info, damage }: WalSummary['snapshots'][number]): string[] {
  if (info === null) return [file, '', '', '', '', damage?.message ?? 'damaged'];
  const { meta, fileBytes } = info;
  return [file, `${meta.index}`, `${meta.term}`, meta.voters.join(','), `${fileBytes}`, 'whole'];
}

function segmentRow(segment: WalSummary['segments'][number]): string[] {
  const { file, firstIndex, records, recordBytes, fileBytes, isReset, end, tornReason } = segment;
  const note = end === 'torn' ? `torn: ${tornReason}` : 'clean';
  const reset = isReset ? ', after a snapshot of the leader' : '';
  return [
    file,
    `${firstIndex}`,
    `${records.entries}`,
    `${records.writes}`,
    `${recordBytes}`,
    `${fileBytes}`,
    `${note}${reset}`,
  ];
}
