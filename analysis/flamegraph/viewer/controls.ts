import { t } from '../../language/language.js';
import type { PageElement } from './dom.js';
import type { Graph } from './graph.js';
import type { ViewState } from './state.js';
import { sideNames } from './words.js';

/** Each button says what pressing it brings. Those of a comparison are there for one only. */
export function showButtons(
  part: (id: string) => PageElement,
  { shape, direction, side, colour }: ViewState,
  graph: Graph,
): void {
  part('shape').textContent = shape === 'icicle' ? t`Flame` : t`Icicle`;
  part('direction').textContent = direction === 'down' ? t`Bottom up` : t`Top down`;
  const names = sideNames(graph);
  part('side').textContent = t`Widths as ${side === 'after' ? names.before : names.after}`;
  part('colour').textContent = colour === 'change' ? t`Colour by layer` : t`Colour by change`;
  for (const id of ['side', 'colour']) part(id).hidden = graph.compared === null;
}
