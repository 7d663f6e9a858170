import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'chrome'];
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--window-size=1200,900',
  '--remote-debugging-pipe',
];
/** One answer of the browser; a machine under load is slow to start it. */
const ANSWER_MS_MAX = 60_000;
const END_MS_MAX = 5_000;

/** The browser of this machine, null where there is none. */
export function findBrowser(): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const paths = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return paths.find((path) => existsSync(path)) ?? null;
}

interface Answer {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

export interface Viewport {
  readonly width: number;
  readonly height: number;
  readonly theme: 'light' | 'dark';
}

/** A page in a browser without a window, driven by the DevTools protocol over pipes: no port, no dependency. */
export class HeadlessBrowser {
  readonly #child: ChildProcess;
  readonly #profile: string;
  readonly #waiting = new Map<
    number,
    { resolve: (answer: Answer) => void; reject: (error: Error) => void }
  >();
  #next = 1;
  #session: string | null = null;
  #rest = '';
  #events: { readonly method: string; readonly params: Record<string, unknown> }[] | null = null;

  private constructor(path: string) {
    this.#profile = mkdtempSync(join(tmpdir(), 'strata-browser-'));
    const stdio = ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] as const;
    this.#child = spawn(path, [...FLAGS, `--user-data-dir=${this.#profile}`], { stdio: [...stdio] });
    const fail = (error: Error): void => {
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
    };
    this.#child.on('error', fail);
    this.#child.on('exit', (code) => fail(new Error(`the browser ended with ${code}`)));
    this.#input.on('error', fail);
    (this.#child.stdio[4] as Readable)
      .setEncoding('utf8')
      .on('data', (chunk: string) => this.#receive(chunk));
  }

  static async open(path: string, url: string): Promise<HeadlessBrowser> {
    const browser = new HeadlessBrowser(path);
    const { targetId } = await browser.#send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await browser.#send('Target.attachToTarget', { targetId, flatten: true });
    browser.#session = sessionId as string;
    await browser.go(url);
    return browser;
  }

  /** Loads a page and waits until its scripts have run. */
  async go(url: string): Promise<void> {
    // A page that differs in the part behind # alone would not be loaded again.
    await this.#send('Page.navigate', { url: 'about:blank' });
    await this.#send('Page.navigate', { url });
    await this.until(`location.href.startsWith('file:') && document.readyState === 'complete'`);
  }

  async evaluate<T>(expression: string): Promise<T> {
    const answer = await this.#send('Runtime.evaluate', {
      expression,
      returnByValue: true,
      awaitPromise: true,
    });
    const { result, exceptionDetails } = answer as {
      result: { value: T };
      exceptionDetails?: { text: string };
    };
    if (exceptionDetails !== undefined) throw new Error(`${exceptionDetails.text}: ${expression}`);
    return result.value;
  }

  /** Waits for something that must come true. */
  async until(expression: string): Promise<void> {
    const deadline = Date.now() + ANSWER_MS_MAX;
    while (!(await this.evaluate<boolean>(`Boolean(${expression})`).catch(() => false))) {
      if (Date.now() > deadline) throw new Error(`it did not come true that ${expression}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** From now on errors, lines of the console and requests are kept. */
  async watch(): Promise<void> {
    this.#events = [];
    for (const domain of ['Runtime', 'Log', 'Network']) await this.#send(`${domain}.enable`, {});
  }

  /** What went wrong since `watch()`, and every address that was asked for. */
  get seen(): { readonly errors: readonly string[]; readonly requests: readonly string[] } {
    const of = (method: string): Record<string, unknown>[] =>
      (this.#events ?? []).filter((event) => event.method === method).map(({ params }) => params);
    const errors = [
      ...of('Runtime.exceptionThrown'),
      ...of('Runtime.consoleAPICalled'),
      ...of('Log.entryAdded'),
    ];
    const requests = of('Network.requestWillBeSent').map(({ request }) => (request as { url: string }).url);
    return { errors: errors.map((error) => JSON.stringify(error)), requests };
  }

  async look({ width, height, theme }: Viewport): Promise<void> {
    const size = { width, height, deviceScaleFactor: 1, mobile: false };
    await this.#send('Emulation.setDeviceMetricsOverride', size);
    const features = [{ name: 'prefers-color-scheme', value: theme }];
    await this.#send('Emulation.setEmulatedMedia', { features });
  }

  /** What is in view, as PNG in base64. */
  async picture(): Promise<string> {
    const { data } = await this.#send('Page.captureScreenshot', { format: 'png' });
    return data as string;
  }

  async press(key: string): Promise<void> {
    const text = key.length === 1 ? { text: key } : key === 'Enter' ? { text: '\r' } : {};
    await this.#send('Input.dispatchKeyEvent', { type: 'keyDown', key, ...text });
    await this.#send('Input.dispatchKeyEvent', { type: 'keyUp', key });
  }

  async click(x: number, y: number): Promise<void> {
    const at = { x, y, button: 'left', clickCount: 1 };
    await this.#send('Input.dispatchMouseEvent', { type: 'mouseMoved', x, y });
    await this.#send('Input.dispatchMouseEvent', { type: 'mousePressed', ...at });
    await this.#send('Input.dispatchMouseEvent', { type: 'mouseReleased', ...at });
  }

  async close(): Promise<void> {
    const ended = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), END_MS_MAX);
    await ended;
    clearTimeout(timer);
    await removeWhenQuiet(this.#profile);
  }

  get #input(): Writable {
    return this.#child.stdio[3] as Writable;
  }

  #send(method: string, params: object): Promise<Record<string, unknown>> {
    const id = this.#next++;
    const session = this.#session === null ? {} : { sessionId: this.#session };
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer to ${method}`)), ANSWER_MS_MAX);
      this.#waiting.set(id, {
        resolve: ({ result, error }) => {
          clearTimeout(timer);
          if (error !== undefined) reject(new Error(`${method}: ${error.message}`));
          else resolve(result ?? {});
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
      this.#input.write(`${JSON.stringify({ id, method, params, ...session })}\0`);
    });
  }

  /** Messages end with a zero byte. */
  #receive(chunk: string): void {
    const messages = (this.#rest + chunk).split('\0');
    this.#rest = messages.pop()!;
    for (const message of messages) {
      const answer = JSON.parse(message) as Answer;
      if (answer.id === undefined) {
        this.#events?.push({ method: answer.method ?? '', params: answer.params ?? {} });
        continue;
      }
      this.#waiting.get(answer.id)?.resolve(answer);
      this.#waiting.delete(answer.id);
    }
  }
}

const REMOVALS_MAX = 50;

/** Helpers of the browser outlive it by a moment and still write: what they add while a folder is being emptied keeps it from going. */
async function removeWhenQuiet(folder: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      rmSync(folder, { recursive: true, force: true });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOTEMPTY' || attempt === REMOVALS_MAX) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
