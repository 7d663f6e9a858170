import { t } from '../../language/language.js';
import type { NamedGraph } from '../viewer/packed.js';
import { escapeHtml } from './escape.js';

/** Graphs are told apart by ids that stand in links and in attributes. Throws where one cannot, or two are the same. */
export function checkIds(graphs: readonly NamedGraph[]): void {
  for (const { id } of graphs)
    if (!/^[\w-]+$/.test(id))
      throw new RangeError(`a graph of id ${JSON.stringify(id)}: letters, digits and dashes`);
  if (new Set(graphs.map(({ id }) => id)).size !== graphs.length)
    throw new RangeError('two graphs of one id');
}

/** What the viewer draws into and is steered by; `chooser` is the markup of the control that names the graph. Its parent is hidden until the script runs. */
export function viewerControls(chooser: string): string[] {
  const find = escapeHtml(t`Search functions and files`);
  return [
    '<div class="bar">',
    chooser,
    `<input id="find" type="search" placeholder="${find} ( / )" aria-label="${find}">`,
    '<span id="matched" role="status"></span>',
    '</div>',
    '<div class="bar">',
    button('shape', t`Flame`, t`turn the picture upside down (i)`),
    button('direction', t`Bottom up`, t`leaves first (b)`),
    button('callers', t`Callers of it`, t`who calls the marked function (c)`),
    button('callees', t`Callees of it`, t`what the marked function calls (e)`),
    button('side', t`Widths as ${t`before`}`, t`widths of the other side`),
    button('colour', t`Colour by layer`, t`colours of layers or of changes`),
    button('reset', t`Reset`, t`everything as at the start`),
    '<span id="view"></span>',
    '</div>',
    `<div class="bar" id="legend" role="group" aria-label="${escapeHtml(t`Layers`)}"></div>`,
    '<div class="bar" id="textures"></div>',
    '<div id="scroller"><div id="spacer"><canvas id="canvas" tabindex="0" role="application" aria-describedby="keys"></canvas></div></div>',
    '<div id="details" role="status" aria-live="polite"></div>',
    '<div id="tip" hidden></div>',
    `<p id="keys">${keys()}</p>`,
  ];
}

function keys(): string {
  return t`Click or ${key('Enter')} zooms, arrow keys move, ${key('Esc')} steps back, ${key('Home')} shows all, ${key('/')} searches, ${key('c')} callers, ${key('e')} callees, ${key('b')} bottom up, ${key('i')} upside down. The address keeps the view.`;
}

function key(name: string): string {
  return `<kbd>${name}</kbd>`;
}

function button(id: string, text: string, title: string): string {
  return `<button type="button" id="${id}" title="${escapeHtml(title)}">${escapeHtml(text)}</button>`;
}
