import type { LinkStatus } from '../../ports/transport.js';
import type { PeerMetrics } from './peer-metrics.js';

export type LinkState = LinkStatus['state'];

/**
 * The health of the link to one peer, counted and timed (claim N9).
 *
 *   disconnected -> probing <-> healthy -> probing -> disconnected
 *
 * Healthy: every lane stands and gives signs of life. Probing: one of them does not, or is not back yet. Disconnected: none stands.
 */
export class LinkHealth {
  readonly #metrics: PeerMetrics;
  readonly #onChange: (state: LinkState) => void;
  #state: LinkState = 'disconnected';
  #transitions = 0;
  #lastRecoveryMs: number | null = null;
  /** When the link stopped being healthy; null while it is, and before it first was. */
  #lostNs: number | null = null;

  constructor(metrics: PeerMetrics, onChange: (state: LinkState) => void = () => {}) {
    this.#metrics = metrics;
    this.#onChange = onChange;
  }

  get state(): LinkState {
    return this.#state;
  }

  get transitions(): number {
    return this.#transitions;
  }

  get lastRecoveryMs(): number | null {
    return this.#lastRecoveryMs;
  }

  update(state: LinkState, nowNs: number): void {
    const before = this.#state;
    if (state === before) return;
    this.#state = state;
    this.#transitions += 1;
    if (before === 'healthy') this.#lostNs = nowNs;
    if (state === 'disconnected') this.#metrics.linkDisconnected.add(1);
    else if (state === 'healthy') this.#recovered(nowNs);
    else if (before === 'healthy') this.#metrics.linkProbing.add(1);
    this.#onChange(state);
  }

  #recovered(nowNs: number): void {
    if (this.#lostNs === null) return;
    const tookNs = nowNs - this.#lostNs;
    this.#lostNs = null;
    this.#lastRecoveryMs = tookNs / 1e6;
    this.#metrics.linkRecovered.add(1);
    this.#metrics.linkRecoveryNs.record(tookNs);
  }
}
