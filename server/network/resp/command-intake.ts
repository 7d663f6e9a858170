import type { Call, CallOwner } from './call.js';
import { CommandParser, Parsed } from './command-parser.js';
import { type CommandSpec, command } from './command-spec.js';
import { errorReply, overloaded, unknownCommand } from './error-replies.js';
import { failure, latin1 } from './reply.js';
import type { RespContext } from './resp-context.js';
import { connectionBytesMax, pendingBytesSpared } from './resp-limits.js';

/** What a name resolves to: the command, or the name when there is none. */
type Name = CommandSpec | string;

/** Stands for what is no command. */
const strangeCommand = command({
  name: '',
  arity: 0,
  effect: 'local',
  group: 'connection',
  summary: '',
  run: () => {},
});

/** Bytes of one connection in, calls out; and the account of what they hold, here and in `context.load`. */
export class CommandIntake {
  /** When the bytes at hand were read. */
  receivedNs = 0;
  readonly #context: RespContext;
  readonly #owner: CallOwner;
  readonly #parser: CommandParser<Name>;
  /** Of calls that are not answered, and of a command whose end has not come. */
  #callBytes = 0;
  #parserBytes = 0;

  constructor(context: RespContext, owner: CallOwner) {
    this.#context = context;
    this.#owner = owner;
    this.#parser = new CommandParser(context.parserLimits, (bytes, start, end) => {
      const spec = context.table.find(bytes, start, end);
      return spec ?? latin1(bytes.subarray(start, Math.min(end, start + 128)));
    });
  }

  /** A command has begun and not ended. */
  get isInside(): boolean {
    return this.#parser.isInside;
  }

  /** Commands hold so many bytes that no more should be read. */
  get isFull(): boolean {
    return this.#callBytes >= connectionBytesMax(this.#context.limits);
  }

  /** The bytes of an unfinished command are too many, now that the whole listener holds too many. */
  get isBurden(): boolean {
    const { load, limits } = this.#context;
    return this.#parserBytes > pendingBytesSpared && load.bytes > limits.waitingBytesMax;
  }

  push(chunk: Buffer): void {
    this.#context.metrics.bytesIn.add(chunk.length);
    this.#parser.push(chunk);
  }

  /** The next call; null when its end has not come, `broken` when the bytes are no commands, `foreign` when they are HTTP. */
  next(): Call | 'broken' | 'foreign' | null {
    const parser = this.#parser;
    // The role of a stranger may change with every command.
    parser.stranger = this.#owner.session.role === 'none';
    const parsed = parser.next();
    if (parsed === Parsed.Command) {
      if (isForeign(parser.name)) {
        this.#context.clientLog.warn({ client: this.#owner.session.address }, 'HTTP came to the RESP port');
        return 'foreign';
      }
      return this.#callOf(parser);
    }
    const { load } = this.#context;
    load.bytes += parser.heldBytes - this.#parserBytes;
    this.#parserBytes = parser.heldBytes;
    return parsed === Parsed.Broken ? 'broken' : null;
  }

  /** Counts a protocol error; gives the answer to it. */
  faultReply(): string {
    const { metrics, clientLog } = this.#context;
    const { fault } = this.#parser;
    metrics.protocolErrors.add(1);
    clientLog.warn({ client: this.#owner.session.address, reason: fault }, 'RESP protocol error');
    return failure(`ERR Protocol error: ${fault}`);
  }

  /** A call that is answered already and belongs to no command. */
  lastWord(reply: string): Call {
    const call = this.#newCall();
    call.spec = strangeCommand;
    call.refusal = reply;
    return call;
  }

  /** The call is answered, or its client is gone. */
  release(call: Call): void {
    const { load, calls } = this.#context;
    load.calls -= 1;
    load.bytes -= call.bytes;
    this.#callBytes -= call.bytes;
    // The service still owes an answer: the call comes back when it is there.
    if (call.isPending) call.owner = null;
    else calls.release(call);
  }

  close(): void {
    this.#context.load.bytes -= this.#parserBytes;
    this.#parserBytes = 0;
  }

  #callOf({ name, args, bytes, refusal }: CommandParser<Name>): Call {
    const { load, limits } = this.#context;
    const call = this.#newCall();
    call.bytes = bytes;
    load.bytes += bytes;
    this.#callBytes += bytes;
    if (typeof name === 'string') {
      call.spec = strangeCommand;
      call.refusal = unknownCommand(name, args);
      return call;
    }
    const { session } = this.#owner;
    session.lastCommand = name.name;
    session.lastCommandNs = this.receivedNs;
    session.commands += 1;
    call.spec = name;
    if (refusal !== null) call.refusal = errorReply(refusal);
    else if (load.calls > limits.requestsInFlightMax && name.effect !== 'local') {
      call.refusal = overloaded(load.calls - 1, limits.requestsInFlightMax);
    } else call.args = args;
    return call;
  }

  #newCall(): Call {
    const { calls, metrics, load } = this.#context;
    const call = calls.take();
    metrics.commands.add(1);
    load.calls += 1;
    call.owner = this.#owner;
    call.receivedNs = this.receivedNs;
    return call;
  }
}

/** A browser made to talk to this port: what follows its headers is a stranger's choice (as in Redis). */
function isForeign(name: Name): boolean {
  return typeof name === 'string' && /^(post|host:)$/i.test(name);
}
