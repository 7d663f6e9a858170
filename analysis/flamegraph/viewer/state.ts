import type { Side } from './layout.js';
import type { Direction } from './tree.js';

/** `icicle`: callers above. `flame`: callers below. */
export type Shape = 'icicle' | 'flame';

/** Everything that a link to a view keeps. */
export interface ViewState {
  readonly graph: string;
  /** Frames from the root to what fills the width. */
  readonly zoom: readonly number[];
  readonly find: string;
  readonly hidden: readonly string[];
  readonly shape: Shape;
  readonly direction: Direction;
  /** Frame whose callers (`up`) or callees (`down`) are shown; null for everything. */
  readonly focus: number | null;
  readonly side: Side;
  readonly colour: 'layer' | 'change';
}

export function startState(graph: string): ViewState {
  const whole = { zoom: [], find: '', hidden: ['idle'], focus: null } as const;
  return { graph, ...whole, shape: 'icicle', direction: 'down', side: 'after', colour: 'change' };
}

/** The part of a link behind `#`: what differs from the start, in words that a reader can change. */
export function stateToHash(state: ViewState): string {
  const start = startState(state.graph);
  const parts: [string, string][] = [['graph', state.graph]];
  if (state.zoom.length > 0) parts.push(['zoom', state.zoom.join('.')]);
  if (state.find !== '') parts.push(['find', state.find]);
  if (state.hidden.join() !== start.hidden.join()) parts.push(['hide', state.hidden.join('.')]);
  if (state.shape !== start.shape) parts.push(['shape', state.shape]);
  if (state.direction !== start.direction) parts.push(['view', state.direction]);
  if (state.focus !== null) parts.push(['of', String(state.focus)]);
  if (state.side !== start.side) parts.push(['widths', state.side]);
  if (state.colour !== start.colour) parts.push(['colour', state.colour]);
  return parts.map(([key, value]) => `${key}=${encodeURIComponent(wellFormed(value))}`).join('&');
}

/** Reads a link; what it does not say, or says wrongly, is as at the start. */
export function hashToState(hash: string, graphs: readonly string[]): ViewState {
  const values = new Map<string, string>();
  for (const part of hash.replace(/^#/, '').split('&')) {
    const at = part.indexOf('=');
    if (at > 0) values.set(part.slice(0, at), decoded(part.slice(at + 1)));
  }
  const named = values.get('graph') ?? '';
  const start = startState(graphs.includes(named) ? named : (graphs[0] ?? ''));
  const hide = values.get('hide');
  return {
    graph: start.graph,
    zoom: numbers(values.get('zoom')),
    find: values.get('find') ?? '',
    hidden: hide === undefined ? start.hidden : hide.split('.').filter((layer) => layer !== ''),
    shape: values.get('shape') === 'flame' ? 'flame' : 'icicle',
    direction: values.get('view') === 'up' ? 'up' : 'down',
    focus: numbers(values.get('of'))[0] ?? null,
    side: values.get('widths') === 'before' ? 'before' : 'after',
    colour: values.get('colour') === 'layer' ? 'layer' : 'change',
  };
}

/** As `hashToState`; but a link to something else on the page, which names no graph, leaves the view as it is `now`, where it has one. */
export function linkToState(hash: string, graphs: readonly string[], now: ViewState | null): ViewState {
  return now !== null && !hash.startsWith('#graph=') ? now : hashToState(hash, graphs);
}

function numbers(text: string | undefined): number[] {
  if (text === undefined || !/^\d{1,9}(\.\d{1,9})*$/.test(text)) return [];
  return text.split('.').map(Number);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

/** Half of a surrogate pair cannot stand in a link. */
function wellFormed(text: string): string {
  return text.replaceAll(/\p{Cs}/gu, '\ufffd');
}
