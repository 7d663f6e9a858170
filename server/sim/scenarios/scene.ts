import assert from 'node:assert/strict';
import type { NodeId } from '../../consensus/messages.js';
import { StrataError } from '../../errors.js';
import type { ClusterAdmin, MembershipResult } from '../../ports/cluster-admin.js';
import type {
  Consistency,
  Done,
  ReadResult,
  RequestContext,
  WriteResult,
} from '../../ports/key-value-service.js';
import type { NodeRuntime } from '../../runtime/node-runtime.js';
import type { Invariant } from '../contracts.js';
import { createInvariants } from '../invariants/index.js';
import { type Aim, aim } from '../mutations/aim.js';
import { drawPlan } from '../plan.js';
import type { SimNode } from '../world/sim-node.js';
import { SimWorld } from '../world/sim-world.js';

/** What became of a request: `ok`, a value, the code of an error; empty while it waits. */
export interface Outcome {
  text: string;
}

/**
 * A play on the machines of the simulator, written out step by step: no fault happens but those that the script asks for, and all invariants are
 * checked after every tick. What matters is written down in `lines`, to be compared as a whole.
 */
export class Scene {
  readonly world: SimWorld;
  readonly lines: string[] = [];
  readonly #invariants: readonly Invariant[] = createInvariants();

  private constructor(part: Aim, seed: number) {
    this.world = new SimWorld({
      plan: aim(part)(drawPlan(seed, 0)),
      onBuilt: (node, process) => {
        for (const invariant of this.#invariants) invariant.onBoot?.(node, process);
      },
    });
  }

  /** A cluster with a leader that everybody knows. */
  static async open(part: Aim = {}, seed = 1): Promise<Scene> {
    const scene = new Scene(part, seed);
    for (const node of scene.world.nodes) node.start();
    await scene.until('a leader that all know', () => {
      const { leader, nodes } = scene.world;
      return (
        leader?.process?.raw.hasCommittedInTerm === true &&
        nodes.every(({ process }) => process?.raw.leader === leader.id)
      );
    });
    return scene;
  }

  get leader(): SimNode {
    assert.ok(this.world.leader, 'nobody leads');
    return this.world.leader;
  }

  /** Ascending by id. */
  get followers(): SimNode[] {
    return this.world.nodes.filter((node) => node.isUp && node.id !== this.leader.id);
  }

  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed++) {
      await this.world.pass();
      for (const invariant of this.#invariants) invariant.check(this.world);
    }
  }

  async until(what: string, holds: () => boolean, msMax = 5_000): Promise<void> {
    for (let passed = 0; passed < msMax && !holds(); passed++) await this.pass(1);
    assert.ok(holds(), `after ${msMax} ms still not: ${what}`);
  }

  say(line: string): void {
    this.lines.push(line);
  }

  put(node: SimNode, key: string, value: string): Outcome {
    return this.#ask<WriteResult>(
      node,
      (runtime, context, done) => runtime.put(Buffer.from(key), Buffer.from(value), context, done),
      () => 'ok',
    );
  }

  get(node: SimNode, key: string, consistency: Consistency = 'linearizable'): Outcome {
    return this.#ask<ReadResult>(
      node,
      (runtime, context, done) => runtime.get(Buffer.from(key), consistency, context, done),
      ({ value }) => (value === null ? 'nothing' : Buffer.from(value).toString()),
    );
  }

  /** An operator asks for another membership. */
  change(node: SimNode, ask: (admin: ClusterAdmin, done: Done<MembershipResult>) => void): Outcome {
    return this.#ask<MembershipResult>(
      node,
      ({ admin }, _context, done) => ask(admin, done),
      ({ members }) => `members ${members.map(({ id }) => id).join(', ')}`,
    );
  }

  /** Waits for the answer and gives it. */
  async answer(outcome: Outcome): Promise<string> {
    await this.until('an answer', () => outcome.text !== '');
    return outcome.text;
  }

  /** Nothing that is sent from one to the other arrives before so much time has passed; then everything does, in order. */
  hold(from: SimNode, to: SimNode, ms: number): void {
    this.world.network.clog(from.id, to.id, ms);
  }

  /** Index up to which a node has applied the log. */
  applied(id: NodeId): number {
    return this.world.node(id)?.process?.runtime.machine.appliedIndex ?? 0;
  }

  #ask<Result>(
    node: SimNode,
    ask: (runtime: NodeRuntime, context: RequestContext, done: Done<Result>) => void,
    words: (result: Result) => string,
  ): Outcome {
    const { process } = node;
    assert.ok(process, `node ${node.id} is down`);
    const outcome: Outcome = { text: '' };
    const nowNs = process.clock.nowNs();
    const context = { receivedNs: nowNs, parsedNs: nowNs, traceId: null, forward: true, onReplied: null };
    node.run(() =>
      ask(process.runtime, context, (error, result) => {
        assert.equal(outcome.text, '', 'answered twice');
        if (error === null) outcome.text = words(result!);
        else outcome.text = error instanceof StrataError ? error.code : error.message;
      }),
    );
    return outcome;
  }
}

/** The scene with a defect in the code of all nodes. */
export async function withDefect<Result>(
  apply: () => () => void,
  play: () => Promise<Result>,
): Promise<Result> {
  const undo = apply();
  try {
    return await play();
  } finally {
    undo();
  }
}
