import type { LayerName } from '../../results/schema/index.js';
import type { CodePlace } from './code-place.js';
import { mechanismOf } from './mechanism.js';

/** Libraries that were called by no code of ours on the stack: their callbacks run for the layer that uses them. */
const PACKAGE_LAYER: Readonly<Record<string, LayerName>> = {
  protobufjs: 'network',
  'prom-client': 'network',
  undici: 'network',
  pino: 'runtime',
  'hdr-histogram-js': 'runtime',
};

/**
 * Modules of Node that serve one layer. They decide before GENERAL_MODULE: `emit` of node:events below a socket read is the
 * network's work, although node:events alone is nobody's.
 */
const SPECIFIC_MODULE: readonly (readonly [RegExp, LayerName])[] = [
  [/^(net|http|https|http2|tls|dgram|dns|stream|_http_\w+|_tls_\w+|_stream_\w+)(\/|$)/, 'network'],
  [/^internal\/(stream_base_commons|net|http|http2|tls|dgram|dns|streams|js_stream_socket)(\/|$)/, 'network'],
  [/^(fs|internal\/fs)(\/|$)/, 'io'],
];
const GENERAL_MODULE =
  /^(timers|process|events|async_hooks|perf_hooks|module|internal\/(timers|process|async_hooks|events|priority_queue|linkedlist|promise_hooks|per_context|bootstrap|main|modules|perf|util|errors|fixed_queue|abort_controller|event_target|histogram|worker|inspector\w*))(\/|$)/;

/** Mechanisms that serve one layer, where nothing on the stack says more. */
export const MECHANISM_LAYER: Readonly<Record<string, LayerName>> = {
  'socket-read': 'network',
  'socket-write': 'network',
  http: 'network',
  'fs-write': 'io',
  'fs-read': 'io',
  'fs-sync': 'io',
  'fs-other': 'io',
  timers: 'runtime',
  'event-loop': 'runtime',
  compile: 'runtime',
};

/**
 * The layer that asked for the self time of a stack's leaf (`stack` is leaf first).
 *
 * 1. V8's pseudo entries are layers of their own.
 * 2. The DEEPEST file of the server on the stack owns what it calls: a callback from node:net through the network layer into
 *    the log belongs to the log, because the stack's bottom is only where the event came in.
 * 3. Without one, a script that is not ours makes it unattributed: its asker is known, but is no layer.
 * 4. Without any script: the nearest library, then the nearest module of Node, then the native mechanism.
 */
export function ownerOf(stack: readonly CodePlace[]): LayerName {
  const leaf = stack[0];
  if (leaf === undefined) return 'unattributed';
  if (leaf.kind === 'pseudo') return leaf.layer;
  const ours = stack.find((place) => place.kind === 'layer');
  if (ours !== undefined) return ours.layer;
  if (stack.some((place) => place.kind === 'foreign')) return 'unattributed';
  return (
    nearest(stack, (place) =>
      place.kind === 'package' && Object.hasOwn(PACKAGE_LAYER, place.module)
        ? PACKAGE_LAYER[place.module]
        : undefined,
    ) ??
    nearest(stack, specificLayer) ??
    nearest(stack, (place) =>
      place.kind === 'node' && GENERAL_MODULE.test(place.module) ? 'runtime' : undefined,
    ) ??
    MECHANISM_LAYER[mechanismOf(stack)] ??
    'unattributed'
  );
}

function specificLayer(place: CodePlace): LayerName | undefined {
  if (place.kind !== 'node') return undefined;
  return SPECIFIC_MODULE.find(([pattern]) => pattern.test(place.module))?.[1];
}

function nearest(
  stack: readonly CodePlace[],
  layerOf: (place: CodePlace) => LayerName | undefined,
): LayerName | undefined {
  for (const place of stack) {
    const layer = layerOf(place);
    if (layer !== undefined) return layer;
  }
  return undefined;
}
