import type { Invariant, NodeProcess, SimulatedNode, World } from '../contracts.js';
import { Violation } from '../violation.js';
import type { ClusterObserver } from './cluster-observer.js';
import type { Watcher } from './watcher.js';

/** What all invariants share: one observer of the cluster, and a name that their violations carry. */
export abstract class ClusterInvariant implements Invariant {
  abstract readonly name: string;
  abstract readonly source: string;
  protected readonly observer: ClusterObserver;

  constructor(observer: ClusterObserver) {
    this.observer = observer;
    observer.add(this as Watcher);
  }

  onBoot(node: SimulatedNode, process: NodeProcess): void {
    this.observer.boot(node, process);
  }

  check(world: World): void {
    this.observer.refresh(world);
    this.checkTick(world);
  }

  /** What is not told by the observer but looked at, at the end of every tick. */
  protected checkTick(_world: World): void {}

  protected fail(message: string): never {
    throw new Violation(this.name, message);
  }
}
