import type { RawNode } from '../consensus/raw-node.js';

export type Obstacle = 'disk-full' | 'disk-stalled' | 'removed';

/** A node campaigns unless something speaks against it; several reasons may hold at once. */
export class CampaignGate {
  readonly #raw: RawNode;
  readonly #obstacles = new Set<Obstacle>();

  constructor(raw: RawNode) {
    this.#raw = raw;
  }

  close(obstacle: Obstacle): void {
    this.#obstacles.add(obstacle);
    this.#raw.setCampaigning(false);
  }

  open(obstacle: Obstacle): void {
    this.#obstacles.delete(obstacle);
    this.#raw.setCampaigning(this.#obstacles.size === 0);
  }
}
