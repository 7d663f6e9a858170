import { Random } from '../../loadgen/random.js';

/** Keeps the order of arms apart from whatever else is drawn from the same seed. */
const ORDER_STREAM = 0x1ab;

/**
 * The order of the arms in every round: each arm once a round, in an order drawn anew, so that a machine that slows down, or an arm that leaves something behind,
 * meets all arms alike.
 */
export function drawRounds(arms: readonly string[], rounds: number, seed: number): readonly string[][] {
  const random = new Random(seed, ORDER_STREAM);
  return Array.from({ length: rounds }, () => {
    const order = [...arms];
    for (let left = order.length - 1; left > 0; left -= 1) {
      const other = random.nextBelow(left + 1);
      [order[left], order[other]] = [order[other]!, order[left]!];
    }
    return order;
  });
}
