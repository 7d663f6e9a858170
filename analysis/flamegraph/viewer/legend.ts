import { LAYER_COLOURS, layerColour } from '../../charts/colours.js';
import { t, translated } from '../../language/language.js';
import { percent } from '../../tables/format.js';
import type { PageDocument, PageElement } from './dom.js';
import type { Graph } from './graph.js';
import type { Side } from './layout.js';
import { changeKeys, KIND_NAMES, layerFill } from './look.js';

export interface LayerKey {
  readonly layer: string;
  readonly shown: boolean;
  /** Of what is drawn; null for a layer that is hidden, and where shares of layers would not sum to the picture. */
  readonly share: number | null;
  /** Layers that are hidden once this key is pressed. */
  readonly next: readonly string[];
}

/** The layers of a graph in the order of every chart. `whole`: weight of the picture, 0 for no shares. */
export function layerKeys(
  graph: Graph,
  { hidden, side, whole }: { hidden: readonly string[]; side: Side; whole: number },
): LayerKey[] {
  const weights = new Map<string, number>();
  for (const { layer, weight, before } of graph.stacks)
    weights.set(layer, (weights.get(layer) ?? 0) + (side === 'after' ? weight : before));
  const order = Object.keys(LAYER_COLOURS);
  return [...weights]
    .sort(([one], [other]) => order.indexOf(one) - order.indexOf(other))
    .map(([layer, weight]) => {
      const shown = !hidden.includes(layer);
      const next = shown ? [...hidden, layer].sort() : hidden.filter((name) => name !== layer);
      return { layer, shown, share: shown && whole > 0 ? weight / whole : null, next };
    });
}

/** A button for a layer; pressed while the layer is shown. */
export function layerButton(
  document: PageDocument,
  { layer, shown, share, next }: LayerKey,
  press: (hidden: readonly string[]) => void,
): PageElement {
  const button = document.createElement('button');
  button.append(swatch(document, layerColour(layer)), share === null ? layer : `${layer} ${percent(share)}`);
  button.setAttribute('type', 'button');
  button.setAttribute('aria-pressed', String(shown));
  button.setAttribute('title', shown ? t`hide ${layer}` : t`show ${layer}`);
  button.addEventListener('click', () => press(next));
  return button;
}

/** What shades, hatching and the colours of a change mean. */
export function textureKeys(document: PageDocument, graph: Graph, byChange: boolean): PageElement[] {
  const kinds = new Set(graph.frames.map(({ kind }) => kind));
  const shades = KIND_NAMES.filter(([kind]) => kinds.has(kind) && kind !== 'kernel').map(
    ([kind, name]) => [translated(name), layerFill('network', kind)] as const,
  );
  const keys = [
    ...(byChange ? changeKeys(graph.compared?.names) : shades),
    ...(kinds.has('kernel') ? [[t`kernel`, ''] as const] : []),
  ];
  return keys.map(([name, colour]) => {
    const entry = document.createElement('span');
    entry.className = 'muted';
    entry.append(swatch(document, colour), name);
    return entry;
  });
}

/** A small square of a colour; hatched for none. */
function swatch(document: PageDocument, colour: string): PageElement {
  const square = document.createElement('span');
  square.className = colour === '' ? 'swatch hatched' : 'swatch';
  if (colour !== '') square.style.background = colour;
  return square;
}
