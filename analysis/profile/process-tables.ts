import type { ProfileData } from '../../results/profile-directory.js';
import type { Profile, ProfiledProcess } from '../../results/schema/index.js';
import { bytes, decimal, integer, micros } from '../tables/format.js';
import { code, left, MarkdownTable, right } from '../tables/markdown-table.js';
import { sourced } from './sourced.js';

const NOT_TOLD = 'the system does not tell';

/** What the process is, and what it was watched on. */
export function processTable({ process, machine, startedAt }: Profile): string {
  const table = new MarkdownTable([left('What'), left('Value')], '`profile.json`');
  const told = (value: number | null, format: (value: number) => string) =>
    table.nullable(value, format, NOT_TOLD);
  table.row('process', `${process.pid}, ${identity(process)}`);
  table.row('program', process.program === null ? table.missing(NOT_TOLD) : code(process.program));
  table.row('Node.js', process.nodejs ?? table.missing(NOT_TOLD));
  if (process.url !== null) table.row('address', code(process.url));
  table.row(
    'running for',
    told(process.upSeconds, (seconds) => micros(seconds * 1e6)),
  );
  table.row('resident memory', told(process.rssBytes, bytes));
  table.row('threads', told(process.threads, integer));
  if (process.isLocal)
    table.row(
      'machine',
      `${machine.cpuCount} CPUs (${machine.cpuModel}), ${bytes(machine.memoryBytes)}, ${machine.kernel}`,
    );
  table.row('captured at', startedAt);
  return table.toString();
}

function identity({ how, node, role, isLocal }: ProfiledProcess): string {
  const what = node === 0 ? 'a Node.js process' : `node ${node}, ${role}`;
  const started = how === 'launch' ? ', started for this profile' : '';
  return `${what}${started}${isLocal ? '' : ', on another machine'}`;
}

/** Every probe that gave something, how long it watched, and with whom. */
export function passTable({ profile }: ProfileData): string | null {
  const table = new MarkdownTable(
    [left('Probe'), left('Tier'), left('Question'), right('Seconds'), left('Watched with'), left('Its cost')],
    '`profile.json`',
  );
  for (const { probe, tier, question, seconds, sharedWith, cost } of profile.passes)
    table.row(
      code(probe),
      tier,
      question,
      decimal(seconds, 1),
      sharedWith.length === 0 ? 'alone' : sharedWith.join(', '),
      cost,
    );
  return table.isEmpty ? null : table.toString();
}

/** What was to be captured and was not, each with its reason. */
export function gapTable({ profile }: ProfileData): string {
  if (profile.notMeasured.length === 0) return 'Nothing of what was asked for is missing.';
  const table = new MarkdownTable([left('What'), left('Because')], '`profile.json`');
  for (const { what, because } of profile.notMeasured) table.row(what, because);
  return table.toString();
}

/** Files that outside tools left for people to open. */
export function toolTable(data: ProfileData): string | null {
  const table = new MarkdownTable(
    [left('Tool'), left('Its verdict'), left('Files'), left('Warnings')],
    '`passes/*/*.json`',
  );
  for (const { pass, captures } of data.passes) {
    for (const capture of captures) {
      if (capture.schema !== 'strata.tool/1') continue;
      const files = capture.files.map(
        ({ name, what }) => `[${name}](passes/${pass.probe}/${encodeURI(name)}): ${what}`,
      );
      table.row(
        `${capture.tool} ${capture.version}`,
        capture.verdict ?? 'gives none',
        files.join('; '),
        capture.warnings.join('; '),
      );
    }
  }
  return table.isEmpty ? null : table.toString();
}

/** Counters of `/proc` over the window. */
export function procTables(data: ProfileData): string | null {
  const parts = sourced(data, 'strata.proc/1').map(({ capture, source }) => {
    const { process, seconds } = capture;
    const table = new MarkdownTable([left('What'), right('Value'), right('Per second')], source);
    const share = (milliseconds: number) => `${decimal((milliseconds / 1e3 / seconds) * 100, 1)} % of a CPU`;
    const row = (what: string, value: number, format: (value: number) => string) =>
      table.row(what, format(value), format(value / seconds));
    table.row('CPU in user code', micros(process.cpuUserMs * 1e3), share(process.cpuUserMs));
    table.row('CPU in the kernel', micros(process.cpuSystemMs * 1e3), share(process.cpuSystemMs));
    if (process.io !== null) {
      row('bytes read, sockets and pipes included', process.io.rchar, bytes);
      row('bytes written, sockets and pipes included', process.io.wchar, bytes);
      row('calls that read', process.io.syscr, integer);
      row('calls that write', process.io.syscw, integer);
      row('bytes written to the page cache for a device', process.io.writeBytes, bytes);
    }
    if (capture.disk !== null) {
      row(`bytes that reached ${capture.disk.device}, whole machine`, capture.disk.bytesWritten, bytes);
      if (capture.disk.flushes !== null) row('flushes of that device', capture.disk.flushes, integer);
    }
    if (capture.sockets !== null)
      table.row('TCP connections at the end', integer(capture.sockets.established), '');
    if (capture.tcp !== null)
      row('TCP segments sent again, whole machine', capture.tcp.retransmitted, integer);
    return table.toString();
  });
  return parts.length === 0 ? null : parts.join('\n\n');
}

/** Threads by the CPU that they used. */
export function threadTable(data: ProfileData): string | null {
  const parts = sourced(data, 'strata.proc/1').flatMap(({ capture, source }) => {
    const table = new MarkdownTable(
      [
        left('Thread'),
        right('Id'),
        right('CPU'),
        right('Waited for a CPU'),
        right('Switches, of its own accord'),
        right('Switches, preempted'),
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
