/**
 * P values of several tests, adjusted so that with all of them below `alpha` the chance of a single false one is at most `alpha`,
 * however the tests depend on each other. Holm, Scand. J. Statist. 6 (1979). In the order given.
 */
export function holm(values: readonly number[]): number[] {
  const order = values.map((_, index) => index).sort((one, other) => values[one]! - values[other]!);
  const adjusted: number[] = new Array(values.length);
  let least = 0;
  order.forEach((index, rank) => {
    // A later test is never more certain than an earlier one.
    least = Math.min(1, Math.max(least, values[index]! * (values.length - rank)));
    adjusted[index] = least;
  });
  return adjusted;
}
