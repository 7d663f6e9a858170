import type { PageElement } from './dom.js';
import type { ViewState } from './state.js';

/** Each button says what pressing it brings. Those of a comparison are there for one only. */
export function showButtons(
  part: (id: string) => PageElement,
  { shape, direction, side, colour }: ViewState,
  compares: boolean,
): void {
  part('shape').textContent = shape === 'icicle' ? 'Flame' : 'Icicle';
  part('direction').textContent = direction === 'down' ? 'Bottom up' : 'Top down';
  part('side').textContent = side === 'after' ? 'Widths as before' : 'Widths as after';
  part('colour').textContent = colour === 'change' ? 'Colour by layer' : 'Colour by change';
  for (const id of ['side', 'colour']) part(id).hidden = !compares;
}
