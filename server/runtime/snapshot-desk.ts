import type { Entry, Message, NodeId, SnapshotMeta } from '../consensus/messages.js';
import { StrataError } from '../errors.js';
import type { Done } from '../ports/key-value-service.js';
import type { SnapshotInfo } from '../ports/snapshot-storage.js';
import type { StateMachine } from '../state/state-machine.js';
import { backupBytes } from './backup.js';
import type { NodeContext } from './node-context.js';
import { malformed } from './peer-json.js';
import { SnapshotReceiver } from './snapshot-receiver.js';
import { SnapshotSender } from './snapshot-sender.js';
import { isPassing, SnapshotTaker } from './snapshot-taker.js';
import { decodeOffer, decodePiece, SNAPSHOT_OFFER, SNAPSHOT_PIECE } from './snapshot-wire.js';

/** What an entry costs the log besides its data. */
const ENTRY_OVERHEAD_BYTES = 32;

/** What the loop sees of snapshots: when one is due, who takes, sends and receives, and what may be forgotten behind one. */
export class SnapshotDesk {
  readonly #context: NodeContext;
  readonly #taker: SnapshotTaker;
  readonly #sender: SnapshotSender;
  readonly #receiver: SnapshotReceiver;
  /** Applied since the newest snapshot of this node. */
  #logBytes = 0;
  #entries = 0;

  constructor(context: NodeContext, deliver: (message: Message) => void) {
    this.#context = context;
    this.#taker = new SnapshotTaker(context, (info) => this.#onTaken(info));
    this.#sender = new SnapshotSender(context, this.#taker);
    this.#receiver = new SnapshotReceiver(context, deliver);
    const { metrics, snapshots } = context;
    metrics.gauge(
      'runtime_snapshot_index',
      'Last entry in the newest snapshot.',
      () => snapshots.list()[0]?.meta.index ?? 0,
    );
    metrics.gauge(
      'runtime_snapshot_bytes',
      'Size of the newest snapshot.',
      () => snapshots.list()[0]?.fileBytes ?? 0,
    );
  }

  noteApplied(entries: readonly Entry[]): void {
    this.#entries += entries.length;
    let bytes = entries.length * ENTRY_OVERHEAD_BYTES;
    for (const entry of entries) bytes += entry.data.length;
    this.#logBytes += bytes;
  }

  /** At the end of a turn: state and core agree on what is applied. */
  afterTurn(nowNs: number): void {
    this.#receiver.settle();
    if (this.#isDue() && !this.#taker.isBusy && !this.#receiver.isBusy && this.#taker.isRested(nowNs))
      // Whoever must know was told already.
      void this.#taker.take().catch(() => {});
  }

  /** The core wants `to` to get a snapshot. */
  send(to: NodeId, meta: SnapshotMeta): void {
    this.#sender.start(to, meta, this.#context.leadingTerm);
  }

  leadLost(): void {
    this.#sender.cancelAll();
  }

  onRequest(from: NodeId, method: string, payload: Uint8Array, reply: (response: Uint8Array) => void): void {
    try {
      if (method === SNAPSHOT_OFFER) this.#receiver.onOffer(from, decodeOffer(payload), reply);
      else if (method === SNAPSHOT_PIECE) this.#receiver.onPiece(decodePiece(payload), reply);
      else throw malformed(`request ${method} is unknown`);
    } catch (error) {
      if (!(error instanceof StrataError)) throw error;
      this.#receiver.refuse(error, reply);
    }
  }

  /** The core accepted what was delivered; the state that belongs to it. */
  takeLoaded(meta: SnapshotMeta): StateMachine {
    this.#taker.abort();
    this.#logBytes = 0;
    this.#entries = 0;
    const { clock, journal } = this.#context;
    journal.moment('snapshot', clock.nowNs(), 'installed');
    return this.#receiver.takeLoaded(meta);
  }

  installed(): void {
    this.#prune();
  }

  take(done: Done<SnapshotMeta>): void {
    const newest = this.#context.snapshots.list()[0];
    const { clock, machine } = this.#context;
    if (newest !== undefined && newest.meta.index === machine.appliedIndex) {
      clock.defer(() => done(null, newest.meta));
      return;
    }
    this.#taker.take().then(
      (info) => done(null, info.meta),
      (error: Error) => done(error, null),
    );
  }

  backup(): AsyncIterable<Uint8Array> {
    return backupBytes(this.#context, this.#taker);
  }

  /** After the node stopped: settles when no file is open any more. */
  async close(): Promise<void> {
    this.#sender.cancelAll();
    await this.#receiver.close();
    await this.#taker.idle();
  }

  /** By size, as `config.snapshots` says: writing snapshots never costs more than writing the log. */
  #isDue(): boolean {
    const { snapshots, snapshotRules } = this.#context;
    if (this.#entries >= snapshotRules.entriesMax) return true;
    if (this.#logBytes < snapshotRules.logBytesMin) return false;
    return this.#logBytes >= (snapshots.list()[0]?.fileBytes ?? 0);
  }

  #onTaken(info: SnapshotInfo): void {
    const { machine, raw, log, logger, snapshots, snapshotRules } = this.#context;
    logger.info({ index: info.meta.index, bytes: info.fileBytes }, 'snapshot taken');
    const newest = snapshots.list()[0]!;
    // A snapshot of a leader was installed meanwhile: log and state go on behind that one.
    if (newest.meta.index !== info.meta.index) return;
    // What was applied while the file was written belongs to the next one; its bytes are not worth a second count.
    this.#entries = machine.appliedIndex - info.meta.index;
    this.#logBytes = this.#entries * ENTRY_OVERHEAD_BYTES;
    raw.snapshotTaken(info.meta);
    const { keepEntries, keepBytes } = snapshotRules;
    const behind = raw.keepBehind(info.meta.index, keepEntries, keepBytes);
    const keptFrom = Math.min(behind, this.#neededByStreams());
    if (keptFrom >= raw.firstIndex) raw.compact(keptFrom);
    // The log must reach back to the snapshot before, should the newest file turn out damaged at a start.
    const former = snapshots.list()[1];
    if (former !== undefined) log.compact(Math.min(former.meta.index, keptFrom));
    this.#prune();
  }

  /**
   * A follower that is being sent a snapshot goes on behind it; without those entries it would need another one, for ever. Up to twice the
   * entries that wait for a snapshot at most: memory is bounded before followers are spared.
   */
  #neededByStreams(): number {
    const { raw, snapshotRules } = this.#context;
    const needed = this.#sender.lowestIndex ?? Number.POSITIVE_INFINITY;
    return raw.lastIndex - needed > 2 * snapshotRules.entriesMax ? Number.POSITIVE_INFINITY : needed;
  }

  #prune(): void {
    const { snapshots, logger, onFailure } = this.#context;
    snapshots.prune().catch((error: Error) => {
      if (isPassing(error)) logger.warn({ code: error.code }, `old snapshots stay: ${error.message}`);
      else onFailure(error);
    });
  }
}
