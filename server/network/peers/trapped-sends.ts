import { type Message, MessageType } from '../../consensus/messages.js';
import type { Transport } from '../../ports/transport.js';

/** The messages whose leaving is a step of the protocol that a test may cut off. */
const STEPS = {
  [MessageType.Append]: 'send-append',
  [MessageType.AppendResponse]: 'send-append-response',
  [MessageType.Vote]: 'send-vote',
  [MessageType.VoteResponse]: 'send-vote-response',
  [MessageType.HeartbeatResponse]: 'send-heartbeat-response',
} as const;
type Step = (typeof STEPS)[keyof typeof STEPS];

export interface SendTrap {
  before(step: Step): boolean;
  after(step: Step): void;
}

/** Lets a trap see every message that leaves. For tests: the transport is changed in place, because it lives no longer than the process. */
export function trapSends(transport: Transport, trap: SendTrap): void {
  const send = transport.send.bind(transport);
  transport.send = (messages) => {
    const steps = messages.map(stepOf).filter((step) => step !== null);
    for (const step of steps) trap.before(step);
    send(messages);
    // Frames are written at the end of the turn: by then the kernel has them, and a kill does not take them back.
    setImmediate(() => {
      for (const step of steps) trap.after(step);
    });
  };
}

function stepOf({ type }: Message): Step | null {
  return type in STEPS ? STEPS[type as keyof typeof STEPS] : null;
}
