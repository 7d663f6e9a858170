import type { PointData } from '../../results/run-directory.js';
import type { DiskWindow } from '../../results/schema/index.js';
import { t } from '../language/language.js';
import { fromNullable, type Measured, map, measured, missing, quotient } from './measured.js';
import { counter } from './node-measures.js';

/** The block device under the data, over the measured window. */
export function diskOf(point: PointData): Measured<DiskWindow> {
  return fromNullable(point.disk, t`no block device of the data is known`);
}

/** A counter summed over all nodes; missing when one of them did not report it. */
export function allNodes(point: PointData, name: string): Measured {
  let total = 0;
  for (const node of point.nodes) {
    const value = counter(node, name);
    if (!value.ok) return value;
    total += value.value;
  }
  return point.nodes.length === 0 ? missing(t`no node window was written`) : measured(total);
}

/** Bytes that the device wrote for each byte of log, all nodes and whatever else uses the device. */
export function deviceBytesPerLogByte(point: PointData): Measured {
  const device = map(diskOf(point), (window) => window.bytesWritten);
  return quotient(device, allNodes(point, 'log_bytes_total'), t`nothing was logged in the window`);
}

/** Mean time of a cache flush inside the device, microseconds: the last of the clocks of a sync. */
export function flushMeanUs(point: PointData): Measured {
  const disk = diskOf(point);
  if (!disk.ok) return disk;
  const { flushes, flushMs } = disk.value;
  if (flushes === null || flushMs === null) return missing(t`this kernel does not count flushes`);
  return flushes === 0
    ? missing(t`the device was asked for no flush in the window`)
    : measured((flushMs * 1e3) / flushes);
}
