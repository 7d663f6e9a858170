import type { PoolCapture } from '../../../results/schema/index.js';
import { madeUpPercentiles } from '../made-up-parts.js';
import { type MadeUpRole, madeUpHead } from './head.js';

export function madeUpPool(node: number, role: MadeUpRole, saturatedShare = 0.02): PoolCapture {
  return {
    schema: 'strata.pool/1',
    ...madeUpHead('pool', node, role),
    threads: 4,
    floorUs: 32,
    wait: madeUpPercentiles(70, 900, 2_500),
    saturatedShare,
  };
}
