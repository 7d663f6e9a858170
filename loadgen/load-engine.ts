import { ArrivalSchedule } from './arrival-schedule.js';
import { backoffMs } from './backoff.js';
import { monotonicNs } from './clock.js';
import { ClosedLoop } from './closed-loop.js';
import { Connection } from './connection.js';
import * as kinds from './error-kind.js';
import type { Exchange, ExchangeOwner } from './exchange.js';
import { HistoryRecorder } from './history-recorder.js';
import { LedgerRecorder } from './ledger-recorder.js';
import type { LiveCounters } from './live-counters.js';
import type { HistoryPart, IntervalReport, WorkerSetup } from './messages.js';
import { OpenLoop } from './open-loop.js';
import type { Pacing, Send } from './pacing.js';
import { Random } from './random.js';
import { RequestFactory } from './request-factory.js';
import type { RunControl } from './run-control.js';
import { TimeoutQueue } from './timeout-queue.js';
import { WindowRecorder } from './window-recorder.js';

/** Connections that a worker makes at a time: a burst of thousands would overflow the server's accept queue. */
const CONNECTING_MAX = 64;
/** A cluster that is just starting gets this long to answer, or the time-out of a request when that is shorter. */
const CONNECT_MS_MAX = 5_000;
/** After the end, what is under way may finish for this long, so that the ledger learns of it. */
const DRAIN_MS_MAX = 5_000;
/** How often a worker gives on what it recorded. */
const HISTORY_FLUSH_MS = 100;
/** Requests of the whole generator that may wait for a connection in an open loop. */
const WAITING_MAX = 500_000;

export interface EngineHooks {
  readonly onInterval: (report: IntervalReport) => void;
  readonly onHistory: (part: HistoryPart) => void;
  readonly onDefect: (error: unknown) => void;
}

/** One worker's share of the load: its clients, and what becomes of their requests. */
export class LoadEngine implements ExchangeOwner {
  readonly recorder: WindowRecorder;
  readonly ledger: LedgerRecorder | null;
  readonly history: HistoryRecorder | null;
  readonly #hooks: EngineHooks;
  readonly #connections: Connection[] = [];
  readonly #byExchange = new Map<Exchange, Connection>();
  readonly #pacing: Pacing;
  readonly #requests: RequestFactory;
  readonly #timeouts: TimeoutQueue<Exchange>;
  readonly #random: Random;
  readonly #connectMsMax: number;
  readonly #drainMsMax: number;
  /** While connecting, an exchange that ends goes here instead of into the numbers. */
  readonly #connecting = new Map<Exchange, () => void>();
  #underWay = 0;
  #onDrained: (() => void) | null = null;
  #historyTimer: NodeJS.Timeout | undefined;

  constructor(setup: WorkerSetup, control: RunControl, live: LiveCounters, hooks: EngineHooks) {
    const { options, index, count } = setup;
    this.#hooks = hooks;
    this.#random = new Random(options.seed, 0x30000 + index);
    this.#connectMsMax = Math.min(CONNECT_MS_MAX, options.requestTimeoutMs);
    this.#drainMsMax = Math.min(DRAIN_MS_MAX, options.requestTimeoutMs);
    this.ledger = options.ledger ? new LedgerRecorder(options.keys, options.clients) : null;
    const history = options.history ?? null;
    this.history = history === null ? null : new HistoryRecorder(setup, history, hooks.onHistory);
    this.#requests = new RequestFactory(setup, this.ledger, this.history);
    this.recorder = new WindowRecorder(
      control,
      live,
      (visit) => this.#visitInSystem(visit),
      hooks.onInterval,
    );
    const send = (connection: Connection, intendedNs: number) => this.#send(connection, intendedNs);
    this.#pacing = options.rate === null ? new ClosedLoop(send) : this.#openLoop(setup, options.rate, send);
    this.#timeouts = new TimeoutQueue<Exchange>(options.requestTimeoutMs, monotonicNs, (exchange) =>
      this.#byExchange.get(exchange)!.abandon(new kinds.RequestTimeoutError()),
    );
    for (let client = index; client < options.clients; client += count) {
      const connection = new Connection(client, options.targets, this);
      this.#connections.push(connection);
      this.#byExchange.set(connection.exchange, connection);
    }
  }

  #openLoop({ options, count, index, wakeUps }: WorkerSetup, rate: number, send: Send): OpenLoop {
    const schedule = new ArrivalSchedule(options.arrival, rate, options.seed, { index, count });
    const isWoken = wakeUps !== null;
    const loop = new OpenLoop(schedule, Math.ceil(WAITING_MAX / count), send, this.recorder, isWoken);
    wakeUps?.on('message', () => loop.wake());
    return loop;
  }

  /**
   * Makes every connection before the load starts, so that no handshake is in the numbers. Resolves with how many answered, and
   * the kind of the last failure. Those that did not answer try again with their first request.
   */
  async connect(): Promise<{ readonly connections: number; readonly failure: string | null }> {
    const deadlineNs = monotonicNs() + this.#connectMsMax * 1e6;
    const waiting = [...this.#connections];
    let connections = 0;
    let failure: string | null = null;
    const connectSome = async () => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const kind = await this.#connectOne(next, deadlineNs);
        if (kind === null) connections++;
        else failure = kind;
      }
    };
    await Promise.all(Array.from({ length: CONNECTING_MAX }, connectSome));
    return { connections, failure };
  }

  async #connectOne(connection: Connection, deadlineNs: number): Promise<string | null> {
    const { exchange } = connection;
    for (let attempt = 1; ; attempt++) {
      await new Promise<void>((resolve) => {
        this.#connecting.set(exchange, resolve);
        exchange.isRead = true;
        exchange.begin(monotonicNs());
        this.#timeouts.add(exchange, monotonicNs());
        connection.send('/healthz', null, null);
      });
      this.#connecting.delete(exchange);
      if (exchange.error === null) return null;
      connection.moveToNextTarget();
      if (monotonicNs() >= deadlineNs) return kinds.connectionErrorKind(exchange.error);
      await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt, this.#random)));
    }
  }

  start(startNs: number): void {
    if (this.history !== null) {
      const { history } = this;
      history.start(startNs);
      this.#historyTimer = setInterval(() => history.flush(), HISTORY_FLUSH_MS);
    }
    this.#pacing.start(startNs, this.#connections);
  }

  /** Sends nothing more, lets what is under way finish within a limit, then gives up the rest and closes. */
  async stop(): Promise<void> {
    this.#pacing.stop();
    if (this.#underWay > 0) {
      await new Promise<void>((resolve) => {
        const limit = setTimeout(() => {
          for (const connection of this.#connections) connection.abandon(new kinds.RunEndedError());
        }, this.#drainMsMax);
        this.#onDrained = () => {
          clearTimeout(limit);
          resolve();
        };
      });
    }
    clearInterval(this.#historyTimer);
    this.history?.flush();
    this.#timeouts.close();
    await Promise.all(this.#connections.map((connection) => connection.close()));
  }

  #send(connection: Connection, intendedNs: number): void {
    const { exchange } = connection;
    this.#underWay++;
    exchange.begin(intendedNs);
    this.#timeouts.add(exchange, monotonicNs());
    this.#requests.send(connection);
  }

  exchangeEnded(exchange: Exchange): void {
    this.#timeouts.remove(exchange);
    const connected = this.#connecting.get(exchange);
    if (connected !== undefined) {
      connected();
      return;
    }
    this.#underWay--;
    const errorKind =
      exchange.error === null
        ? kinds.answerErrorKind(exchange.isRead, exchange.status)
        : kinds.connectionErrorKind(exchange.error);
    this.recorder.completed(exchange, errorKind);
    const connection = this.#byExchange.get(exchange)!;
    if (exchange.recorded !== null) this.history!.ended(exchange, connection.number, errorKind);
    else if (this.ledger !== null && !exchange.isRead) this.#enterInLedger(this.ledger, exchange, errorKind);
    this.#next(connection, exchange.doneNs, errorKind);
    if (this.#underWay === 0) this.#onDrained?.();
  }

  exchangeResent(exchange: Exchange): void {
    this.recorder.resent(monotonicNs());
    this.history?.resent(exchange, this.#byExchange.get(exchange)!.number);
  }

  exchangeBroke(error: unknown): void {
    this.#hooks.onDefect(error);
  }

  #enterInLedger(ledger: LedgerRecorder, exchange: Exchange, errorKind: string | null): void {
    if (errorKind === null) ledger.acknowledge(exchange.key, exchange.sequence);
    // What was never written cannot take effect; of everything else nobody knows.
    else if (exchange.sentNs !== 0) ledger.leaveUncertain(exchange.key, exchange.sequence);
  }

  #next(connection: Connection, nowNs: number, errorKind: string | null): void {
    if (errorKind === null) {
      connection.errorsInARow = 0;
      this.#pacing.connectionFree(connection, nowNs);
      return;
    }
    connection.errorsInARow++;
    const delayMs = backoffMs(connection.errorsInARow, this.#random);
    setTimeout(() => {
      // Not at once: the old client is still inside the call that reported the error.
      if (kinds.isWorthAnotherTarget(errorKind)) connection.moveToNextTarget();
      this.#pacing.connectionFree(connection, monotonicNs());
    }, delayMs);
  }

  #visitInSystem(visit: (intendedNs: number) => void): void {
    for (const { exchange } of this.#connections) if (exchange.underWay) visit(exchange.intendedNs);
    this.#pacing.visitWaiting(visit);
  }
}
