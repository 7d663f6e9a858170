import type { CodePlace } from './code-place.js';

/** The second axis: what ran, whoever asked for it. */
export const MECHANISMS = {
  js: 'JavaScript of ours, of a library, or of Node where no other row fits',
  gc: 'V8 collects garbage: on the main thread, with perf on its helpers too',
  idle: 'the event loop waits',
  native: 'V8 and libuv outside JavaScript: event loop turns, system calls, parsing of requests',
  'socket-read': 'bytes arrive from a socket',
  'socket-write': 'bytes are handed to a socket, the system call included',
  http: 'HTTP framing: parser, headers, server and client objects',
  stream: 'bookkeeping of Node streams',
  'fs-write': 'a write is handed to the kernel or the thread pool',
  'fs-read': 'a read is handed to the kernel or the thread pool',
  'fs-sync': 'fsync or fdatasync: asked of the pool, or waited for when synchronous',
  'fs-other': 'open, stat, rename and the like, and the bookkeeping around them',
  buffer: 'copying, comparing, and text to bytes and back',
  timers: 'timers are set, cleared and run',
  'event-loop': 'callbacks are dispatched: microtasks, next ticks, promises, event emitters, async hooks',
  compile: 'modules are loaded and compiled',
  codec: 'records, frames and messages are turned into bytes and back, check sums included',
  crypto: 'hashes, random bytes, TLS records',
  telemetry: 'metrics, logs, profiler',
  'jit-compile': 'V8 compiles, optimises and deoptimises functions, on its helpers mostly (perf only)',
  malloc: 'memory outside the JavaScript heap is taken and given back (perf only)',
  'thread-pool': 'work is handed to a thread of the pool and taken by it, its locks included (perf only)',
  'kernel-network': 'the kernel: sockets, TCP and IP, readiness of descriptors (perf only)',
  'kernel-filesystem': 'the kernel: files, page cache, journal (perf only)',
  'kernel-block': 'the kernel: requests to the block device and its driver (perf only)',
  'kernel-memory': 'the kernel: page faults, pages taken and given back (perf only)',
  'kernel-scheduler': 'the kernel: threads put to sleep, woken and switched, timers, futexes (perf only)',
  'kernel-other': 'the kernel where no row fits: entry and exit of system calls, interrupts (perf only)',
  other: 'native code that no row knows',
} as const;
export type Mechanism = keyof typeof MECHANISMS;

interface Rule {
  readonly mechanism: Mechanism;
  /** Function name of the leaf. */
  readonly name?: RegExp;
  /** Module of Node that holds the leaf, or for native code its nearest caller inside Node. */
  readonly module?: RegExp;
}

const STREAM_MODULE = /^(net|tls|_tls_\w+|internal\/(stream_base_commons|net|tls|js_stream_socket))(\/|$)/;
const FS_MODULE = /^(fs|internal\/fs)(\/|$)/;
const HTTP_MODULE = /^(http|https|_http_\w+|internal\/http)(\/|$)/;
const ANY_STREAM_MODULE = /^(stream|_stream_\w+|internal\/streams)(\/|$)/;

/**
 * Native bindings share names (`writeBuffer` is a call of the file system and of sockets), so the module that called
 * them decides first; names alone come after. The first rule that fits wins.
 */
const NATIVE_RULES: readonly Rule[] = [
  { mechanism: 'fs-sync', name: /^(fsync|fdatasync)$/ },
  { mechanism: 'fs-write', name: /^write/, module: FS_MODULE },
  { mechanism: 'fs-read', name: /^read(Buffers|File\w*)?$/, module: FS_MODULE },
  { mechanism: 'fs-other', module: FS_MODULE },
  {
    mechanism: 'socket-write',
    name: /^(writev|write(Buffer|(Utf8|Latin1|Ascii|Ucs2)String)|WriteWrap|ShutdownWrap|shutdown)$/,
  },
  { mechanism: 'socket-read', name: /^(readStart|readStop|useUserBuffer)$/ },
  {
    mechanism: 'http',
    name: /^(execute|consume|unconsume|free|initialize|finish|asyncReset|HTTPParser)$/,
    module: HTTP_MODULE,
  },
  {
    mechanism: 'timers',
    name: /^(scheduleTimer|toggleTimerRef|getLibuvNow|toggleImmediateRef|hrtime\w*|now)$/,
  },
  {
    mechanism: 'event-loop',
    name: /^(runMicrotasks|enqueueMicrotask|queueMicrotask|setTickCallback|Promise|then|push\w*AsyncContext|pop\w*AsyncContext)$/,
  },
  {
    mechanism: 'buffer',
    name: /^(utf8|latin1|ascii|ucs2|hex|base64(url)?)(Write(Static)?|Slice)$|^(copy\w*|fill|compare\w*|byteLengthUtf8|indexOf\w*|swap\d+|createFromString|createUnsafeArrayBuffer|transcode|encodeInto\w*|encodeUtf8String|decodeUTF8|decode|set|subarray|slice|concat|ArrayBuffer|allocateUninitialized\w*)$/,
  },
  { mechanism: 'codec', name: /^(crc32|parse|stringify)$/ },
  {
    mechanism: 'compile',
    name: /^(compile\w*|internalBinding|ContextifyScript|ModuleWrap|instantiate|link|evaluate|wrapSafe)$/,
  },
  {
    mechanism: 'crypto',
    name: /^(Hash|Hmac|update|digest|randomFillSync|getRandomValues|RandomBytesJob|timingSafeEqual)$/,
  },
  { mechanism: 'telemetry', name: /^dispatch$/, module: /^(inspector|internal\/inspector\w*)(\/|$)/ },
  // Code that V8 compiles for a pattern: JavaScript by another name.
  { mechanism: 'js', name: /^RegExp: / },
  { mechanism: 'compile', module: /^internal\/(modules|bootstrap|main|vm)(\/|$)/ },
  { mechanism: 'socket-write', name: /^write/, module: STREAM_MODULE },
  { mechanism: 'http', module: HTTP_MODULE },
];

const NODE_RULES: readonly Rule[] = [
  { mechanism: 'fs-sync', name: /^(fsync|fdatasync|datasync|sync)(Sync)?$/, module: FS_MODULE },
  { mechanism: 'fs-write', name: /^write/, module: FS_MODULE },
  { mechanism: 'fs-read', name: /^read/, module: FS_MODULE },
  { mechanism: 'fs-other', module: FS_MODULE },
  { mechanism: 'http', module: HTTP_MODULE },
  { mechanism: 'socket-read', name: /read|onread|data/i, module: STREAM_MODULE },
  { mechanism: 'socket-write', name: /write|cork|end|shutdown/i, module: STREAM_MODULE },
  { mechanism: 'stream', module: STREAM_MODULE },
  { mechanism: 'stream', module: ANY_STREAM_MODULE },
  { mechanism: 'buffer', module: /^(buffer|string_decoder|internal\/(buffer|encoding))(\/|$)/ },
  { mechanism: 'timers', module: /^(timers|internal\/(timers|priority_queue|linkedlist))(\/|$)/ },
  {
    mechanism: 'event-loop',
    module:
      /^(events|async_hooks|internal\/(process\/(task_queues|promises)|async_hooks|promise_hooks|fixed_queue|events|event_target|abort_controller))(\/|$)/,
  },
  {
    mechanism: 'compile',
    module: /^(module|vm|internal\/(modules|bootstrap|main|vm|process\/(esm_loader|pre_execution)))(\/|$)/,
  },
  { mechanism: 'crypto', module: /^(crypto|internal\/(crypto))(\/|$)/ },
  { mechanism: 'codec', module: /^(zlib|querystring|internal\/querystring)(\/|$)/ },
  { mechanism: 'telemetry', module: /^(perf_hooks|inspector|internal\/(perf|histogram|inspector\w*))(\/|$)/ },
];

const PSEUDO: Readonly<Record<string, Mechanism>> = {
  '(garbage collector)': 'gc',
  '(idle)': 'idle',
  '(program)': 'native',
};
const PACKAGES: Readonly<Record<string, Mechanism>> = {
  protobufjs: 'codec',
  '@protobufjs/utf8': 'codec',
  'prom-client': 'telemetry',
  'hdr-histogram-js': 'telemetry',
  pino: 'telemetry',
  undici: 'http',
};
/** Files of ours whose only product is bytes, or the value of bytes. */
const CODEC_FILE = /\/[\w.-]*(codec|crc|protobuf|frame|checksum|encoder|decoder)[\w.-]*\.m?[jt]s$/;

/** What ran in the leaf of a stack (`stack` is leaf first). */
export function mechanismOf(stack: readonly CodePlace[]): Mechanism {
  const leaf = stack[0];
  if (leaf === undefined) return 'other';
  switch (leaf.kind) {
    case 'pseudo':
      return PSEUDO[leaf.name] ?? 'other';
    case 'native':
      return firstMatch(NATIVE_RULES, leaf.name, callerModule(stack)) ?? 'other';
    case 'node':
      return firstMatch(NODE_RULES, leaf.name, leaf.module) ?? 'js';
    case 'package':
      // A package may be called `constructor`.
      return Object.hasOwn(PACKAGES, leaf.module) ? PACKAGES[leaf.module]! : 'js';
    case 'layer':
    case 'foreign':
      return CODEC_FILE.test(leaf.file) ? 'codec' : 'js';
  }
}

/** The module of Node that called a native leaf directly, through native frames only. Empty when our own code called it. */
function callerModule(stack: readonly CodePlace[]): string {
  const caller = stack.find((place) => place.kind !== 'native');
  return caller?.kind === 'node' ? caller.module : '';
}

function firstMatch(rules: readonly Rule[], name: string, module: string): Mechanism | undefined {
  return rules.find((rule) => (rule.name?.test(name) ?? true) && (rule.module?.test(module) ?? true))
    ?.mechanism;
}
