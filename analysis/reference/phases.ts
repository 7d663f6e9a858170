/** One phase of the document's road map (its §6): what is to be done, by the claims it rests on, and the gain it expects. Nothing of it was measured. */
export interface DocumentPhase {
  readonly name: string;
  readonly todo: string;
  readonly claims: readonly string[];
  readonly gainText: string;
}

/** R2, R3. */
export const DOCUMENT_PHASES: readonly DocumentPhase[] = [
  {
    name: '1, at once',
    todo: 'asynchronous I/O everywhere, an applier that is told instead of one that sleeps',
    claims: ['N1', 'N2', 'C5'],
    gainText: '+100 to 200 %',
  },
  {
    name: '2, short term',
    todo: 'finer locks, separate locks, batched fsync, a striped pool',
    claims: ['C2', 'C3', 'C6', 'C10', 'L2', 'L3', 'L4', 'L6', 'N4', 'N8'],
    gainText: '+50 to 100 %',
  },
  {
    name: '3, medium term',
    todo: 'batches in the log and between peers, pipelining, lease reads',
    claims: ['C7', 'C8', 'C9', 'C12', 'L5', 'L9', 'L11', 'N6', 'N7'],
    gainText: '+100 to 200 %',
  },
];
