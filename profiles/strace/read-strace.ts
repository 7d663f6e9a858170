import type { SyscallCapture } from '../../results/schema/index.js';
import { CallTargets } from '../descriptors/call-target.js';
import type { NodePorts } from '../descriptors/ports.js';
import type { TcpSocket } from '../descriptors/sockets.js';
import { DescriptorTally } from './descriptor-tally.js';
import { FutexAccount, type SeenKind } from './futex-account.js';
import { StraceLog, type TracedCall } from './strace-log.js';
import { parseStraceTable } from './strace-table.js';

/** What is known of a traced process beside the log itself. */
export interface TracedProcess {
  readonly pid: number;
  /** A node of ours: the names of our files mean what they mean there. */
  readonly ours: boolean;
  readonly ports: NodePorts;
  readonly sockets: ReadonlyMap<number, TcpSocket>;
  readonly dsyncPaths: ReadonlySet<string>;
  readonly threads: ReadonlyMap<number, SeenKind>;
}

const TABLE_HEADER = /^(% time|syscall +calls)/;
/** A table names each system call once; there are fewer than five hundred. */
const TABLE_LINES_MAX = 4_096;

/** Reads what one strace left, line by line: the log of the calls and behind it the table of `-C`. */
export class StraceReader {
  readonly #process: TracedProcess;
  readonly #log: StraceLog;
  readonly #tally: DescriptorTally;
  /** Calls that had not returned reach to the end of the tracing, which the log does not tell. */
  readonly #unfinished: TracedCall[] = [];
  readonly #futex = new FutexAccount();
  readonly #table: string[] = [];

  constructor(traced: TracedProcess) {
    this.#process = traced;
    this.#tally = new DescriptorTally(
      new CallTargets(traced.sockets, traced.ports, traced.ours),
      traced.dsyncPaths,
    );
    this.#log = new StraceLog((call) => {
      this.#tally.add(call);
      if (call.durationUs === null) this.#unfinished.push(call);
      else this.#futex.add(call, 0);
    });
  }

  line(text: string): void {
    if (this.#table.length > 0 || TABLE_HEADER.test(text)) {
      if (this.#table.length < TABLE_LINES_MAX) this.#table.push(text);
    } else this.#log.line(text);
  }

  /** The table of strace as it printed it. */
  get table(): string {
    return this.#table.length === 0 ? '' : `${this.#table.join('\n')}\n`;
  }

  /** After the last line; `endedUs`: CLOCK_REALTIME when the tracing ended. Fails when the table is not whole. */
  end(endedUs: number): Pick<SyscallCapture, 'rows' | 'byDescriptor' | 'futex'> {
    this.#log.end();
    for (const call of this.#unfinished) this.#futex.add(call, endedUs);
    return {
      rows: parseStraceTable(this.table),
      byDescriptor: this.#tally.rows(),
      futex: this.#futex.rows(this.#process.pid, this.#process.threads),
    };
  }
}
