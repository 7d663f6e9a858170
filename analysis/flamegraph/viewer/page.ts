import { t } from '../../language/language.js';
import { Chooser } from './chooser.js';
import { showButtons } from './controls.js';
import type { PageDocument, PageElement, PageEvent, PageWindow } from './dom.js';
import type { Graph } from './graph.js';
import { actionOf } from './keys.js';
import { type Box, boxAt, boxOf, type Layout, layOut, stepFrom, widthOf } from './layout.js';
import { layerButton, layerKeys, textureKeys } from './legend.js';
import { changeFill, greatestChange, layerFill } from './look.js';
import { type NamedGraph, type PackedPage, unpackGraphs } from './packed.js';
import { hatching, levelAt, paint, ROW_PX, scrollToRow, sizedCanvas, topOf } from './paint.js';
import { findFrames } from './search.js';
import { linkToState, startState, stateToHash, type ViewState } from './state.js';
import { placeTip } from './tip.js';
import { buildTree, nodeAt, pathTo, type TreeNode } from './tree.js';
import { frameLines, frameText, matchedText, viewText } from './words.js';

/** Frames narrower than this many pixels cannot be seen nor pointed at. */
const NARROW_PX = 0.4;
/** Rows that are laid out at most; the page scrolls through them. */
const LEVELS_MAX = 20_000;

/** The page: one state, and everything on it drawn from that state. */
export class FlamePage {
  readonly #document: PageDocument;
  readonly #window: PageWindow;
  readonly #graphs: readonly NamedGraph[];
  readonly #hatch: unknown;
  readonly #chooser: Chooser;
  /** The page holds more than the viewer: its title, keys and other anchors are not ours. */
  readonly #embedded: boolean;
  #state: ViewState;
  #graph: Graph = { unit: 'microseconds', frames: [], stacks: [], compared: null };
  #root: TreeNode = buildTree(this.#graph);
  #zoom = this.#root;
  #cursor = this.#root;
  #layout: Layout = { levels: [], narrow: 0, deep: 0 };
  #found: ReadonlySet<number> | null = null;
  #most = 0;
  /** What the tree was built from. */
  #built = '';
  #painting = false;

  constructor(document: PageDocument, window: PageWindow, { embedded }: { readonly embedded: boolean }) {
    this.#embedded = embedded;
    this.#document = document;
    this.#window = window;
    this.#graphs = unpackGraphs(JSON.parse(this.#part('data').textContent ?? '') as PackedPage);
    this.#hatch = hatching(document, this.#part('canvas').getContext('2d'));
    this.#state = this.#fromLink(null);
    this.#chooser = new Chooser(document, this.#ids(), (id) => this.#choose(id));
    this.#part('viewer').hidden = false;
    this.#wire();
    this.#render();
  }

  #part(id: string): PageElement {
    const element = this.#document.getElementById(id);
    if (element === null) throw new Error(`the page has no element ${id}`);
    return element;
  }

  #fromLink(now: ViewState | null): ViewState {
    return linkToState(this.#window.location.hash, this.#ids(), this.#embedded ? now : null);
  }

  #ids(): string[] {
    return this.#graphs.map(({ id }) => id);
  }

  #choose(graph: string): void {
    this.#change({ ...startState(graph), shape: this.#state.shape, find: this.#state.find });
  }

  /** Takes over a change. `keep` leaves the browser's way back as it is. */
  #change(change: Partial<ViewState>, keep = false): void {
    this.#state = { ...this.#state, ...change };
    const link = `#${stateToHash(this.#state)}`;
    if (keep) this.#window.history.replaceState(null, '', link);
    else this.#window.history.pushState(null, '', link);
    this.#render();
  }

  #render(): void {
    const { graph, hidden, direction, focus, zoom, find, side } = this.#state;
    const named = this.#graphs.find(({ id }) => id === graph);
    if (named === undefined) return;
    const recipe = [graph, hidden.join(), direction, focus].join(' ');
    if (recipe !== this.#built) {
      this.#graph = named.graph;
      this.#root = buildTree(named.graph, { direction, focus, hidden: new Set(hidden) });
      this.#cursor = this.#root;
      this.#most = greatestChange(this.#root);
      this.#built = recipe;
    }
    this.#zoom = nodeAt(this.#root, zoom);
    this.#found = find === '' ? null : findFrames(this.#graph, find);
    this.#arrange();
    if (boxOf(this.#layout, this.#cursor) === null || this.#cursor === this.#root) this.#cursor = this.#zoom;
    this.#describe(named);
    this.#showLegend();
    this.#say(this.#cursor);
    if (widthOf(this.#root, side) === 0)
      this.#part('details').textContent =
        t`Nothing to show: every layer with samples is hidden, or there are none.`;
  }

  #arrange(): void {
    const width = Math.max(1, this.#part('scroller').clientWidth);
    const { side, shape } = this.#state;
    this.#layout = layOut({ side, zoom: this.#zoom, minShare: NARROW_PX / width, levelsMax: LEVELS_MAX });
    const height = Math.max(1, this.#layout.levels.length) * ROW_PX;
    const scroller = this.#part('scroller');
    this.#part('spacer').style.height = `${height}px`;
    if (shape === 'flame') scroller.scrollTop = height;
    this.#paintSoon();
  }

  #paintSoon(): void {
    if (!this.#painting) this.#window.requestAnimationFrame(() => this.#paint());
    this.#painting = true;
  }

  #paint(): void {
    this.#painting = false;
    const scroller = this.#part('scroller');
    const width = scroller.clientWidth;
    const height = Math.max(ROW_PX, scroller.clientHeight);
    const context = sizedCanvas(this.#part('canvas'), width, height, this.#window.devicePixelRatio);
    const style = this.#window.getComputedStyle(this.#document.documentElement);
    const scene = {
      ...{ graph: this.#graph, layout: this.#layout, shape: this.#state.shape, zoom: this.#zoom },
      ...{ cursor: this.#cursor, found: this.#found, width, height, scrollTop: scroller.scrollTop },
      fill: (node: TreeNode) => this.#fill(node),
      accent: style.getPropertyValue('--ink').trim(),
    };
    paint(context, scene, this.#hatch);
  }

  #fill(node: TreeNode): string {
    const { compared, frames } = this.#graph;
    if (compared !== null && this.#state.colour === 'change') return changeFill(node, compared, this.#most);
    return layerFill(node.layer, frames[node.frame]?.kind ?? null);
  }

  /** What stands around the picture: texts, controls, the table of the chosen graph. */
  #describe({ id, title, note }: NamedGraph): void {
    const { direction, focus, side, find } = this.#state;
    this.#part('title').textContent = title;
    if (!this.#embedded) this.#document.title = title;
    this.#part('note').textContent = note;
    this.#chooser.show(id);
    for (const other of this.#graphs) this.#part(`table-${other.id}`).hidden = other.id !== id;
    const search = this.#part('find');
    if (search.value !== find) search.value = find;
    showButtons((id) => this.#part(id), this.#state, this.#graph);
    const { narrow } = this.#layout;
    this.#part('view').textContent = viewText(this.#graph, this.#root, { direction, focus, side }, narrow);
    this.#part('matched').textContent =
      this.#found === null ? '' : matchedText(this.#graph, this.#zoom, this.#found, side);
    this.#part('canvas').setAttribute('aria-label', `${title}. ${note}`);
  }

  #showLegend(): void {
    const { hidden, side, focus, colour } = this.#state;
    const whole = focus === null ? widthOf(this.#root, side) : 0;
    const keys = layerKeys(this.#graph, { hidden, side, whole });
    const buttons = keys.map((key) =>
      layerButton(this.#document, key, (next) => this.#change({ hidden: next })),
    );
    this.#part('legend').replaceChildren(...buttons);
    const byChange = this.#graph.compared !== null && colour === 'change';
    this.#part('textures').replaceChildren(...textureKeys(this.#document, this.#graph, byChange));
  }

  /** The sentence below the picture, which screen readers speak. */
  #say(node: TreeNode): void {
    this.#part('details').textContent = frameText(this.#graph, node, this.#root, this.#state.side);
    const none = node.frame === -1;
    for (const name of ['callers', 'callees']) this.#part(name).disabled = none;
  }

  #moveTo({ node, level }: Box): void {
    this.#cursor = node;
    scrollToRow(this.#part('scroller'), topOf(level, this.#layout.levels.length, this.#state.shape));
    this.#say(node);
    this.#paintSoon();
  }

  #zoomTo(node: TreeNode): void {
    this.#cursor = node;
    this.#change({
      zoom: pathTo(node)
        .slice(1)
        .map(({ frame }) => frame),
    });
  }

  /** Undoes the innermost of: search, zoom, callers or callees of one function. */
  #out(): void {
    if (this.#state.find !== '') this.#change({ find: '' }, true);
    else if (this.#state.zoom.length > 0) this.#zoomTo(this.#zoom.parent ?? this.#root);
    else this.#change({ focus: null, direction: 'down' });
  }

  #focusOn(direction: 'up' | 'down'): void {
    if (this.#cursor.frame !== -1) this.#change({ focus: this.#cursor.frame, direction, zoom: [] });
  }

  #turn(): void {
    this.#change({ shape: this.#state.shape === 'icicle' ? 'flame' : 'icicle' });
    if (this.#state.shape === 'icicle') this.#part('scroller').scrollTop = 0;
  }

  #invert(): void {
    this.#change({ direction: this.#state.direction === 'down' ? 'up' : 'down', focus: null, zoom: [] });
  }

  #pointedAt(event: PageEvent): Box | null {
    const scroller = this.#part('scroller');
    const { left, top } = scroller.getBoundingClientRect();
    const { levels } = this.#layout;
    const level = levelAt(event.clientY - top + scroller.scrollTop, levels.length, this.#state.shape);
    return boxAt(this.#layout, level, (event.clientX - left) / scroller.clientWidth);
  }

  #showTip(event: PageEvent): void {
    const box = this.#pointedAt(event);
    const tip = this.#part('tip');
    tip.hidden = box === null;
    if (box === null) return;
    const lines = frameLines(this.#graph, box.node, this.#root, this.#zoom, this.#state.side);
    placeTip(this.#document, this.#window, tip, event, lines);
  }

  #press(event: PageEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const action = actionOf(event.key, this.#state.shape);
    if (action === null) return;
    event.preventDefault();
    const box = boxOf(this.#layout, this.#cursor);
    if (action.do === 'step') {
      if (box !== null) this.#moveTo(stepFrom(this.#layout, box, action.step));
    } else if (action.do === 'zoom') this.#zoomTo(this.#cursor);
    else if (action.do === 'out') this.#out();
    else if (action.do === 'search') this.#part('find').focus();
    else if (action.do === 'callers') this.#focusOn('up');
    else if (action.do === 'callees') this.#focusOn('down');
    else if (action.do === 'shape') this.#turn();
    else if (action.do === 'direction') this.#invert();
    else this.#zoomTo(this.#root);
  }

  #wire(): void {
    const on = (id: string, type: string, listener: (event: PageEvent) => void): void =>
      this.#part(id).addEventListener(type, listener);
    on('find', 'input', () => this.#change({ find: this.#part('find').value }, true));
    on('find', 'keydown', (event) => {
      if (event.key !== 'Escape' && event.key !== 'Enter') return;
      event.preventDefault();
      if (event.key === 'Escape') this.#change({ find: '' }, true);
      this.#part('canvas').focus();
    });
    on('shape', 'click', () => this.#turn());
    on('direction', 'click', () => this.#invert());
    on('side', 'click', () => this.#change({ side: this.#state.side === 'after' ? 'before' : 'after' }));
    on('colour', 'click', () =>
      this.#change({ colour: this.#state.colour === 'change' ? 'layer' : 'change' }),
    );
    on('callers', 'click', () => this.#focusOn('up'));
    on('callees', 'click', () => this.#focusOn('down'));
    on('reset', 'click', () => this.#change(startState(this.#state.graph)));
    on('canvas', 'keydown', (event) => this.#press(event));
    on('canvas', 'mousemove', (event) => this.#showTip(event));
    on('canvas', 'mouseleave', () => {
      this.#part('tip').hidden = true;
    });
    on('canvas', 'click', (event) => {
      const box = this.#pointedAt(event);
      if (box !== null) this.#zoomTo(box.node);
    });
    on('scroller', 'scroll', () => this.#paintSoon());
    this.#window.addEventListener('resize', () => this.#arrange());
    this.#window.addEventListener('popstate', () => {
      this.#state = this.#fromLink(this.#state);
      this.#cursor = this.#root;
      this.#render();
    });
    this.#window.addEventListener('keydown', (event) => {
      if (this.#embedded || event.key !== '/' || this.#document.activeElement === this.#part('find')) return;
      event.preventDefault();
      this.#part('find').focus();
    });
    this.#window.addEventListener('themechange', () => this.#paintSoon());
    this.#window
      .matchMedia('(prefers-color-scheme: dark)')
      .addEventListener('change', () => this.#paintSoon());
  }
}
