import { writeSync } from 'node:fs';
import { StrataError } from '../errors.js';

/**
 * The steps of a node on its disk and between, in the order of its life. `strata` is killed before or after one of them by the configuration field
 * `testing.failpoint`; a test walks all of them.
 */
export const FAILPOINTS = [
  'lock-take',
  // The making of a data directory.
  'data-directory-make',
  'unfinished-remove',
  'wal-directory-make',
  'snapshots-directory-make',
  'identity-create',
  'identity-write',
  'identity-sync',
  'identity-rename',
  'identity-directory-sync',
  // A start on one that is there.
  'leftover-remove',
  'snapshot-set-aside',
  'snapshot-set-aside-directory-sync',
  'recovery-write',
  'recovery-zero-write',
  'recovery-sync',
  'recovery-directory-sync',
  // The log.
  'log-append-write',
  'log-entries-sync',
  'log-hard-state-sync',
  'log-interval-sync',
  'log-close-sync',
  // The change of its segment, and the removal of old ones.
  'segment-create',
  'segment-preallocate-write',
  'segment-preallocate-sync',
  'segment-seal-sync',
  'segment-head-write',
  'segment-head-sync',
  'segment-rename',
  'segment-directory-sync',
  'segment-remove',
  'segment-remove-directory-sync',
  // A snapshot of the node's own, and the removal of old ones.
  'snapshot-create',
  'snapshot-write',
  'snapshot-sync',
  'snapshot-rename',
  'snapshot-directory-sync',
  'snapshot-remove',
  'snapshot-remove-directory-sync',
  // A snapshot of the leader's.
  'received-create',
  'received-write',
  'received-sync',
  'received-rename',
  'received-directory-sync',
  // What leaves the node.
  'send-append',
  'send-append-response',
  'send-vote',
  'send-vote-response',
  'send-heartbeat-response',
] as const;
export type FailpointName = (typeof FAILPOINTS)[number];

/** `during` is for writes: they are cut at the last border of sectors in them, as a killed process and a power cut leave them. */
export type FailpointPhase = 'before' | 'during' | 'after';

export interface Failpoint {
  readonly name: FailpointName;
  readonly phase: FailpointPhase;
  /** Which hit of the point it is that kills, counted from 1. */
  readonly hit: number;
}

/** `NAME:PHASE:HIT`; throws STRATA_CONFIG_INVALID naming what is wrong with it. */
export function parseFailpoint(text: string): Failpoint {
  const [name, phase, hit, ...more] = text.split(':');
  const known = FAILPOINTS.find((each) => each === name);
  if (known === undefined || more.length > 0)
    throw refused(text, `NAME must be one of ${FAILPOINTS.join(' ')}`);
  if (phase !== 'before' && phase !== 'during' && phase !== 'after')
    throw refused(text, 'it must be NAME:PHASE:HIT, PHASE before, during or after');
  if (phase === 'during' && !known.endsWith('-write'))
    throw refused(text, 'only writes can be cut in the middle');
  if (!/^[1-9]\d{0,8}$/.test(hit ?? '')) throw refused(text, 'it must be NAME:PHASE:HIT, HIT 1 or more');
  return { name: known, phase, hit: Number(hit) };
}

/** Ends the process as kill -9 would when it reaches its point. */
export class Trap {
  readonly #failpoint: Failpoint;
  readonly #kill: (line: string) => void;
  #hits = 0;
  /** The hit that counts has begun. */
  #isArmed = false;

  /** `kill` does not return, except in a test. */
  constructor(failpoint: Failpoint, kill: (line: string) => void = killSelf) {
    this.#failpoint = failpoint;
    this.#kill = kill;
  }

  /**
   * The process is about to take this step. Gives true when it is to be cut in the middle: then `strike` is called half-way. A step that cannot be
   * cut is no hit then.
   */
  before(name: FailpointName, canBeCut = false): boolean {
    const { name: own, phase, hit } = this.#failpoint;
    if (name !== own || (phase === 'during' && !canBeCut)) return false;
    this.#hits++;
    if (this.#hits !== hit) return false;
    this.#isArmed = true;
    if (phase === 'before') this.strike();
    return phase === 'during';
  }

  /** The step is done, and nobody knows of it yet. */
  after(name: FailpointName): void {
    const { name: own, phase } = this.#failpoint;
    if (name === own && phase === 'after' && this.#isArmed) this.strike();
  }

  strike(): void {
    this.#isArmed = false;
    const { name, phase, hit } = this.#failpoint;
    this.#kill(`failpoint ${name}:${phase}:${hit} reached, the process is killed\n`);
  }
}

/** Nothing of the process runs after it: no handler, no flush, no other thread of the pool. */
function killSelf(line: string): void {
  writeSync(2, line);
  process.kill(process.pid, 'SIGKILL');
}

function refused(actual: string, rule: string): StrataError {
  return new StrataError('STRATA_CONFIG_INVALID', {
    field: 'testing.failpoint',
    actual: JSON.stringify(actual),
    rule,
  });
}
