/** One row of the document's tables of what an improvement changed (its §5.2). All of its values are estimates. */
export interface DocumentIndicator {
  readonly what: string;
  /** The document's own figures, in signs that every language reads; null where it gives only the change. */
  readonly before: string | null;
  readonly after: string | null;
  /** As ratios stand in our tables: 70 % less is 0.3x. */
  readonly change: string;
  /** What of the experiment answers it: a metric and the arms that stand for before and after; else why nothing does. */
  readonly answer: { readonly metric: string; readonly before: string; readonly after: string } | string;
}

export interface DocumentBeforeAfter {
  readonly title: string;
  /** Id of the experiment of the lab. */
  readonly experiment: string;
  readonly indicators: readonly DocumentIndicator[];
}

const LOSSY = { before: 'fixed-1024', after: 'dynamic' };
const LOSSLESS = { before: 'fixed-1024-assembled', after: 'dynamic' };
const NO_SOCKETS =
  'a socket of Node.js cannot block its thread: the arms differ in their calls to the disk alone, and neither has the blocking send and recv that this figure is about';
const NO_CONNECTIONS =
  'both arms hold as many connections as clients ask for: neither has the thread for each connection that the document counts';
const NO_THREADS =
  'it counts the threads that the document had for each connection; a Node.js process has one for all of them, before and after';

/** R5. */
export const DOCUMENT_BEFORE_AFTER: readonly DocumentBeforeAfter[] = [
  {
    title: 'I/O that does not block (the document: coroutines)',
    experiment: 'N1',
    indicators: [
      { what: 'throughput', before: '5,000/s', after: '15,000/s', change: '3–4x', answer: NO_SOCKETS },
      { what: 'latency', before: null, after: null, change: '0.6x', answer: NO_SOCKETS },
      { what: 'p50', before: '10 ms', after: '3–5 ms', change: '0.3–0.5x', answer: NO_SOCKETS },
      { what: 'p99', before: '50 ms', after: '15–20 ms', change: '0.3–0.4x', answer: NO_SOCKETS },
      { what: 'connections held', before: '500', after: '5,000', change: '10x', answer: NO_CONNECTIONS },
      { what: 'CPU in use', before: '30–40 %', after: '60–80 %', change: '2x', answer: NO_THREADS },
      { what: 'memory', before: '4 GB', after: '500 MB', change: '0.125x', answer: NO_THREADS },
    ],
  },
  {
    title: 'A buffer that grows',
    experiment: 'N5',
    indicators: [
      {
        what: 'messages of 10 KiB cut short',
        before: '100 %',
        after: '0 %',
        change: '-100 %',
        answer: { metric: 'truncated-10-KiB', ...LOSSY },
      },
      {
        what: 'messages of 128 B a second',
        before: null,
        after: null,
        change: '≈ 1x',
        answer: { metric: 'messages-128-B', ...LOSSY },
      },
      {
        what: 'switches for a message of 10 KiB',
        before: null,
        after: null,
        change: '0.3x',
        answer: { metric: 'reads-10-KiB', ...LOSSLESS },
      },
      {
        what: 'messages of 100 KiB a second',
        before: null,
        after: null,
        change: '2–3x',
        answer: { metric: 'messages-100-KiB', ...LOSSLESS },
      },
    ],
  },
  {
    title: 'A pool of connections',
    experiment: 'N3',
    indicators: [
      {
        what: '1000 calls: pool',
        before: '15 s',
        after: '5 s',
        change: '3x',
        answer: { metric: 'calls', before: 'connection-per-call', after: 'pool' },
      },
      {
        what: '1000 calls: pool, connected before',
        before: '15 s',
        after: '3 s',
        change: '5x',
        answer: { metric: 'calls', before: 'connection-per-call', after: 'pool-connected-before' },
      },
    ],
  },
];
