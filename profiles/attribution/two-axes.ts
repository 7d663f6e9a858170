import { type CpuCapture, LAYERS, type LayerName, PSEUDO_LAYERS } from '../../results/schema/index.js';

/** Self time summed by layer, by mechanism and by cell; every microsecond is in exactly one cell. */
export class TwoAxes {
  readonly #layers = Object.fromEntries([...LAYERS, ...PSEUDO_LAYERS].map((name) => [name, 0])) as Record<
    LayerName,
    number
  >;
  readonly #mechanisms = new Map<string, number>();
  readonly #cells = new Map<string, { layer: LayerName; mechanism: string; us: number }>();

  add(layer: LayerName, mechanism: string, us: number): void {
    this.#layers[layer] += us;
    this.#mechanisms.set(mechanism, (this.#mechanisms.get(mechanism) ?? 0) + us);
    const cell = this.#cells.get(`${layer} ${mechanism}`);
    if (cell === undefined) this.#cells.set(`${layer} ${mechanism}`, { layer, mechanism, us });
    else cell.us += us;
  }

  document(): Pick<CpuCapture, 'layers' | 'mechanisms' | 'matrix'> {
    const cells = [...this.#cells.values()];
    return {
      layers: this.#layers,
      mechanisms: Object.fromEntries([...this.#mechanisms].sort(byTimeThenName)),
      matrix: cells.sort((a, b) => b.us - a.us || compareText(a.layer + a.mechanism, b.layer + b.mechanism)),
    };
  }
}

function byTimeThenName(a: readonly [string, number], b: readonly [string, number]): number {
  return b[1] - a[1] || compareText(a[0], b[0]);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
