/** One of the document's scenarios (its §5.3): a demand, and what it expects a server of its kind to carry. Per second. */
export interface DocumentScenario {
  readonly name: string;
  readonly demandLow: number;
  /** Null where the document only says "more". */
  readonly demandHigh: number | null;
  readonly todayText: string;
  /** Once its optimisations are done; where it gives no figure, what it advises instead. */
  readonly afterText: string;
}

/** R2. None of these figures was measured. */
export const DOCUMENT_SCENARIOS: readonly DocumentScenario[] = [
  {
    name: 'low concurrency, OLTP',
    demandLow: 10,
    demandHigh: 100,
    todayText: '5,000 to 10,000/s',
    afterText: 'no optimisation needed',
  },
  {
    name: 'mid concurrency, web application',
    demandLow: 100,
    demandHigh: 1_000,
    todayText: '15,000 to 25,000/s',
    afterText: 'no figure: watch how locks are contended (here section 3.3)',
  },
  {
    name: 'high concurrency, microservices',
    demandLow: 1_000,
    demandHigh: 10_000,
    todayText: '40,000/s',
    afterText: '80,000 to 150,000/s',
  },
  {
    name: 'extreme concurrency, large system',
    demandLow: 10_000,
    demandHigh: null,
    todayText: 'needs every optimisation',
    afterText: '200,000 to 500,000/s',
  },
];
