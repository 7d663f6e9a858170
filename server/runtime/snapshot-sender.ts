import type { NodeId, SnapshotMeta } from '../consensus/messages.js';
import { StrataError } from '../errors.js';
import type { Counter } from '../ports/metrics.js';
import type { SnapshotFile, SnapshotInfo } from '../ports/snapshot-storage.js';
import type { NodeContext } from './node-context.js';
import { ask } from './peer-json.js';
import { pause } from './restore.js';
import { isPassing, type SnapshotTaker } from './snapshot-taker.js';
import {
  decodeOfferAnswer,
  encodeOffer,
  encodePiece,
  isSameFile,
  SNAPSHOT_OFFER,
  SNAPSHOT_PIECE,
  wrongOffset,
} from './snapshot-wire.js';

/** Pieces on their way to one follower: what bounds the memory, and enough to fill a link with some delay. */
const WINDOW_PIECES = 4;
const LOADING_POLL_MS = 100;
const BACK_OFF_MS_MIN = 100;
const BACK_OFF_MS_MAX = 5_000;
/** Attempts in a row without a single piece taken, after which the core is told and probes the follower again. */
const ATTEMPTS_MAX = 5;

interface Stream {
  readonly to: NodeId;
  readonly term: number;
  /** Entries up to this one will not be asked for. */
  keptIndex: number;
  /** The file of the attempt before: as long as it is there the next one goes on with it. */
  info: SnapshotInfo | null;
  sentBytes: number;
  isCancelled: boolean;
}

/** Streams the newest snapshot to followers whose next entry the log does not hold any more. One stream a follower. */
export class SnapshotSender {
  readonly #context: NodeContext;
  readonly #taker: SnapshotTaker;
  readonly #streams = new Map<NodeId, Stream>();
  readonly #sent: Counter;
  readonly #failed: Counter;
  readonly #bytes: Counter;

  constructor(context: NodeContext, taker: SnapshotTaker) {
    this.#context = context;
    this.#taker = taker;
    const { metrics } = context;
    this.#sent = metrics.counter('runtime_snapshots_sent_total', 'Snapshots that a follower installed.');
    this.#failed = metrics.counter('runtime_snapshots_send_failed_total', 'Streams to a follower given up.');
    this.#bytes = metrics.counter(
      'runtime_snapshot_sent_bytes_total',
      'Bytes of snapshots sent, repeats included.',
    );
    metrics.gauge('runtime_snapshots_sending', 'Streams under way.', () => this.#streams.size);
    metrics.gauge(
      'runtime_snapshot_sending_ratio',
      'Progress of the stream that is furthest back, 0 to 1; 1 without one.',
      () =>
        Math.min(
          1,
          ...[...this.#streams.values()].map(({ sentBytes, info }) => sentBytes / (info?.fileBytes ?? 1)),
        ),
    );
  }

  /** Lowest index that a follower will hold when its stream ends: entries behind it are still needed. Null without streams. */
  get lowestIndex(): number | null {
    if (this.#streams.size === 0) return null;
    return Math.min(...[...this.#streams.values()].map(({ keptIndex }) => keptIndex));
  }

  /** The core wants `to` to get a snapshot, in the term that this node leads. */
  start(to: NodeId, { index }: SnapshotMeta, term: number): void {
    const before = this.#streams.get(to);
    if (before !== undefined) {
      if (before.term === term && before.keptIndex >= index) return;
      before.isCancelled = true;
    }
    const stream: Stream = { to, term, keptIndex: index, info: null, sentBytes: 0, isCancelled: false };
    this.#streams.set(to, stream);
    this.#run(stream).catch((error: Error) => this.#context.onFailure(error));
  }

  cancelAll(): void {
    for (const stream of this.#streams.values()) stream.isCancelled = true;
    this.#streams.clear();
  }

  #isWanted({ to, term, isCancelled }: Stream): boolean {
    const { isStopped, leadingTerm, raw } = this.#context;
    const { voters, votersOutgoing, learners } = raw.membership;
    return (
      !isCancelled &&
      !isStopped &&
      leadingTerm === term &&
      (voters.has(to) || votersOutgoing.has(to) || learners.has(to))
    );
  }

  async #run(stream: Stream): Promise<void> {
    const { clock, journal, logger, raw, schedule } = this.#context;
    const { to } = stream;
    const startedNs = clock.nowNs();
    const isDone = await this.#send(stream);
    if (this.#streams.get(to) === stream) this.#streams.delete(to);
    if (isDone) this.#sent.add(1);
    else this.#failed.add(1);
    journal.span('snapshot', startedNs, clock.nowNs(), isDone ? 'sent' : 'not sent', to);
    if (!this.#isWanted(stream)) return;
    logger.info({ to, index: stream.keptIndex }, isDone ? 'snapshot installed' : 'snapshot not sent');
    raw.reportSnapshot(to, isDone);
    schedule();
  }

  /** True when the follower holds the snapshot. */
  async #send(stream: Stream): Promise<boolean> {
    const { clock, logger } = this.#context;
    for (let attempts = 0; attempts < ATTEMPTS_MAX && this.#isWanted(stream); ) {
      const before = stream.sentBytes;
      try {
        return await this.#attempt(stream, await this.#choose(stream));
      } catch (error) {
        if (!isPassing(error)) throw error;
        attempts = stream.sentBytes > before ? 1 : attempts + 1;
        const delayMs = Math.min(BACK_OFF_MS_MAX, BACK_OFF_MS_MIN * 2 ** (attempts - 1));
        logger.debug({ to: stream.to, code: error.code, delayMs }, `snapshot interrupted: ${error.message}`);
        await pause(clock, delayMs);
      }
    }
    return false;
  }

  /**
   * The newest snapshot. The one that every member of a new cluster begins with says less than the first entries of the log, and has the
   * index of a joining node's own empty one; so that another is taken instead.
   */
  async #choose(stream: Stream): Promise<SnapshotInfo> {
    const { info: former } = stream;
    const listed = this.#context.snapshots.list();
    if (former !== null && listed.some((info) => isSameFile(info, former))) return former;
    const newest = listed[0];
    stream.info = newest === undefined || newest.meta.index === 0 ? await this.#taker.fresh() : newest;
    stream.keptIndex = stream.info.meta.index;
    stream.sentBytes = 0;
    return stream.info;
  }

  /** True when the follower holds the snapshot, false when nobody wants it any more. */
  async #attempt(stream: Stream, info: SnapshotInfo): Promise<boolean> {
    const { clock, logger, snapshots } = this.#context;
    logger.info({ to: stream.to, index: info.meta.index, bytes: info.fileBytes }, 'sending a snapshot');
    const offer = encodeOffer({ term: stream.term, info });
    const file = await snapshots.openFile(info);
    try {
      while (this.#isWanted(stream)) {
        const answer = decodeOfferAnswer(await ask(this.#context, stream.to, SNAPSHOT_OFFER, offer));
        if (answer.state === 'installed') return true;
        if (answer.state === 'receiving' && answer.offset < info.fileBytes)
          await this.#sendFrom(answer.offset, file, info, stream);
        else await pause(clock, LOADING_POLL_MS);
      }
      return false;
    } finally {
      await file.close();
    }
  }

  async #sendFrom(from: number, file: SnapshotFile, info: SnapshotInfo, stream: Stream): Promise<void> {
    const { fileBytes, checksum, meta } = info;
    const { sliceBytes } = this.#context.snapshotRules;
    const window: Promise<void>[] = [];
    for (let offset = from; offset < fileBytes && this.#isWanted(stream); ) {
      const bytes = await file.readAt(offset, Math.min(sliceBytes, fileBytes - offset));
      // Offered with its size, so an early end is a file that changed under us.
      if (bytes.length === 0) throw wrongOffset(meta.index, offset, fileBytes);
      const payload = encodePiece({ index: meta.index, checksum, offset, bytes });
      offset += bytes.length;
      const sent = this.#sendPiece(payload, stream, offset);
      // A later piece may fail while an earlier one is waited for; whoever waits for it hears of it then.
      sent.catch(() => {});
      window.push(sent);
      if (window.length >= WINDOW_PIECES) await window.shift();
    }
    await Promise.all(window);
  }

  async #sendPiece(payload: Uint8Array, stream: Stream, end: number): Promise<void> {
    this.#bytes.add(payload.length);
    await ask(this.#context, stream.to, SNAPSHOT_PIECE, payload);
    stream.sentBytes = Math.max(stream.sentBytes, end);
  }
}

/** A leader that does not lead any more offers in vain. */
export function staleOffer(from: NodeId, leader: NodeId): StrataError {
  return new StrataError('STRATA_NOT_LEADER', { node: from, leader: `node ${leader}` });
}
