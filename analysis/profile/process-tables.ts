import type { ProfileData } from '../../results/profile-directory.js';
import type { Profile, ProfiledProcess } from '../../results/schema/index.js';
import { recorded, t, translated } from '../language/language.js';
import { bytes, decimal, integer, micros } from '../tables/format.js';
import { code, left, MarkdownTable, right } from '../tables/markdown-table.js';
import { sourced } from './sourced.js';

const NOT_TOLD = 'the system does not tell';

/** What the process is, and what it was watched on. */
export function processTable({ process, machine, startedAt }: Profile): string {
  const table = new MarkdownTable([left(t`What`), left(t`Value`)], '`profile.json`');
  const told = (value: number | null, format: (value: number) => string) =>
    table.nullable(value, format, translated(NOT_TOLD));
  table.row(t`process`, t`${process.pid}, ${identity(process)}`);
  table.row(
    t`program`,
    process.program === null ? table.missing(translated(NOT_TOLD)) : code(process.program),
  );
  table.row('Node.js', process.nodejs ?? table.missing(translated(NOT_TOLD)));
  if (process.url !== null) table.row(t`address`, code(process.url));
  table.row(
    t`running for`,
    told(process.upSeconds, (seconds) => micros(seconds * 1e6)),
  );
  table.row(t`resident memory`, told(process.rssBytes, bytes));
  table.row(t`threads`, told(process.threads, integer));
  if (process.isLocal)
    table.row(
      t`machine`,
      t`${machine.cpuCount} CPUs (${machine.cpuModel}), ${bytes(machine.memoryBytes)}, ${machine.kernel}`,
    );
  table.row(t`captured at`, startedAt);
  return table.toString();
}

function identity({ how, node, role, isLocal }: ProfiledProcess): string {
  const what = node === 0 ? t`a Node.js process` : t`node ${node}, ${role}`;
  const started = how === 'launch' ? t`, started for this profile` : '';
  return `${what}${started}${isLocal ? '' : t`, on another machine`}`;
}

/** Every probe that gave something, how long it watched, and with whom. */
export function passTable({ profile }: ProfileData): string | null {
  const table = new MarkdownTable(
    [
      left(t`Probe`),
      left(t`Tier`),
      left(t`Question`),
      right(t`Seconds`),
      left(t`Watched with`),
      left(t`Its cost`),
    ],
    '`profile.json`',
  );
  for (const { probe, tier, question, seconds, sharedWith, cost } of profile.passes)
    table.row(
      code(probe),
      tier,
      recorded(question),
      decimal(seconds, 1),
      sharedWith.length === 0 ? t`alone` : sharedWith.join(t`, `),
      recorded(cost),
    );
  return table.isEmpty ? null : table.toString();
}

/** What was to be captured and was not, each with its reason. */
export function gapTable({ profile }: ProfileData): string {
  if (profile.notMeasured.length === 0) return t`Nothing of what was asked for is missing.`;
  const table = new MarkdownTable([left(t`What`), left(t`Because`)], '`profile.json`');
  for (const { what, because } of profile.notMeasured) table.row(recorded(what), recorded(because));
  return table.toString();
}

/** Files that outside tools left for people to open. */
export function toolTable(data: ProfileData): string | null {
  const table = new MarkdownTable(
    [left(t`Tool`), left(t`Its verdict`), left(t`Files`), left(t`Warnings`)],
    '`passes/*/*.json`',
  );
  for (const { pass, captures } of data.passes) {
    for (const capture of captures) {
      if (capture.schema !== 'strata.tool/1') continue;
      const files = capture.files.map(
        ({ name, what }) => `[${name}](passes/${pass.probe}/${encodeURI(name)}): ${recorded(what)}`,
      );
      table.row(
        `${capture.tool} ${capture.version}`,
        capture.verdict === null ? t`gives none` : recorded(capture.verdict),
        files.join(t`; `),
        capture.warnings.map(recorded).join(t`; `),
      );
    }
  }
  return table.isEmpty ? null : table.toString();
}

/** Counters of `/proc` over the window. */
export function procTables(data: ProfileData): string | null {
  const parts = sourced(data, 'strata.proc/1').map(({ capture, source }) => {
    const { process, seconds } = capture;
    const table = new MarkdownTable([left(t`What`), right(t`Value`), right(t`Per second`)], source);
    const share = (milliseconds: number) => t`${decimal((milliseconds / 1e3 / seconds) * 100, 1)} % of a CPU`;
    const row = (what: string, value: number, format: (value: number) => string) =>
      table.row(what, format(value), format(value / seconds));
    table.row(t`CPU in user code`, micros(process.cpuUserMs * 1e3), share(process.cpuUserMs));
    table.row(t`CPU in the kernel`, micros(process.cpuSystemMs * 1e3), share(process.cpuSystemMs));
    if (process.io !== null) {
      row(t`bytes read, sockets and pipes included`, process.io.rchar, bytes);
      row(t`bytes written, sockets and pipes included`, process.io.wchar, bytes);
      row(t`calls that read`, process.io.syscr, integer);
      row(t`calls that write`, process.io.syscw, integer);
      row(t`bytes written to the page cache for a device`, process.io.writeBytes, bytes);
    }
    if (capture.disk !== null) {
      row(t`bytes that reached ${capture.disk.device}, whole machine`, capture.disk.bytesWritten, bytes);
      if (capture.disk.flushes !== null) row(t`flushes of that device`, capture.disk.flushes, integer);
    }
    if (capture.sockets !== null)
      table.row(t`TCP connections at the end`, integer(capture.sockets.established), '');
    if (capture.tcp !== null)
      row(t`TCP segments sent again, whole machine`, capture.tcp.retransmitted, integer);
    return table.toString();
  });
  return parts.length === 0 ? null : parts.join('\n\n');
}

/** Threads by the CPU that they used. */
export function threadTable(data: ProfileData): string | null {
  const parts = sourced(data, 'strata.proc/1').flatMap(({ capture, source }) => {
    const table = new MarkdownTable(
      [
        left(t`Thread`),
        right(t`Id`),
        right('CPU'),
        right(t`Waited for a CPU`),
        right(t`Switches, of its own accord`),
        right(t`Switches, preempted`),
      ],
      source,
    );
    for (const thread of [...capture.process.threads].sort((a, b) => b.cpuMs - a.cpuMs || a.tid - b.tid))
      table.row(
        thread.kind,
        String(thread.tid),
        micros(thread.cpuMs * 1e3),
        micros(thread.runqueueWaitMs * 1e3),
        integer(thread.switchesVoluntary),
        integer(thread.switchesInvoluntary),
      );
    return table.isEmpty ? [] : [table.toString()];
  });
  return parts.length === 0 ? null : parts.join('\n\n');
}
