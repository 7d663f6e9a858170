import type { DescriptorRow } from '../../results/schema/index.js';
import type { CallTargets } from '../descriptors/call-target.js';
import { bytesMoved, layerOfSyscall } from '../descriptors/syscall-layer.js';
import type { TracedCall } from './strace-log.js';

type Row = { -readonly [Key in keyof DescriptorRow]: DescriptorRow[Key] };

/** Distinct system calls times kinds of descriptors is a few hundred; a log that names more is no log. */
const ROWS_MAX = 4_096;

/** Adds up the calls of a log by system call, kind of descriptor and layer. Calls that did not return are in no row, as in strace's own table. */
export class DescriptorTally {
  readonly #targets: CallTargets;
  readonly #dsyncPaths: ReadonlySet<string>;
  readonly #rows = new Map<string, Row & { us: number }>();

  /** `dsyncPaths`: files that are open with O_DSYNC. */
  constructor(targets: CallTargets, dsyncPaths: ReadonlySet<string>) {
    this.#targets = targets;
    this.#dsyncPaths = dsyncPaths;
  }

  add(call: TracedCall): void {
    const { descriptor, path } = this.#targets.of(call);
    if (call.durationUs === null) return;
    const dsync = this.#dsyncPaths.has(path);
    const layer = layerOfSyscall({ syscall: call.name, descriptor, path, dsync });
    const key = `${call.name} ${descriptor} ${layer}`;
    let row = this.#rows.get(key);
    if (row === undefined) {
      if (this.#rows.size >= ROWS_MAX) return;
      row = { syscall: call.name, descriptor, layer, calls: 0, errors: 0, seconds: 0, bytes: 0, us: 0 };
      this.#rows.set(key, row);
    }
    row.calls += 1;
    row.errors += Number(call.failed);
    row.us += call.durationUs;
    row.bytes += bytesMoved(call.name, call.result);
  }

  /** The longest time first. */
  rows(): DescriptorRow[] {
    return [...this.#rows.values()]
      .map(({ us, ...row }) => ({ ...row, seconds: us / 1e6 }))
      .sort(
        (a, b) =>
          b.seconds - a.seconds || (`${a.syscall} ${a.descriptor}` < `${b.syscall} ${b.descriptor}` ? -1 : 1),
      );
  }
}
