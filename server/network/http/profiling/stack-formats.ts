import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Profile, StringTable } from 'pprof-format';
import { jsonPieces } from './json-pieces.js';
import type { Frame, StackProfile } from './stack-profile.js';

const compress = promisify(gzip);

/** Gzipped profile.proto, as `go tool pprof` reads it; each sample has a label `layer`. `startMs`: wall-clock time of the start. */
export async function pprofBytes(profile: StackProfile, startMs: number): Promise<Buffer> {
  const strings = new StringTable();
  const text = (value: string): number => strings.dedup(value);
  const types = profile.types.map(([type, unit]) => ({ type: text(type), unit: text(unit) }));
  const layerKey = text('layer');
  const document = new Profile({
    sampleType: types,
    sample: profile.stacks.map(({ frames, values, layer }) => ({
      locationId: frames.map((frame) => frame + 1),
      value: [...values],
      label: [{ key: layerKey, str: text(layer) }],
    })),
    // One mapping with all names in it: without it pprof looks for a binary.
    mapping: [
      { id: 1, filename: text('node'), hasFunctions: true, hasFilenames: true, hasLineNumbers: true },
    ],
    location: profile.frames.map(({ line }, index) => ({
      id: index + 1,
      mappingId: 1,
      line: [{ functionId: index + 1, line }],
    })),
    function: profile.frames.map(({ name, file, line }, index) => ({
      id: index + 1,
      name: text(name),
      systemName: text(name),
      filename: text(file),
      startLine: line,
    })),
    stringTable: strings,
    timeNanos: BigInt(Math.round(startMs)) * 1_000_000n,
    durationNanos: Math.round(profile.durationNs),
    periodType: types.at(-1)!,
    period: profile.period,
    defaultSampleType: types.at(-1)!.type,
  });
  return compress(await document.encodeAsync());
}

/** One line a stack, as flamegraph.pl and its kin read it: `root;caller;leaf value`. */
export function* foldedPieces({ frames, stacks }: StackProfile): Generator<string> {
  const names = frames.map(foldedName);
  for (const stack of stacks) {
    const path = stack.frames.map((frame) => names[frame]!).reverse();
    yield `${path.join(';')} ${Math.round(stack.values.at(-1)!)}\n`;
  }
}

function foldedName({ name, file, line }: Frame): string {
  const place = file === '' ? name : `${name} (${file.split('/').slice(-2).join('/')}:${line})`;
  return place.replaceAll(';', ':').replaceAll('\n', ' ');
}

const speedscopeSchema = 'https://www.speedscope.app/file-format-schema.json';

/** The file format of speedscope.app. */
export function* speedscopePieces({ frames, stacks, types }: StackProfile, name: string): Generator<string> {
  const unit = types.at(-1)![1];
  const total = stacks.reduce((sum, stack) => sum + stack.values.at(-1)!, 0);
  const head = JSON.stringify({ $schema: speedscopeSchema, name, exporter: 'strata' });
  yield `${head.slice(0, -1)},"shared":`;
  yield* jsonPieces(
    {},
    { frames: mapped(frames, ({ name, file, line, column }) => ({ name, file, line, col: column })) },
  );
  yield ',"profiles":[';
  yield* jsonPieces(
    { type: 'sampled', name, unit, startValue: 0, endValue: total },
    {
      samples: mapped(stacks, (stack) => [...stack.frames].reverse()),
      weights: mapped(stacks, (stack) => stack.values.at(-1)!),
    },
  );
  yield ']}';
}

function* mapped<From, To>(items: Iterable<From>, map: (item: From) => To): Generator<To> {
  for (const item of items) yield map(item);
}
