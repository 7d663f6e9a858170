import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import {
  type Comparison,
  FLAME_FORMATS,
  type FlameFormat,
  type FlameSource,
  flameFiles,
  layerCells,
  type StackCapture,
} from '../../analysis/flamegraph/index.js';
import { capturesOf, type PointData, readDocument, readRunDirectory } from '../../results/run-directory.js';
import { CpuCapture, HeapCapture, PerfCapture } from '../../results/schema/index.js';
import { CliError } from '../lib/cli-error.js';
import { EXIT } from '../lib/exit-codes.js';
import { exitWith } from '../lib/exit-with.js';
import { printJson, printLine, textTable } from '../lib/output.js';
import { splitList } from '../lib/parse.js';
import { createProgress } from '../lib/progress.js';

interface FlameFlags {
  readonly against?: readonly string[];
  readonly point?: string;
  readonly probe?: string;
  readonly node?: string;
  readonly format: readonly FlameFormat[];
  readonly out?: string;
  readonly json: boolean;
}

const DEFAULT_POINT = 'mid';
/** A capture of a minute with every stack of a server is below a tenth of this. */
const CAPTURE_BYTES_MAX = 256 * 2 ** 20;

export function flameCommand(): Command {
  return new Command('flame')
    .summary('draw what was captured as flamegraphs, compare captures, write them for other tools')
    .description(
      'Draw the stacks that the probes of a run captured (CPU profile, perf, heap), coloured by layer: static SVG, and one HTML page with all of them that\n' +
        'zooms and searches and needs nothing else. With --against, what follows is the base: shares of functions and layers are compared both ways, with a\n' +
        'test over the layers once there are enough captures on each side. Paths of the files go to stdout.',
    )
    .argument(
      '<captures...>',
      'run directories, or capture files such as points/mid/passes/cpu-profile/node-3.json',
    )
    .option('--against <others...>', 'run directories or capture files to compare with')
    .option('--point <id>', `point of a run (default: ${DEFAULT_POINT}, or the only one with captures)`)
    .option('--probe <name>', 'captures of this probe only (default: all that hold stacks)')
    .option('--node <which>', 'leader, follower, or the id of a node (default: all)', parseNode)
    .addOption(
      new Option('--format <list>', `comma separated: ${FLAME_FORMATS.join(',')}`)
        .argParser(parseFormats)
        .default(['svg', 'html'], 'svg,html'),
    )
    .option('--out <dir>', 'where to write (default: flame/ of the run, or here for a capture file)')
    .option('--json', 'stdout is one JSON document', false)
    .addHelpText(
      'after',
      '\nExamples:\n  strata flame results/20251028-123005-sweep\n  strata flame results/new --against results/base --node leader\n' +
        '  strata flame points/mid/passes/cpu-profile/node-3.json --format pprof,speedscope --out /tmp\n' +
        '  strata flame new-*.json --against base-*.json --format html\n\n' +
        'folded: flamegraph.pl, inferno. speedscope: speedscope.app. pprof: go tool pprof -http=: -tagroot=layer FILE.pb.gz. cpuprofile: Chrome and\n' +
        'editors; captures of the heap become .heapprofile.',
    )
    .action(exitWith(flame));
}

function flame(paths: readonly string[], flags: FlameFlags): number {
  const progress = createProgress({ verbose: false });
  const read = (sources: readonly string[]): FlameSource[] =>
    sources.flatMap((path) => {
      progress.status(`reading ${path}`);
      return readSources(path, flags);
    });
  const after = read(paths);
  const before = read(flags.against ?? []);
  progress.status(`drawing ${after.length + before.length} captures`);
  const { files, comparisons } = flameFiles(after, before, flags.format);
  progress.end();
  if (before.length > 0 && comparisons.length === 0) throw nothingToCompare(after, before);
  const folder = flags.out ?? (isFolder(paths[0]!) ? join(paths[0]!, 'flame') : '.');
  const written = files.map(({ name, format, content }) => ({ path: write(folder, name, content), format }));
  for (const comparison of comparisons) progress.warn(comparisonText(comparison));
  if (flags.json) printJson({ files: written, comparisons });
  else for (const { path } of written) printLine(shortPath(path));
  return EXIT.done;
}

function readSources(path: string, flags: FlameFlags): FlameSource[] {
  const all = isFolder(path) ? readRun(path, flags.point) : [{ capture: readCaptureFile(path), point: null }];
  const chosen = all.filter(({ capture }) => isWanted(capture, flags));
  if (chosen.length > 0) return chosen;
  const there = all.map(({ capture }) => `${capture.probe} of ${capture.role} ${capture.node}`);
  const asked = [flags.probe, flags.node].filter((word) => word !== undefined).join(' of ');
  throw new CliError(
    'STRATA_FLAME_NOTHING',
    `${path} has no capture by ${asked}; it has ${there.join(', ')}.`,
    EXIT.usage,
  );
}

function isWanted({ probe, role, node }: StackCapture, flags: FlameFlags): boolean {
  if (flags.probe !== undefined && flags.probe !== probe) return false;
  return flags.node === undefined || flags.node === role || flags.node === String(node);
}

/** The captures with stacks at one point of a run. */
function readRun(directory: string, asked: string | undefined): FlameSource[] {
  const { points } = readRunDirectory(directory);
  const ids = points.map(({ ref }) => ref.id).join(', ');
  if (asked !== undefined && !points.some(({ ref }) => ref.id === asked))
    throw new CliError(
      'STRATA_FLAME_NOTHING',
      `${directory} has no point ${asked}; it has ${ids}.`,
      EXIT.usage,
    );
  const withStacks = points.filter((point) => stackCaptures(point).length > 0);
  const named = withStacks.map(({ ref }) => ref.id).join(', ');
  if (withStacks.length === 0) {
    const advice = 'Run it with a probe that does: strata sweep --probes cpu-profile.';
    throw new CliError(
      'STRATA_FLAME_NOTHING',
      `${directory} holds no captured stacks. ${advice}`,
      EXIT.unknown,
    );
  }
  const wanted = asked ?? DEFAULT_POINT;
  const only = asked === undefined && withStacks.length === 1 ? withStacks[0] : undefined;
  const point = withStacks.find(({ ref }) => ref.id === wanted) ?? only;
  if (point === undefined)
    throw new CliError(
      'STRATA_FLAME_NOTHING',
      `Point ${wanted} of ${directory} has no captured stacks; choose --point from ${named}.`,
      EXIT.usage,
    );
  return stackCaptures(point).map((capture) => ({ capture, point: point.ref.id }));
}

function stackCaptures({ passes }: PointData): StackCapture[] {
  return passes.flatMap((pass) => [
    ...capturesOf(pass, 'strata.cpu/1'),
    ...capturesOf(pass, 'strata.perf/1'),
    ...capturesOf(pass, 'strata.heap/1'),
  ]);
}

const SCHEMAS = { 'strata.cpu/1': CpuCapture, 'strata.perf/1': PerfCapture, 'strata.heap/1': HeapCapture };

function readCaptureFile(path: string): StackCapture {
  const schema = schemaOf(path);
  if (schema === 'strata.cpu/1') return readDocument(path, SCHEMAS[schema]);
  if (schema === 'strata.perf/1') return readDocument(path, SCHEMAS[schema]);
  if (schema === 'strata.heap/1') return readDocument(path, SCHEMAS[schema]);
  const says = typeof schema === 'string' ? `is ${schema}` : 'says of itself nothing that is known here';
  throw new CliError(
    'STRATA_FLAME_NOTHING',
    `${path} ${says}, which has no stacks. Give a run directory, or a node-*.json of one of the probes with stacks (${Object.keys(SCHEMAS).join(', ')}).`,
    EXIT.usage,
  );
}

function schemaOf(path: string): unknown {
  try {
    const { size } = statSync(path);
    if (size > CAPTURE_BYTES_MAX) throw new Error(`it has ${size} bytes, more than ${CAPTURE_BYTES_MAX}`);
    return (JSON.parse(readFileSync(path, 'utf8')) as { schema?: unknown } | null)?.schema;
  } catch (error) {
    throw new CliError(
      'STRATA_FILE_UNREADABLE',
      `${path} is no run directory and cannot be read as a capture: ${(error as Error).message}.`,
    );
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function nothingToCompare(after: readonly FlameSource[], before: readonly FlameSource[]): CliError {
  const probes = (sources: readonly FlameSource[]): string =>
    [...new Set(sources.map(({ capture }) => capture.probe))].join(', ');
  return new CliError(
    'STRATA_FLAME_NOTHING',
    `Nothing can be compared: here are captures by ${probes(after)}, there by ${probes(before)}. Capture both with one probe.`,
    EXIT.unknown,
  );
}

function write(folder: string, name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, content);
  } catch (error) {
    throw new CliError(
      'STRATA_FILE_UNWRITABLE',
      `${path} cannot be written: ${(error as Error).message}. Choose another --out.`,
    );
  }
  return path;
}

function comparisonText({ title, changes }: Comparison): string {
  const rows = [
    ['layer', 'base', 'new', 'shift', '95 % interval', 'verdict'],
    ...changes.rows.map(layerCells),
  ];
  return `${title}\n${textTable(rows)}\n${changes.note}`;
}

function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
}

function parseFormats(text: string): FlameFormat[] {
  return [...new Set(splitList(text))].map((name) => {
    const format = FLAME_FORMATS.find((known) => known === name);
    if (format === undefined)
      throw new InvalidArgumentError(`${JSON.stringify(name)} is none of ${FLAME_FORMATS.join(', ')}.`);
    return format;
  });
}

function parseNode(text: string): string {
  if (!/^(leader|follower|\d{1,9})$/.test(text))
    throw new InvalidArgumentError('It must be leader, follower or the id of a node.');
  return text;
}
