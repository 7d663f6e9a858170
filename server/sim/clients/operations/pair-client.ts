import { textBytes, valueText } from '../../../state/value.js';
import type { CommandResult, Compare, Op, Query, QueryResult } from '../../../state/vocabulary.js';
import { Violation } from '../../violation.js';
import type { Actor, Operation } from '../actor.js';
import { writeToken } from './write-token.js';

const PAIRS = 2;

interface Half {
  readonly value: string | null;
  readonly revision: number;
}

/** Transactions that write two keys at once: nobody must ever see one half without the other. */
export class PairClient {
  readonly #actor: Actor;
  /** Revision that this client saw last of each pair. */
  readonly #known = new Map<number, number>();

  constructor(actor: Actor) {
    this.#actor = actor;
  }

  readonly run: Operation = (end) => {
    const { random } = this.#actor;
    const pair = random.between(0, PAIRS - 1);
    return random.chance(0.5) ? this.#write(pair, end) : this.#read(pair, end);
  };

  /** Both or none; half of the time only if nobody wrote since this client looked. */
  #write(pair: number, end: () => void): boolean {
    const keys = keysOf(pair);
    const token = this.#actor.token();
    const known = this.#known.get(pair) ?? 0;
    const isConditional = this.#actor.random.chance(0.5);
    const compares: Compare[] = isConditional
      ? keys.map((key) => ({ target: 'revision', key: textBytes(key), relation: '=', revision: known }))
      : [];
    const success = keys.map((key): Op => {
      const value = textBytes(token);
      return { kind: 'put', key: textBytes(key), value, ttl: null, condition: null, returnPrevious: false };
    });
    const failure = keys.map((key): Op => ({ kind: 'get', key: textBytes(key) }));
    return writeToken<CommandResult>(
      this.#actor,
      {
        name: 'transaction',
        keys,
        token,
        isAppend: false,
        recorded: null,
        ask: (service, context, done) =>
          service.write({ kind: 'txn', compares, success, failure, session: null }, context, done),
        revisionOf: ({ revision, results, succeeded }, records, floors) => {
          const halves = results.map(({ value, revision: of }) => halfOf(value, of));
          if (succeeded) {
            if (results.some((result) => result.status !== 'ok' || result.revision !== revision))
              throw new Violation(
                'atomicity',
                `${keys}: ${token} written in parts: ${JSON.stringify(results)}`,
              );
            if (isConditional) for (const record of records) record.swapped(known, revision);
            return revision;
          }
          this.#checkHalves(pair, halves);
          for (const [at, { value, revision: of }] of halves.entries())
            records[at]!.shown(value, of, floors[at]!);
          return null;
        },
        onWritten: (revision) => this.#known.set(pair, revision),
      },
      end,
    );
  }

  #read(pair: number, end: () => void): boolean {
    const { caller, random, shared } = this.#actor;
    const node = caller.anyNode();
    if (node === null) return false;
    const { oracle } = shared;
    const keys = keysOf(pair);
    const records = keys.map((key) => oracle.record(key));
    const floors = records.map(({ floor }) => floor);
    const known = oracle.floors();
    const consistency = random.pick(['linearizable', 'lease', 'stale'] as const);
    const isFresh = consistency !== 'stale';
    const stale = oracle.appliedBy(`${node.id}/${node.life}`);
    const query: Query = { kind: 'many', keys: keys.map(textBytes) };
    this.#actor.ask<QueryResult>(
      node,
      'pair read',
      (service, context, done) => service.query(query, consistency, context, done),
      (answer) => {
        end();
        if (answer.type !== 'ok') return `${keys}`;
        const { items, revision, appliedIndex } = answer.result;
        const halves = items.map((item) => halfOf(item.value, item.revision));
        this.#checkHalves(pair, halves);
        for (const [at, half] of halves.entries())
          records[at]!.shown(half.value, half.revision, isFresh ? floors[at]! : 0);
        if (isFresh) {
          oracle.sawIndex(appliedIndex, known);
          oracle.sawRevision(revision, known);
          this.#known.set(pair, halves[0]!.revision);
        } else oracle.sawStale(answer.from, appliedIndex, stale);
        return `${keys} ${halves[0]!.value}@${halves[0]!.revision}`;
      },
    );
    return true;
  }

  #checkHalves(pair: number, [first, second]: readonly Half[]): void {
    if (first!.value === second!.value && first!.revision === second!.revision) return;
    throw new Violation(
      'atomicity',
      `pair ${pair}: ${first!.value}@${first!.revision} and ${second!.value}@${second!.revision}`,
    );
  }
}

function keysOf(pair: number): readonly string[] {
  return [`p${pair}.a`, `p${pair}.b`];
}

function halfOf(value: Parameters<typeof valueText>[0] | null, revision: number): Half {
  return { value: value === null ? null : valueText(value), revision };
}
