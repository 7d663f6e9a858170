/** One colour per layer in every chart and flamegraph; mid tones that carry dark text and stand on white and on black. */
export const LAYER_COLOURS: Readonly<Record<string, string>> = {
  client: '#b6bcc4',
  network: '#6cb2eb',
  consensus: '#b79cf0',
  log: '#f2c14e',
  io: '#f0866b',
  state: '#6fcf97',
  runtime: '#8fd6d2',
  gc: '#e79bc5',
  idle: '#d5dae0',
  unattributed: '#a9a399',
};

/** Ours, the document's, and further series. */
export const SERIES_COLOURS = ['#4c9be0', '#a9b1ba', '#e0a13a', '#62b98a', '#b79cf0', '#e07a6a'] as const;

export const STRATEGY_COLOURS = { A: '#e07a6a', B: '#e0a13a', C: '#a9b1ba', G: '#4c9be0' } as const;

export function layerColour(layer: string): string {
  return LAYER_COLOURS[layer] ?? LAYER_COLOURS.unattributed!;
}

export function seriesColour(index: number): string {
  return SERIES_COLOURS[index % SERIES_COLOURS.length]!;
}
