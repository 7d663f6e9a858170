/** Round numbers from zero to at least `max`: steps of 1, 2 or 5 times a power of ten, at most about `count` of them. */
export function linearTicks(max: number, count = 5): readonly number[] {
  // Below this a step would lose its digits, and a step of zero never arrives.
  if (!(max > 1e-12 && max < 1e300)) return [0, 1];
  const rough = max / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough)!;
  const ticks: number[] = [];
  for (let index = 0; ; index += 1) {
    // Multiplied, not summed up: 0.1 + 0.1 + 0.1 is not 0.3.
    const tick = Number((index * step).toPrecision(12));
    ticks.push(tick);
    if (tick >= max) return ticks;
  }
}

/** Powers of ten that enclose the range; what lies below 1e-12 counts as 1e-12. */
export function logTicks(min: number, max: number): readonly number[] {
  const first = Math.floor(Math.log10(Math.max(min, 1e-12)) + 1e-9);
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(max, 1e-12)) - 1e-9));
  const ticks: number[] = [];
  for (let exponent = first; exponent <= last; exponent += 1) ticks.push(Number(`1e${exponent}`));
  return ticks;
}

/** Maps `[from, to]` to `[low, high]`; a range of no width maps to `low`. */
export function linear(from: number, to: number, low: number, high: number): (value: number) => number {
  const width = to - from;
  return (value) => (width === 0 ? low : low + ((value - from) / width) * (high - low));
}
