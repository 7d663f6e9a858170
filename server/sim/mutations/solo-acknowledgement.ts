import { Raft } from '../../consensus/raft.js';
import { replace } from './patch.js';

/** The only voter counts an entry when it appends it: it comes out committed in the same ready that hands it to the disk. */
export const soloAcknowledgement = replace(
  Raft.prototype,
  'appendOwn',
  (original) =>
    function appendOwn(this: Raft, type, data): number {
      const index = original.call(this, type, data);
      const { voters, votersOutgoing } = this.membership;
      const own = this.progress.get(this.id);
      if (own !== undefined && voters.size === 1 && voters.has(this.id) && votersOutgoing.size === 0) {
        own.match = index;
        this.maybeCommit();
      }
      return index;
    },
);
