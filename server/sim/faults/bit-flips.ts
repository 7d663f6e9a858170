import { HEADER_BYTES, headerIntact, RecordType, readHeader } from '../../log/record-codec.js';
import type { Random } from '../random.js';
import type { SimNode } from '../world/sim-node.js';
import type { SimWorld } from '../world/sim-world.js';
import type { MembershipView } from './membership-view.js';

/** Bytes of a file in which a flipped bit must be noticed, or do no harm. */
interface Target {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly length: number;
}

/**
 * Bits that flip on a disk while its node is down. Budget: one node at a time, out of three voters at least, while nobody changes the members:
 * a majority of each configuration keeps what it wrote. Left alone is the very last write of the log: there a flipped bit and
 * a write that never finished look the same (`log/README.md`, "What it cannot know").
 */
export class BitFlips {
  readonly #world: SimWorld;
  readonly #random: Random;
  readonly #view: MembershipView;

  constructor(world: SimWorld, view: MembershipView) {
    this.#world = world;
    this.#random = world.fork('bit flips');
    this.#view = view;
  }

  /** The node is about to start. */
  beforeStart(node: SimNode, isQuiet: boolean): void {
    const { bitFlip } = this.#world.plan.disk;
    if (bitFlip === 0 || !this.#random.chance(bitFlip) || !isQuiet || !this.#mayBreak(node)) return;
    const targets = targetsOn(node);
    if (targets.length === 0) return;
    const { path, bytes, length } = this.#random.pick(targets);
    const bit = this.#random.between(0, 8 * length - 1);
    const flipped = Uint8Array.from(bytes);
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    node.storage.damage(path, flipped);
    this.#world.counts.add('bit flips');
    this.#world.trace(`flip ${node.id} ${path} bit ${bit}`);
  }

  #mayBreak(node: SimNode): boolean {
    const { strategy } = this.#world.plan;
    if (strategy !== 'always' && strategy !== 'group') return false;
    if (this.#view.isJoint || !this.#view.voters.has(node.id) || this.#view.voters.size < 3) return false;
    if (!this.#view.isWidelyKnown(node.id)) return false;
    return !this.#world.nodes.some(({ storage, isRetired }) => storage.isFlipped && !isRetired);
  }
}

function targetsOn(node: SimNode): Target[] {
  const files = [...node.disk.snapshot()].sort(([a], [b]) => (a < b ? -1 : 1));
  const lastSegment = files.findLast(([path]) => path.endsWith('.wal'))?.[0];
  const targets: Target[] = [];
  for (const [path, bytes] of files) {
    let length = 0;
    if (path === lastSegment) length = lastMarkOffset(bytes);
    else if (path.endsWith('.wal')) length = usedBytes(bytes);
    else if (path.endsWith('.snap') || path.endsWith('/identity.json')) length = bytes.length;
    if (length > 0) targets.push({ path, bytes, length });
  }
  return targets;
}

/** Where the last write begins, 0 without one. */
function lastMarkOffset(bytes: Uint8Array): number {
  let mark = 0;
  for (let at = 0; at + HEADER_BYTES <= bytes.length && headerIntact(bytes, at); ) {
    const header = readHeader(bytes, at);
    if (header.type === RecordType.Mark) mark = at;
    at += header.recordBytes;
  }
  return mark;
}

function usedBytes(bytes: Uint8Array): number {
  let length = bytes.length;
  while (length > 0 && bytes[length - 1] === 0) length -= 1;
  return length;
}
