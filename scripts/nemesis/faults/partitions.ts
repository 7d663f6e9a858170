import { type FaultContext, type FaultKind, type FaultOutcome, findLeader, last, shuffled } from './fault.js';

/** Whether `from` cannot reach `to`; `order` has the leader first. */
type Cut = (from: number, to: number, order: readonly number[]) => boolean;

interface Shape {
  readonly name: string;
  readonly cut: Cut;
  /** The leader and those with it are fewer than half: it must stop to lead. */
  readonly minority: boolean;
  readonly nodesMin?: number;
}

export const SHAPES: readonly Shape[] = [
  { name: 'isolate-leader', minority: true, cut: (from, to, [leader]) => from === leader || to === leader },
  {
    name: 'leader-in-minority',
    minority: true,
    // Of three it is the leader alone: that is `isolate-leader`.
    nodesMin: 5,
    cut: (from, to, order) => {
      const size = Math.floor((order.length - 1) / 2);
      return order.indexOf(from) < size !== order.indexOf(to) < size;
    },
  },
  {
    name: 'halves',
    minority: false,
    cut: (from, to, order) => {
      const size = Math.floor(order.length / 2) + 1;
      return order.indexOf(from) < size !== order.indexOf(to) < size;
    },
  },
  {
    // Two halves that do not see each other, and one node that sees both.
    name: 'bridge',
    minority: false,
    cut: (from, to, order) => {
      const middle = Math.floor(order.length / 2);
      const [a, b] = [order.indexOf(from), order.indexOf(to)];
      return (a < middle && b > middle) || (a > middle && b < middle);
    },
  },
  // Heartbeats go out, nothing comes in: it must not lead for ever (A2.3).
  { name: 'leader-deaf', minority: false, cut: (_from, to, [leader]) => to === leader },
  { name: 'leader-mute', minority: false, cut: (from, _to, [leader]) => from === leader },
  {
    // Each sees its two neighbours: a majority of five for everybody, and a different one.
    name: 'ring',
    minority: false,
    // Of three everybody is everybody's neighbour.
    nodesMin: 4,
    cut: (from, to, order) => {
      const distance = Math.abs(order.indexOf(from) - order.indexOf(to));
      return distance !== 1 && distance !== order.length - 1;
    },
  },
];

export const PARTITIONS: readonly FaultKind[] = SHAPES.map((shape) => ({
  name: shape.name,
  group: 'partition',
  ...(shape.nodesMin === undefined ? {} : { nodesMin: shape.nodesMin }),
  // An election time-out has to pass before a cut is noticed at all.
  lengthMsMin: 1_500,
  run: (context) => partition(context, shape),
}));

async function partition(context: FaultContext, { cut, minority }: Shape): Promise<FaultOutcome> {
  const { fleet, random } = context;
  const leader = await findLeader(context);
  const blocked = random.nextFloat() < 0.5 ? 'hold' : 'drop';
  const members = leader?.members.map(({ id }) => id) ?? fleet.nodes.map(({ id }) => id);
  const others = shuffled(
    members.filter((id) => id !== leader?.id),
    random,
  );
  const order = leader === null ? others : [leader.id, ...others];
  const undo: (() => void)[] = [];
  for (const from of order)
    for (const to of order)
      if (from !== to && cut(from, to, order)) undo.push(fleet.links.impose(from, to, { blocked }));
  await last(context);
  for (const heal of undo) heal();
  return {
    happened: undo.length > 0,
    detail: `${blocked}, leader ${leader?.id ?? 'none'}, order ${order.join(' ')}`,
    leaderInMinority: minority && leader !== null && order.length > 2,
  };
}
