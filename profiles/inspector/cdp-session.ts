import type { Agent, MessageEvent, WebSocket } from 'undici';
import { ProbeError } from '../probe-error.js';

const CONNECT_TIMEOUT_MS = 5_000;
/** A command waits while the main thread stands in native code; a profile of a large process takes seconds to serialise. */
export const ANSWER_TIMEOUT_MS = 30_000;
/** A CPU profile of two minutes has some ten megabytes. */
const ANSWER_BYTES_MAX = 256 * 1024 * 1024;
/** V8 sends large answers in many pieces. */
const FRAGMENTS_MAX = 1_000_000;
const EXCEPTION_CHARACTERS_MAX = 300;

interface Pending {
  readonly method: string;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** Of Runtime.evaluate and Runtime.callFunctionOn. */
interface RuntimeAnswer {
  readonly result?: { readonly value?: unknown; readonly objectId?: string };
  readonly exceptionDetails?: {
    readonly text?: string;
    readonly exception?: { readonly description?: string };
  };
}

/**
 * One session of the Chrome DevTools Protocol with one process. Sessions of a process do not see each other. When the process wants to exit it would
 * wait for us, so the session leaves at once and what is outstanding fails.
 */
export class CdpSession {
  readonly #socket: WebSocket;
  readonly #agent: Agent;
  readonly #pid: number;
  readonly #socketClosed: Promise<void>;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #closedBecause: string | null = null;

  private constructor(socket: WebSocket, agent: Agent, pid: number) {
    this.#socket = socket;
    this.#agent = agent;
    this.#pid = pid;
    socket.addEventListener('message', (event) => this.#receive(event));
    socket.addEventListener('error', () => this.#end('the connection to its inspector broke'));
    this.#socketClosed = new Promise((resolve) => {
      socket.addEventListener('close', () => {
        this.#end('it ended, or somebody closed its inspector');
        resolve();
      });
    });
  }

  /** @throws ProbeError STRATA_PROBE_FAILED */
  static async connect(address: string, pid: number): Promise<CdpSession> {
    // Only who attaches to a process pays for loading it.
    const { Agent, WebSocket } = await import('undici');
    const agent = new Agent({
      webSocket: { maxPayloadSize: ANSWER_BYTES_MAX, maxFragments: FRAGMENTS_MAX },
      connect: { timeout: CONNECT_TIMEOUT_MS },
    });
    const socket = new WebSocket(address, { dispatcher: agent });
    const session = new CdpSession(socket, agent, pid);
    try {
      await inTime(
        CONNECT_TIMEOUT_MS,
        new Promise<void>((resolve, reject) => {
          socket.addEventListener('open', () => resolve());
          socket.addEventListener('close', () =>
            reject(session.#failure('its inspector took no connection')),
          );
        }),
        () => session.#failure(`its inspector took no connection within ${CONNECT_TIMEOUT_MS} ms`),
      );
      await session.post('NodeRuntime.notifyWhenWaitingForDisconnect', { enabled: true });
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  /** False once the process has ended or the connection is gone. */
  get isOpen(): boolean {
    return this.#closedBecause === null;
  }

  /**
   * Sends one command and gives its result.
   * @throws ProbeError STRATA_PROBE_FAILED when it is refused, when no answer comes in time, or when the process ends
   */
  async post(method: string, params: object = {}, timeoutMs: number = ANSWER_TIMEOUT_MS): Promise<unknown> {
    if (this.#closedBecause !== null) throw this.#failure(this.#closedBecause);
    const id = this.#nextId++;
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#pending.set(id, { method, resolve, reject });
    });
    this.#socket.send(JSON.stringify({ id, method, params }));
    try {
      return await inTime(timeoutMs, answer, () =>
        this.#failure(`it did not answer ${method} within ${timeoutMs} ms; its main thread may be stuck`),
      );
    } finally {
      this.#pending.delete(id);
    }
  }

  /**
   * The value of an expression, a promise's value when it is one.
   * @throws ProbeError STRATA_PROBE_FAILED also when the expression throws
   */
  async evaluate(expression: string): Promise<unknown> {
    return this.#outcome(await this.#run(expression, true)).value;
  }

  /** As `evaluate`, but the value stays in the process; gives the id by which `stopObject` finds it. */
  async evaluateToObject(expression: string): Promise<string> {
    const { objectId } = this.#outcome(await this.#run(expression, false));
    if (objectId === undefined) throw this.#failure('code that was sent to it gave no object');
    return objectId;
  }

  /** Calls the method `stop` of an object in the process and gives its value, a promise's value when it is one. */
  async stopObject(objectId: string): Promise<unknown> {
    const functionDeclaration = 'function () { return this.stop(); }';
    const params = { objectId, functionDeclaration, returnByValue: true, awaitPromise: true, silent: true };
    return this.#outcome(await this.post('Runtime.callFunctionOn', params)).value;
  }

  #run(expression: string, returnByValue: boolean): Promise<unknown> {
    // The command line API has the `require` that versions without process.getBuiltinModule need.
    const how = { awaitPromise: true, includeCommandLineAPI: true, silent: true };
    return this.post('Runtime.evaluate', { expression, returnByValue, ...how });
  }

  #outcome(answer: unknown): { readonly value?: unknown; readonly objectId?: string } {
    const { result, exceptionDetails } = answer as RuntimeAnswer;
    if (exceptionDetails === undefined) return result ?? {};
    const text = String(exceptionDetails.exception?.description ?? exceptionDetails.text);
    throw this.#failure(`code that was sent to it failed: ${text.slice(0, EXCEPTION_CHARACTERS_MAX)}`);
  }

  /** Resolves when the process has cut the connection; without waiting any longer after the time. Nothing may be sent meanwhile. */
  async cut(timeoutMs: number): Promise<void> {
    await settled(this.#socketClosed, timeoutMs);
    await this.close();
  }

  /**
   * Ends the session; V8 then stops whatever was started in it. Twice does nothing. Resolves when the process has confirmed it, because to close the
   * inspector before would be a race inside Node.js.
   */
  async close(): Promise<void> {
    this.#end('the session was closed');
    await settled(this.#socketClosed, CONNECT_TIMEOUT_MS);
    await this.#agent.destroy().catch(() => undefined);
  }

  #receive({ data }: MessageEvent): void {
    let message: { id?: unknown; method?: unknown; result?: unknown; error?: { message?: unknown } };
    try {
      message = JSON.parse(String(data));
    } catch {
      this.#end('its inspector sent what is not JSON');
      return;
    }
    if (message.method === 'NodeRuntime.waitingForDisconnect') this.#end('it ends');
    const pending = typeof message.id === 'number' ? this.#pending.get(message.id) : undefined;
    if (pending === undefined) return;
    if (message.error === undefined) pending.resolve(message.result);
    else pending.reject(this.#failure(`it refused ${pending.method}: ${String(message.error.message)}`));
  }

  #end(because: string): void {
    if (this.#closedBecause !== null) return;
    this.#closedBecause = because;
    this.#socket.close();
    for (const { reject } of this.#pending.values()) reject(this.#failure(because));
  }

  #failure(reason: string): ProbeError {
    return new ProbeError(
      'STRATA_PROBE_FAILED',
      `The capture of process ${this.#pid} failed: ${reason}. Capture again.`,
    );
  }
}

async function inTime<Value>(timeoutMs: number, promise: Promise<Value>, late: () => Error): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), timeoutMs);
  });
  // Whichever loses the race may still reject, with nobody left to hear it.
  promise.catch(() => undefined);
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** Whether it settles or not, it is waited for no longer than that. */
async function settled(promise: Promise<void>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([promise, late]);
  clearTimeout(timer);
}
