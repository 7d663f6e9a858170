import type { SnapshotMeta } from '../../consensus/messages.js';
import type { ClusterAdmin, MembershipResult, NewMember, TransferResult } from '../../ports/cluster-admin.js';
import type { Done, MemberStatus } from '../../ports/key-value-service.js';

/** An administration that keeps what it was asked and does nothing. */
export class FakeAdmin implements ClusterAdmin {
  readonly calls: unknown[][] = [];
  /** When set, every request ends with it. */
  failure: Error | null = null;
  /** What `backup` gives, one after the other; an error ends it. */
  backupBlocks: Iterable<Uint8Array | Error> = [];
  /** Set when the reader of a backup has finished or given up. */
  backupEnded = false;
  blocksTaken = 0;

  members(): readonly MemberStatus[] {
    return [
      {
        id: 1,
        httpUrl: 'http://127.0.0.1:1',
        respUrl: null,
        host: '127.0.0.1',
        peerPort: 2,
        voter: true,
        match: 5,
        state: null,
      },
    ];
  }

  addMember(member: NewMember, done: Done<MembershipResult>): void {
    this.#call(['add', member], done, this.#changed());
  }

  promoteMember(id: number, done: Done<MembershipResult>): void {
    this.#call(['promote', id], done, this.#changed());
  }

  removeMember(id: number, done: Done<MembershipResult>): void {
    this.#call(['remove', id], done, this.#changed());
  }

  replaceMember(id: number, by: number, done: Done<MembershipResult>): void {
    this.#call(['replace', id, by], done, this.#changed());
  }

  transferLeader(to: number | null, done: Done<TransferResult>): void {
    this.#call(['transfer', to], done, { leader: to ?? 2, term: 4 });
  }

  takeSnapshot(done: Done<SnapshotMeta>): void {
    const sets = { votersOutgoing: [], learners: [], learnersNext: [] };
    this.#call(['snapshot'], done, { index: 7, term: 3, voters: [1], ...sets, autoLeave: false });
  }

  async *backup(): AsyncIterable<Uint8Array> {
    this.backupEnded = false;
    this.blocksTaken = 0;
    try {
      for (const block of this.backupBlocks) {
        if (block instanceof Error) throw block;
        this.blocksTaken += 1;
        yield block;
      }
    } finally {
      this.backupEnded = true;
    }
  }

  #changed(): MembershipResult {
    return { index: 9, members: this.members() };
  }

  #call<Result>(call: unknown[], done: Done<Result>, result: Result): void {
    this.calls.push(call);
    setImmediate(() => (this.failure === null ? done(null, result) : done(this.failure, null)));
  }
}
