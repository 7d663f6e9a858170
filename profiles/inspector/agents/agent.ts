/**
 * Code that is sent into another process. An agent is ONE function that uses nothing but its parameters and the language: its source text is what
 * travels. Rules, because it runs in somebody's production:
 * - nothing it is called back with may throw: an error in a callback would end that process;
 * - timers and observers do not keep the process alive (`unref`);
 * - `stop` takes away all that was added; it may be called twice.
 */
export type AgentSource<Options, Findings> = (builtin: Builtin, options: Options) => Agent<Findings>;

export interface Agent<Findings> {
  stop(): Findings | Promise<Findings>;
}

/** Gives a module of Node: `process.getBuiltinModule`, or `require` before Node 20.16. */
export type Builtin = <Name extends keyof BuiltinModules>(name: Name) => BuiltinModules[Name];

interface BuiltinModules {
  readonly 'node:fs': typeof import('node:fs');
  readonly 'node:inspector': typeof import('node:inspector');
  readonly 'node:perf_hooks': typeof import('node:perf_hooks');
  readonly 'node:timers': typeof import('node:timers');
  readonly 'node:v8': typeof import('node:v8');
  readonly 'node:worker_threads': typeof import('node:worker_threads');
}
