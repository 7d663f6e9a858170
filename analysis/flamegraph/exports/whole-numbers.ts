/**
 * Rounds weights to whole numbers whose sum is the rounded sum of the weights: what one loses the next one gets, so each is off by less
 * than one. Formats of whole numbers keep the total of a capture this way.
 */
export function wholeNumbers(weights: readonly number[]): number[] {
  let exact = 0;
  let given = 0;
  return weights.map((weight) => {
    exact += weight;
    const whole = Math.round(exact) - given;
    given += whole;
    return whole;
  });
}
