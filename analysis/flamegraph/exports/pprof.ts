import { gzipSync } from 'node:zlib';
import { Profile, StringTable } from 'pprof-format';
import { type StackCapture, stackModel } from '../stack-model.js';
import { orderedStacks } from './exported.js';
import { wholeNumbers } from './whole-numbers.js';

/**
 * Gzipped profile.proto, as `go tool pprof` and everything around it read it. Each sample has the labels `layer` and, where the capture
 * knows it, `thread`: `pprof -tagroot=layer` puts the layers at the root. Times are nanoseconds, and all of them are in it, idle too.
 * Same capture, same bytes.
 */
export function pprofBytes(capture: StackCapture): Buffer {
  const model = stackModel(capture);
  const stacks = orderedStacks(model);
  const strings = new StringTable();
  const text = (value: string): number => strings.dedup(value);
  const perUnit = model.unit === 'bytes' ? 1 : 1_000;
  const values = wholeNumbers(stacks.map(({ weight }) => weight * perUnit));
  const valueType = {
    type: text(typeOf(capture)),
    unit: text(model.unit === 'bytes' ? 'bytes' : 'nanoseconds'),
  };
  const label = (key: string, value: string) => ({ key: text(key), str: text(value) });
  const profile = new Profile({
    sampleType: [valueType],
    sample: stacks.map(({ frames, layer, thread }, index) => ({
      locationId: frames.map((frame) => frame + 1).reverse(),
      value: [values[index]!],
      label: [label('layer', layer), ...(thread === null ? [] : [label('thread', thread)])],
    })),
    // One mapping that says that every name is there: without it pprof looks for a binary.
    mapping: [
      { id: 1, filename: text('node'), hasFunctions: true, hasFilenames: true, hasLineNumbers: true },
    ],
    location: model.frames.map(({ line }, index) => ({
      id: index + 1,
      mappingId: 1,
      line: [{ functionId: index + 1, line: Math.max(0, line) }],
    })),
    function: model.frames.map(({ name, file, line }, index) => ({
      id: index + 1,
      name: text(wellFormed(name)),
      systemName: text(wellFormed(name)),
      filename: text(wellFormed(file)),
      startLine: Math.max(0, line),
    })),
    stringTable: strings,
    durationNanos: Math.round(capture.seconds * 1e9),
    periodType: valueType,
    period: Math.round(model.sampleWeight * perUnit),
    defaultSampleType: valueType.type,
  });
  const bytes = gzipSync(profile.encode());
  // zlib leaves the time at zero and writes the operating system, which would be the only difference between machines; 255 is "unknown".
  bytes[9] = 255;
  return bytes;
}

/** What Go's tools call these: `wall` when idle time is in it, `cpu` when not. */
function typeOf(capture: StackCapture): string {
  if (capture.schema === 'strata.heap/1') return capture.kind === 'alloc' ? 'alloc_space' : 'inuse_space';
  return capture.schema === 'strata.cpu/1' ? 'wall' : 'cpu';
}

/** Protobuf's strings are UTF-8, in which half of a surrogate pair has no place. */
function wellFormed(text: string): string {
  return text.replaceAll(/\p{Cs}/gu, '\ufffd');
}
