import { type IncomingMessage, request } from 'node:http';
import { until } from './real-clock.js';

export interface ServerEvent {
  readonly event: string;
  readonly id: string | null;
  readonly data: Record<string, unknown>;
}

/** A client of server-sent events that keeps all it got. */
export class EventStream {
  readonly events: ServerEvent[] = [];
  readonly response: IncomingMessage;
  isEnded = false;
  #text = '';

  private constructor(response: IncomingMessage) {
    this.response = response;
    response.setEncoding('utf8');
    response.on('data', (text: string) => this.#take(text));
    response.on('end', () => {
      this.isEnded = true;
    });
    response.on('error', () => {});
  }

  static open(port: number, path: string, headers: Record<string, string> = {}): Promise<EventStream> {
    return new Promise((resolve, reject) => {
      const call = request({ host: '127.0.0.1', port, path, headers, agent: false }, (response) =>
        resolve(new EventStream(response)),
      );
      call.on('error', reject);
      call.end();
    });
  }

  of(event: string): ServerEvent[] {
    return this.events.filter((one) => one.event === event);
  }

  async waitFor(event: string, count: number): Promise<ServerEvent[]> {
    await until(() => this.of(event).length >= count, `${count} events ${event}`);
    return this.of(event);
  }

  close(): void {
    this.response.destroy();
  }

  #take(text: string): void {
    this.#text += text;
    const blocks = this.#text.split('\n\n');
    this.#text = blocks.pop()!;
    for (const block of blocks) {
      const fields = new Map(
        block.split('\n').map((line) => [line.split(': ')[0]!, line.slice(line.indexOf(':') + 2)]),
      );
      const data = fields.get('data');
      if (data === undefined) continue;
      this.events.push({
        event: fields.get('event') ?? 'message',
        id: fields.get('id') ?? null,
        data: JSON.parse(data) as Record<string, unknown>,
      });
    }
  }
}
