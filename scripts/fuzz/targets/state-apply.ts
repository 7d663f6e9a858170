import type { Random } from '../../../server/sim/random.js';
import { isCommand } from '../../../server/state/command-codec.js';
import { decodeMembershipContext } from '../../../server/state/membership-codec.js';
import { StateMachine } from '../../../server/state/state-machine.js';
import { StateRestorer } from '../../../server/state/state-restorer.js';
import { mutate as mutateBytes } from '../engine/mutate.js';
import { equal, must, verdict } from '../engine/properties.js';
import type { Target } from '../engine/target.js';
import { COMMANDS, MEMBER, MEMBERSHIP, stateBytes } from './snapshot-state-seeds.js';

/** Stands before a change of membership; no command begins so. */
const MEMBERSHIP_MARK = 0xee;

/**
 * Commands one behind the other, each with its length in two bytes. What `isCommand` lets through a state machine must apply, whatever it says:
 * once it is in the log, every node would end over it. And the state must come out of its own snapshot as it was.
 */
export const target: Target = {
  name: 'state-apply',
  about: 'accepted commands applied, the state taken and restored',
  sources: [
    'server/state/state-machine',
    'server/state/operations',
    'server/state/session-table',
    'server/state/store',
    'server/state/state-snapshot',
  ],
  seeds: () => [
    ...COMMANDS.map(({ name, bytes }) => ({
      name,
      bytes: joined([COMMANDS[2]!.bytes, COMMANDS[2]!.bytes, COMMANDS[2]!.bytes, bytes]),
    })),
    {
      name: 'all',
      bytes: joined([
        ...COMMANDS.map(({ bytes }) => bytes),
        Buffer.concat([Buffer.of(MEMBERSHIP_MARK), MEMBERSHIP]),
      ]),
    },
  ],
  mutate,
  run(input) {
    const machine = new StateMachine();
    machine.bootstrap([MEMBER]);
    let index = 0;
    for (const command of parts(input)) {
      if (command[0] === MEMBERSHIP_MARK) {
        const context = command.subarray(1);
        if ('ok' in verdict(() => decodeMembershipContext(context)))
          must('change of membership', () => machine.applyMembership(++index, context));
      } else if (isCommand(command)) must('apply', () => machine.apply(++index, command));
    }
    const state = must('snapshot', () => stateBytes(machine));
    const restorer = new StateRestorer('snapshot');
    const again = must('restore', () => {
      restorer.push(state);
      return restorer.finish();
    });
    equal('state again', stateBytes(again).toString('hex'), state.toString('hex'));
    equal('memory again', again.stateBytes, machine.stateBytes);
    equal('expiry again', again.nextExpiryMs, machine.nextExpiryMs);
  },
  steps: { base: 2_000_000, perByte: 4_000 },
};

function* parts(input: Buffer): Iterable<Buffer> {
  for (let at = 0; at + 2 <= input.length; ) {
    const end = at + 2 + input.readUInt16BE(at);
    yield input.subarray(at + 2, end);
    at = end;
  }
}

function joined(commands: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    commands.flatMap((command) => [Buffer.of(command.length >>> 8, command.length & 0xff), command]),
  );
}

function mutate(input: Buffer, random: Random): Buffer {
  const commands = [...parts(input)];
  if (commands.length === 0) return input;
  const at = random.between(0, commands.length - 1);
  const kind = random.between(0, 5);
  if (kind === 0) commands.splice(at, 1);
  else if (kind === 1) commands.push(random.pick(commands));
  else commands[at] = mutateBytes(commands[at]!, random, commands, [], 2_000);
  return joined(commands);
}
