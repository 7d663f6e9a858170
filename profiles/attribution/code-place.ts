import { LAYERS, type LayerName } from '../../results/schema/index.js';
import type { CpuProfileCallFrame } from './cpuprofile.js';
import type { LineResolver } from './line-index.js';

/**
 * Where the code of one frame comes from.
 * `layer`: a file of the server, so its folder names the layer. `package`: a library. `node`: JavaScript inside Node.
 * `native`: a binding or builtin without a URL. `pseudo`: V8's own `(…)` entries. `foreign`: any other script.
 */
export type PlaceKind = 'layer' | 'package' | 'node' | 'native' | 'pseudo' | 'foreign';

export interface CodePlace {
  readonly kind: PlaceKind;
  readonly name: string;
  /** Relative to the project, `node:…`, or empty for native code. */
  readonly file: string;
  /** One-based, 0 where there is none. */
  readonly line: number;
  /** Layer of the code itself; `unattributed` when only the callers can tell. */
  readonly layer: LayerName;
  /** Package name of `package`, module without `node:` of `node`, else empty. */
  readonly module: string;
}

/** A map: builtins are called `toString` and `constructor` too, and of an object those would be layers. */
const PSEUDO_LAYERS: ReadonlyMap<string, LayerName> = new Map<string, LayerName>([
  ['(garbage collector)', 'gc'],
  ['(idle)', 'idle'],
  // V8 and libuv at work outside JavaScript: the event loop, system calls, the HTTP parser.
  ['(program)', 'runtime'],
  ['(root)', 'unattributed'],
]);

/** Folders of the server that are no layer of the report are wiring, which the runtime answers for. */
const SERVER_FILE = /^server\//;
const SERVER_LAYER = new RegExp(`^server/(${LAYERS.join('|')})/`);
const PROJECT_FOLDERS = ['server', 'loadgen', 'profiles', 'analysis', 'scripts', 'results'];
/** `(tier)name`: interpreter ~, baseline ^, optimised *; the same function must not show up once for each. */
const TIER_PREFIX = /^[~^*+](?=[^\s])/;

/** `isOurs` false: a program that is not Strata may have a folder called `server` too, and none of its files is a layer. */
export function placeOf(
  frame: CpuProfileCallFrame,
  lines: LineResolver | null = null,
  isOurs = true,
): CodePlace {
  const name = frame.functionName.replace(TIER_PREFIX, '') || '(anonymous)';
  const line = Math.max(0, frame.lineNumber + 1);
  const pseudo = frame.url === '' ? PSEUDO_LAYERS.get(name) : undefined;
  if (pseudo !== undefined) return { kind: 'pseudo', name, file: '', line: 0, layer: pseudo, module: '' };
  if (frame.url === '') return { kind: 'native', name, file: '', line: 0, layer: 'unattributed', module: '' };
  if (frame.url.startsWith('node:')) {
    const module = frame.url.slice('node:'.length);
    return { kind: 'node', name, file: frame.url, line, layer: 'unattributed', module };
  }
  const file = isOurs ? projectFile(frame.url) : foreignFile(frame.url);
  const module = packageOf(file);
  if (module !== null) return { kind: 'package', name, file, line, layer: 'unattributed', module };
  if (!isOurs || !SERVER_FILE.test(file))
    return { kind: 'foreign', name, file, line, layer: 'unattributed', module: '' };
  return placeInServer(name, file, lines?.ownLine(file, line) ?? line);
}

/** `file` starts with `server/`; `line` is one-based. */
export function placeInServer(name: string, file: string, line: number): CodePlace {
  const layer = (SERVER_LAYER.exec(file)?.[1] ?? 'runtime') as LayerName;
  return { kind: 'layer', name, file, line, layer, module: '' };
}

/**
 * `file:///home/x/strata/dist/server/log/wal.js` -> `server/log/wal.js`. The last matching folder wins, so that a checkout
 * below a folder that is itself called `server` is read right; what lies in a library stays `node_modules/<package>/…`.
 */
export function projectFile(url: string): string {
  const path = decodePath(url);
  const library = path.lastIndexOf('/node_modules/');
  const inLibrary = library >= 0 ? path.slice(library + 1) : null;
  if (inLibrary !== null && packageOf(inLibrary) !== 'strata') return inLibrary;
  const segments = path.split('/');
  // The build folder pins the root; without one (sources run directly) the last folder that is called like ours does.
  const dist = segments.lastIndexOf('dist');
  if (dist >= 0 && PROJECT_FOLDERS.includes(segments[dist + 1] ?? ''))
    return segments.slice(dist + 1).join('/');
  const layer = findLast(segments, (at) => segments[at] === 'server' && isLayer(segments[at + 1]));
  if (layer >= 0) return segments.slice(layer).join('/');
  const server = findLast(segments, (at) => segments[at] === 'server' && at < segments.length - 1);
  return server >= 0 ? segments.slice(server).join('/') : path;
}

/** What lies in a library begins at `node_modules/`, everything else keeps its whole path. */
function foreignFile(url: string): string {
  const path = decodePath(url);
  const library = path.lastIndexOf('/node_modules/');
  return library >= 0 ? path.slice(library + 1) : path;
}

function isLayer(segment: string | undefined): boolean {
  return (LAYERS as readonly string[]).includes(segment ?? '');
}

function findLast(segments: readonly string[], test: (at: number) => boolean): number {
  for (let at = segments.length - 1; at >= 0; at -= 1) if (test(at)) return at;
  return -1;
}

function packageOf(file: string): string | null {
  if (!file.startsWith('node_modules/')) return null;
  const [, scope, name] = file.split('/');
  return scope?.startsWith('@') ? `${scope}/${name}` : (scope ?? null);
}

function decodePath(url: string): string {
  const path = url.startsWith('file://') ? url.slice('file://'.length) : url;
  const bare = path.replace(/[?#].*$/, '');
  try {
    return decodeURIComponent(bare);
  } catch {
    // A path with a literal % that is no escape: keep it as it stands.
    return bare;
  }
}
