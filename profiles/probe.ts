import type { z } from 'zod';
import type { Role } from '../results/schema/index.js';

/** One process under observation. */
export interface ProbeTarget {
  /** Node id, 0 for a process that is not ours. */
  readonly node: number;
  readonly role: z.infer<typeof Role> | 'unknown';
  readonly pid: number;
  /** Base URL of the node's HTTP surface, null for a process that is not ours. */
  readonly url: string | null;
  /** Bearer token for the node's own inspection, where it wants one. Never written anywhere. */
  readonly token?: string;
}

/**
 * Which nodes of a cluster a pass watches. A tracer slows what it watches, so those that trace leave one follower alone: `pair` is the leader and
 * one follower.
 */
export type Watched = 'all' | 'pair' | 'leader';

export interface ProbeAvailability {
  readonly available: boolean;
  /** Version when available, the reason when not. */
  readonly detail: string;
  /** Command that would install what is missing, null when none is needed or none is known. */
  readonly install: string | null;
}

export interface ProbeSession {
  /** Ends the capture, writes raw and parsed files, and gives the parsed document's name relative to the pass folder. */
  stop(): Promise<string>;
}

/** What a probe may be told about the capture ahead. */
export interface ProbeStartOptions {
  /** Planned length of the capture. Some captures have to name their length up front; they end by themselves after it. */
  readonly seconds: number;
}

/** A program to be started under a tool. */
export interface LaunchRequest {
  /** Program and arguments; the program is Node.js or starts it. */
  readonly command: readonly string[];
  /** Where the program runs. What the tool writes goes to the pass folder all the same. */
  readonly cwd: string;
  /** The program is told to end after this time, with SIGINT. */
  readonly seconds: number;
  /** Tells it to end earlier. What was captured until then is kept. */
  readonly signal: AbortSignal;
}

/** Planned length for a caller that names none. */
export const PROBE_SECONDS_DEFAULT = 5;

/**
 * A probe answers one question about a running process. T0 needs nothing but the process's help, T1 reads /proc, T2 runs
 * strace or perf, T3 uses eBPF.
 */
export interface Probe {
  readonly name: string;
  readonly question: string;
  readonly tier: 'T0' | 'T1' | 'T2' | 'T3';
  /** What it costs the observed process, in words; the measured cost stands in the report. */
  readonly cost: string;
  readonly watches: Watched;
  /**
   * Arguments of Node.js that the process must have been started with for a whole answer; empty for a probe that any process will do for. A
   * run gives such a probe nodes of its own, so that no other pass pays for them.
   */
  readonly nodeArguments: readonly string[];
  /** A run has a pass for it unless it is told otherwise. False: only when asked for by name. */
  readonly byDefault: boolean;
  /** Absent: only processes of this machine, by their id. True: asks a node over HTTP, wherever it runs. */
  readonly overHttp?: boolean;
  /** Absent: true. False for a tool that has to start the process itself: it has `launch`, and `start` fails. */
  readonly attaches?: boolean;
  check(): Promise<ProbeAvailability>;
  /** `directory` is the pass folder and exists. Fails with an error that says what to do. */
  start(target: ProbeTarget, directory: string, options?: ProbeStartOptions): Promise<ProbeSession>;
  /** Preferred to `start` for a program that is started for the capture: runs it under the tool to its end, and gives the parsed document's name as `stop` does. Leaves no process behind. */
  launch?(request: LaunchRequest, directory: string): Promise<string>;
}
