import type { Random } from '../../../server/sim/random.js';
import { StateMachine } from '../../../server/state/state-machine.js';
import { StateRestorer } from '../../../server/state/state-restorer.js';
import { mutate as mutateBytes } from '../engine/mutate.js';
import { cuttings, equal, must, verdict } from '../engine/properties.js';
import type { Target } from '../engine/target.js';
import { COMMANDS, MEMBER, MEMBERSHIP, stateBytes } from './snapshot-state-seeds.js';

const ITEM_HEAD_BYTES = 4;

/** The state in a snapshot: the same however it is cut; an accepted one is written again to the same bytes. */
export const target: Target = {
  name: 'snapshot-state',
  about: 'the state in a snapshot or a backup: members, sessions, keys',
  sources: [
    'server/state/state-restorer',
    'server/state/snapshot-format',
    'server/state/byte-reader',
    'server/state/membership-codec',
    'server/state/result-codec',
  ],
  dictionary: [
    Buffer.of(0, 0, 0, 0),
    Buffer.of(0x7f, 0xff, 0xff, 0xff),
    Buffer.of(0xff, 0xff, 0xff, 0xff),
    Buffer.of(0xc3, 0x28),
  ],
  seeds: () => [
    { name: 'empty', bytes: stateBytes(new StateMachine()) },
    { name: 'everything', bytes: stateBytes(everything()) },
  ],
  mutate,
  run(input) {
    const outcomes = cuttings(input).map((pieces) => verdict(() => restored(pieces)));
    const again = outcomes.map((outcome) =>
      'ok' in outcome ? must('snapshot', () => stateBytes(outcome.ok)).toString('hex') : outcome.refused,
    );
    for (const one of again) equal('another cut', one, again[0]);
    if ('ok' in outcomes[0]!) equal('state again', again[0], input.toString('hex'));
  },
};

function restored(pieces: readonly Buffer[]): StateMachine {
  const restorer = new StateRestorer('snapshot');
  for (const piece of pieces) restorer.push(piece);
  return restorer.finish();
}

function everything(): StateMachine {
  const machine = new StateMachine();
  machine.bootstrap([MEMBER]);
  let index = 0;
  machine.applyMembership(++index, MEMBERSHIP);
  for (const { bytes } of [...COMMANDS, ...COMMANDS]) machine.apply(++index, bytes);
  return machine;
}

/** Changes within one item, whose length follows; or takes, doubles or moves a whole item. */
function mutate(input: Buffer, random: Random): Buffer {
  const items: Buffer[] = [];
  for (let at = 1; at + ITEM_HEAD_BYTES <= input.length; ) {
    const end = at + ITEM_HEAD_BYTES + input.readUInt32BE(at);
    items.push(input.subarray(at + ITEM_HEAD_BYTES, end));
    at = end;
  }
  if (items.length === 0) return input;
  const at = random.between(0, items.length - 1);
  const kind = random.between(0, 7);
  if (kind === 0) items.splice(at, 1);
  else if (kind === 1) items.splice(at, 0, items[random.between(0, items.length - 1)]!);
  else if (kind === 2) [items[0], items[at]] = [items[at]!, items[0]!];
  else items[at] = mutateBytes(items[at]!, random, items, [], 4_096);
  const parts: Buffer[] = [input.subarray(0, 1)];
  for (const item of items) {
    const head = Buffer.alloc(ITEM_HEAD_BYTES);
    head.writeUInt32BE(item.length);
    parts.push(head, item);
  }
  return Buffer.concat(parts);
}
