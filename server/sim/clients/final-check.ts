import type { NodeId } from '../../consensus/messages.js';
import type { ReadResult } from '../../ports/key-value-service.js';
import { textBytes, valueText } from '../../state/value.js';
import type { SimulatedNode, World } from '../contracts.js';
import { Violation } from '../violation.js';
import type { Actor } from './actor.js';
import type { Client } from './client.js';
import { APPENDED, REGISTERS } from './operations/register-client.js';
import { SHARED_COUNTER, type SharedCounter } from './oracle/shared-counter.js';

const RETRY_MS = 20;
const ITEMS_MAX = 10_000;

/** Tries once; calls back with whether it succeeded. @throws Violation for an answer that must not be */
type Attempt = (end: (isDone: boolean) => void) => void;

/**
 * After everything is healed: every member serves fresh reads of all keys, and what they show is held to all that clients were told; every
 * member takes a write; the counters stand where they must; keys whose time is over are gone.
 */
export class FinalCheck {
  readonly #world: World;
  readonly #actor: Actor;
  #open = 0;

  constructor(world: World, actor: Actor, clients: readonly Client[], shared: SharedCounter) {
    this.#world = world;
    this.#actor = actor;
    for (const node of membersOf(world)) {
      for (const prefix of [REGISTERS, APPENDED, 'p'])
        this.#insistOnMember(node, (end) =>
          clients[0]!.scans.scan(node, prefix, 'linearizable', ITEMS_MAX, end),
        );
      this.#insistOnMember(node, (end) => this.#write(node, end));
    }
    this.#insistOnRead(SHARED_COUNTER, (result) => {
      shared.checkFinal(numberOf(result));
      return true;
    });
    for (const { counter, ownKey } of clients) {
      this.#insistOnRead(counter.key, (result) => checkCounter(counter, numberOf(result)));
      this.#insistOnRead(ownKey.key, (result) => {
        const { final } = ownKey;
        const value = ownKey.check(result);
        // What nobody knows the outcome of may have made it for ever.
        return final === undefined || value === final;
      });
    }
  }

  get isDone(): boolean {
    return this.#open === 0;
  }

  #insist(attempt: Attempt): void {
    this.#open += 1;
    const tryOnce = (): void =>
      attempt((isDone) => {
        if (isDone) this.#open -= 1;
        else this.#world.clock.after(RETRY_MS, tryOnce);
      });
    tryOnce();
  }

  /** Until it is removed: a leader that starts anew may learn only now that a removal was committed. */
  #insistOnMember(node: SimulatedNode, attempt: Attempt): void {
    this.#insist((end) => {
      if (memberIds(this.#world)?.has(node.id) === false) end(true);
      else attempt(end);
    });
  }

  #insistOnRead(key: string, isRight: (result: ReadResult) => boolean): void {
    const { oracle } = this.#actor.shared;
    this.#insist((end) => {
      const node = this.#actor.caller.anyNode();
      if (node === null) {
        end(false);
        return;
      }
      const floors = oracle.floors();
      this.#actor.ask<ReadResult>(
        node,
        'final read',
        (service, context, done) => service.get(textBytes(key), 'linearizable', context, done),
        (answer) => {
          if (answer.type === 'ok') oracle.sawIndex(answer.result.appliedIndex, floors);
          end(answer.type === 'ok' && isRight(answer.result));
          return key;
        },
      );
    });
  }

  /** Not into a history: the key is none of those. */
  #write(node: SimulatedNode, end: (isDone: boolean) => void): void {
    this.#actor.ask(
      node,
      'final put',
      (service, context, done) => service.put(textBytes(`z${node.id}`), textBytes('z'), context, done),
      (answer) => {
        end(answer.type === 'ok');
        return String(node.id);
      },
    );
  }
}

/** Running members, as the one sees them that leads in the highest term; none while nobody leads. */
export function membersOf(world: World): readonly SimulatedNode[] {
  const ids = memberIds(world);
  return world.nodes.filter(({ id, process }) => process !== null && ids?.has(id) === true);
}

/** Null while nobody leads. */
function memberIds({ nodes }: World): ReadonlySet<NodeId> | null {
  let leader: SimulatedNode | null = null;
  for (const node of nodes) {
    if (node.process?.raw.role !== 'leader') continue;
    if (leader === null || node.process.raw.term > leader.process!.raw.term) leader = node;
  }
  if (leader === null) return null;
  const { voters, votersOutgoing, learners } = leader.process!.raw.membership;
  return new Set([...voters, ...votersOutgoing, ...learners]);
}

function checkCounter(
  counter: { readonly key: string; readonly acknowledged: number; readonly attempted: number },
  value: number,
): boolean {
  if (value < counter.acknowledged || value > counter.attempted)
    throw new Violation(
      'exactly once',
      `counter ${counter.key} is ${value}, acknowledged were ${counter.acknowledged}, attempted ${counter.attempted}`,
    );
  return true;
}

function numberOf({ value }: ReadResult): number {
  return value === null ? 0 : Number(valueText(value));
}
