/** The borders between the rooms, as data. `server/ARCHITECTURE.md` says why they stand where they stand. */

export interface Border {
  /** Rooms whose values may be used. A room's own files always may. */
  readonly values: readonly string[];
  /** Rooms of which only types may be used: nothing of them is there at run time. */
  readonly types: readonly string[];
  /** Node's own modules: all, or these. */
  readonly node: 'all' | readonly string[];
  /** Packages from the registry: all, or these. */
  readonly packages: 'all' | readonly string[];
}

/** Modules of Node that touch nothing outside the process. */
const HARMLESS = ['node:assert', 'node:buffer', 'node:path', 'node:util', 'node:zlib'];
const SERVER_ROOMS = [
  'errors',
  'config',
  'ports',
  'consensus',
  'state',
  'log',
  'io',
  'network',
  'runtime',
  'runtime/host',
  'sim',
];

export const BORDERS: Readonly<Record<string, Border>> = {
  errors: { values: [], types: [], node: [], packages: [] },
  config: { values: ['errors'], types: [], node: 'all', packages: ['zod'] },
  consensus: { values: ['errors'], types: [], node: [], packages: [] },
  state: { values: ['errors'], types: [], node: [], packages: [] },
  ports: { values: [], types: ['consensus', 'state'], node: [], packages: [] },
  io: { values: ['ports', 'errors'], types: [], node: 'all', packages: [] },
  // The disk is reached through io's interface only: node:fs would be a second door.
  log: { values: ['ports', 'errors'], types: ['consensus', 'io'], node: HARMLESS, packages: [] },
  network: {
    values: ['ports', 'errors'],
    types: ['consensus', 'state', 'config'],
    node: 'all',
    packages: 'all',
  },
  // Sockets and files belong to network and io, clocks and observers of the process to runtime/host.
  runtime: {
    values: ['consensus', 'state', 'ports', 'errors'],
    types: ['config'],
    node: HARMLESS,
    packages: [],
  },
  'runtime/host': { values: ['ports', 'errors'], types: [], node: 'all', packages: [] },
  sim: { values: SERVER_ROOMS, types: [], node: 'all', packages: 'all' },
  main: { values: SERVER_ROOMS, types: [], node: 'all', packages: 'all' },
  results: { values: [], types: [], node: 'all', packages: 'all' },
  loadgen: { values: ['results'], types: [], node: 'all', packages: 'all' },
  profiles: { values: ['results'], types: [], node: 'all', packages: 'all' },
  analysis: { values: ['results'], types: [], node: 'all', packages: 'all' },
  scripts: {
    values: [...SERVER_ROOMS, 'main', 'results', 'loadgen', 'profiles', 'analysis'],
    types: [],
    node: 'all',
    packages: 'all',
  },
};

/** Names and numbers of the wire and the log: whoever may use a room's types may use these constants too. */
export const VOCABULARY: readonly string[] = ['server/consensus/messages.ts'];

/** A test may bring any room of the server together, but loadgen, profiles and analysis stay strangers to the server. */
export function borderOfTest(room: string): Border {
  const values = SERVER_ROOMS.includes(room) ? SERVER_ROOMS : BORDERS[room]!.values;
  return { values, types: [], node: 'all', packages: 'all' };
}

export const PURE_ROOMS: readonly string[] = ['consensus', 'state'];

/** Words that a pure room must not use, and what it does instead. */
export const BANNED: readonly { readonly word: RegExp; readonly name: string; readonly instead: string }[] = [
  banned('Date', 'time is a tick that the caller counts'),
  banned('performance', 'time is a tick that the caller counts'),
  { word: /(?<![\w$])Math\s*\.\s*random\b/g, name: 'Math.random', instead: 'a random source is handed in' },
  banned('crypto', 'a random source is handed in'),
  banned('setTimeout', 'the caller ticks'),
  banned('setInterval', 'the caller ticks'),
  banned('setImmediate', 'effects are given back as data'),
  banned('queueMicrotask', 'effects are given back as data'),
  banned('Promise', 'effects are given back as data'),
  banned('async', 'effects are given back as data'),
  banned('await', 'effects are given back as data'),
  banned('fetch', 'effects are given back as data'),
  { word: /(?<![\w$.#])process\s*[.[]/g, name: 'process', instead: 'what it needs is handed in' },
  { word: /(?<![\w$.#])console\s*[.[]/g, name: 'console', instead: 'effects are given back as data' },
  { word: /(?<![\w$.#])globalThis\b/g, name: 'globalThis', instead: 'what it needs is handed in' },
];

function banned(name: string, instead: string): (typeof BANNED)[number] {
  return { word: new RegExp(`(?<![\\w$.#])${name}\\b(?!\\s*[:?]?:)`, 'g'), name, instead };
}

/** Tool configuration, lock and licence may stand at the top beside the rooms; dot-files always may. */
export const TOP_LEVEL: readonly string[] = [
  'package.json',
  'tsconfig.json',
  'README.md',
  'server',
  'loadgen',
  'profiles',
  'analysis',
  'scripts',
  'results',
  'package-lock.json',
  'biome.json',
  'LICENSE',
  // Made by npm and the build, ignored by git.
  'node_modules',
  'dist',
];

/** Above this a file is named in the test's output; above the second number the test fails. */
export const LINES_WANTED_MAX = 300;
export const LINES_MAX = 600;
