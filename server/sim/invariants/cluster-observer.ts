import { type Message, type NodeId, type Ready, Role, type StorageAppend } from '../../consensus/messages.js';
import type { NodeProcess, SimulatedNode, World } from '../contracts.js';
import { Violation } from '../violation.js';
import { ChosenLog } from './chosen-log.js';
import { NodeView } from './node-view.js';
import type { Watcher } from './watcher.js';

const HOOKS = [
  'onLife',
  'onAppend',
  'onDurable',
  'onElected',
  'onCommit',
  'onApply',
  'onInstall',
  'onLeave',
  'onReadAsked',
  'onReadState',
] as const satisfies readonly (keyof Watcher)[];

/**
 * Listens in on the cores and disks of all nodes: on what goes into a core (`step`), what comes out (`ready`), and what its disk says is durable.
 * A log is never read: every entry is seen once, on its way to the disk, so a tick costs what changed in it.
 */
export class ClusterObserver {
  readonly views = new Map<NodeId, NodeView>();
  readonly chosen = new ChosenLog();
  /** Who wants to hear of what: most want little. */
  readonly #watchersOf = new Map<keyof Watcher, Watcher[]>(HOOKS.map((hook) => [hook, []]));
  /** What leaves each node with the append that is handed to its disk next. */
  readonly #responsesOf = new Map<NodeView, readonly Message[]>();
  /** What was found between two ticks, the first of it. */
  #flaw: Violation | null = null;
  #tick = -1;

  add(watcher: Watcher): void {
    for (const hook of HOOKS) if (watcher[hook] !== undefined) this.#watchersOf.get(hook)!.push(watcher);
  }

  /** Once a tick: takes note of who is gone, and says what was found meanwhile. @throws Violation */
  refresh(world: World): void {
    if (world.tick !== this.#tick) {
      this.#tick = world.tick;
      for (const node of world.nodes) {
        if (node.process !== null) this.boot(node, node.process);
        else this.#end(node.id);
      }
    }
    const flaw = this.#flaw;
    this.#flaw = null;
    if (flaw !== null) throw flaw;
  }

  /** Begins to listen; nothing happens when it does already. */
  boot({ id, life }: SimulatedNode, process: NodeProcess): void {
    const view = this.views.get(id) ?? new NodeView(id);
    if (view.process === process) return;
    this.views.set(id, view);
    const before = view.lastLife();
    view.begin(life, process);
    if (process.raw.lastIndex !== view.log.lastIndex) {
      throw new Error(
        `${view.words} is observed from entry ${process.raw.lastIndex} on, its log began with ${view.log.lastIndex}: call onBoot earlier`,
      );
    }
    this.#tell('onLife', (watcher) => watcher.onLife?.(view, before));
    this.#listenToCore(view, process);
    this.#listenToDisk(view, process);
  }

  #end(id: NodeId): void {
    const view = this.views.get(id);
    if (view !== undefined) view.process = null;
  }

  #listenToCore(view: NodeView, process: NodeProcess): void {
    const { raw } = process;
    const { readIndex, ready, step } = raw;
    raw.step = (message) => {
      step.call(raw, message);
      if (view.process === process) this.#note(view);
    };
    raw.readIndex = (context) => {
      if (view.process === process)
        this.#tell('onReadAsked', (watcher) => watcher.onReadAsked?.(view, context));
      return readIndex.call(raw, context);
    };
    raw.ready = () => {
      if (view.process === process) this.#note(view);
      const taken = ready.call(raw);
      if (view.process === process) this.#onReady(view, taken);
      return taken;
    };
  }

  #listenToDisk(view: NodeView, process: NodeProcess): void {
    const { log } = process;
    const { append } = log;
    log.append = (request) => {
      const { onDurable } = request;
      const responses = this.#responsesOf.get(view) ?? [];
      if (view.process === process) view.underWay.push(request);
      append.call(log, {
        ...request,
        onDurable: (timings) => {
          if (view.process === process) this.#onDurable(view, responses);
          onDurable(timings);
        },
      });
    };
  }

  /** Role, term or commit index may have moved. */
  #note(view: NodeView): void {
    const raw = view.raw!;
    const { term, role, commitIndex } = raw;
    const wasLeading = view.role === Role.Leader && view.term === term;
    if (term !== view.term || role !== view.role) {
      view.term = term;
      view.role = role;
      if (role === Role.Leader && !wasLeading)
        this.#tell('onElected', (watcher) => watcher.onElected?.(view));
    }
    if (commitIndex === view.commit) return;
    const before = view.commit;
    view.commit = commitIndex;
    // The vote that elects a leader may bring a commit index with it: that is what others committed.
    const isOwn = role === Role.Leader && wasLeading;
    if (isOwn) this.#choose(view);
    this.#tell('onCommit', (watcher) => watcher.onCommit?.(view, before, isOwn));
  }

  #choose(view: NodeView): void {
    const { chosen } = this;
    for (let index = chosen.lastIndex + 1; index <= view.commit; index++) {
      const entry = view.log.at(index);
      if (entry === undefined) {
        this.#keep(
          new Violation(
            'committed is durable',
            `${view.words} commits ${index}, which it never handed to a disk`,
          ),
        );
        return;
      }
      chosen.choose(entry, view.term);
    }
  }

  #onReady(view: NodeView, { append, committedEntries, messages, readStates }: Ready): void {
    if (messages.length > 0) this.#leave(view, messages);
    if (append !== null) this.#onAppend(view, append);
    if (committedEntries.length > 0) {
      this.#tell('onApply', (watcher) => watcher.onApply?.(view, committedEntries));
      view.handedOut = committedEntries[committedEntries.length - 1]!.index;
    }
    for (const state of readStates)
      this.#tell('onReadState', (watcher) => watcher.onReadState?.(view, state));
  }

  #onAppend(view: NodeView, append: StorageAppend): void {
    const { entries, responses, snapshot } = append;
    this.#responsesOf.set(view, responses);
    this.#tell('onAppend', (watcher) => watcher.onAppend?.(view, append));
    if (snapshot !== null) {
      this.#tell('onInstall', (watcher) => watcher.onInstall?.(view, snapshot));
      view.log.reset(snapshot);
      view.handedOut = snapshot.index;
    }
    view.log.write(entries);
  }

  #onDurable(view: NodeView, released: readonly Message[]): void {
    view.becomeDurable();
    this.#tell('onDurable', (watcher) => watcher.onDurable?.(view));
    this.#leave(view, released);
  }

  #leave(view: NodeView, messages: readonly Message[]): void {
    for (const message of messages) {
      if (message.to !== view.id) this.#tell('onLeave', (watcher) => watcher.onLeave?.(view, message));
    }
  }

  #tell(hook: keyof Watcher, tell: (watcher: Watcher) => void): void {
    for (const watcher of this.#watchersOf.get(hook)!) {
      try {
        tell(watcher);
      } catch (error) {
        if (!(error instanceof Violation)) throw error;
        this.#keep(error);
      }
    }
  }

  #keep(flaw: Violation): void {
    this.#flaw ??= flaw;
  }
}
