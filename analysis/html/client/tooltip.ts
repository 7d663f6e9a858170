import type { PointerEvent, ReportDocument, ReportElement, ReportWindow } from './dom.js';
import { nearestStop, type Stop, sentencesOf, stopAfter, stopsOf } from './stops.js';

const TIP_DISTANCE_PX = 14;

/** Lets every chart say its values: under the mouse, under a finger, and by the arrow keys. */
export function wireCharts(document: ReportDocument, window: ReportWindow): void {
  for (const plot of document.querySelectorAll('figure.chart .plot')) {
    const chart = new Chart(document, window, plot);
    chart.wire();
  }
}

class Chart {
  readonly #document: ReportDocument;
  readonly #window: ReportWindow;
  readonly #plot: ReportElement;
  readonly #svg: ReportElement;
  readonly #stops: readonly Stop[];
  readonly #tip: ReportElement;
  readonly #said: ReportElement;
  #line: ReportElement | null = null;
  #now = -1;

  constructor(document: ReportDocument, window: ReportWindow, plot: ReportElement) {
    this.#document = document;
    this.#window = window;
    this.#plot = plot;
    this.#svg = plot.querySelector('svg')!;
    this.#stops = stopsOf(this.#svg);
    this.#tip = document.getElementById('chart-tip')!;
    this.#said = document.getElementById('chart-said')!;
  }

  wire(): void {
    // The browser would show its own tooltip beside ours.
    for (const title of this.#svg.querySelectorAll('[data-row] > title')) title.remove();
    this.#plot.setAttribute('role', 'application');
    for (const type of ['pointermove', 'pointerdown'])
      this.#plot.addEventListener(type, (event) => this.#point(event));
    for (const type of ['pointerleave', 'blur']) this.#plot.addEventListener(type, () => this.#leave());
    this.#plot.addEventListener('keydown', (event) => this.#press(event));
  }

  #point(event: PointerEvent): void {
    const now = this.#stopUnder(event);
    if (now === -1) this.#leave();
    else this.#show(now, { x: event.clientX, y: event.clientY });
  }

  #stopUnder({ target, clientX }: PointerEvent): number {
    if (this.#stops[0]?.x == null) {
      const mark = target?.closest('[data-row]') ?? null;
      return this.#stops.findIndex(({ marks }) => marks[0] === mark);
    }
    const { left, width } = this.#svg.getBoundingClientRect();
    const units = Number(this.#svg.getAttribute('viewBox')!.split(' ')[2]);
    return nearestStop(this.#stops, ((clientX - left) / width) * units);
  }

  #press(event: PointerEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape') this.#leave();
    const next = stopAfter(event.key, this.#now, this.#stops.length);
    if (next === null || this.#stops.length === 0) return;
    event.preventDefault();
    const { right, top, height } = this.#stops[next]!.marks[0]!.getBoundingClientRect();
    this.#show(next, { x: right, y: top + height / 2 });
    const { name } = this.#stops[next]!;
    this.#said.textContent = `${name}. ${sentencesOf(this.#stops[next]!)
      .map(({ text }) => text)
      .join(', ')}`;
  }

  #show(now: number, at: { readonly x: number; readonly y: number }): void {
    if (now !== this.#now) this.#mark(now);
    const { marks, name } = this.#stops[now]!;
    const head = this.#row(name, '');
    this.#tip.replaceChildren(
      head,
      ...sentencesOf({ marks, name, x: null }).map(({ text, colour }) => this.#row(text, colour)),
    );
    this.#tip.hidden = false;
    this.#place(at);
  }

  /** Beside the place, on its other side where the edge of the window is near, and in the window even where the place is not. */
  #place(at: { readonly x: number; readonly y: number }): void {
    const y = Math.max(0, Math.min(this.#window.innerHeight, at.y));
    const leftOf = at.x > this.#window.innerWidth / 2;
    this.#tip.style.left = leftOf ? 'auto' : `${at.x + TIP_DISTANCE_PX}px`;
    this.#tip.style.right = leftOf ? `${this.#window.innerWidth - at.x + TIP_DISTANCE_PX}px` : 'auto';
    const above = y > this.#window.innerHeight * 0.7;
    this.#tip.style.top = above ? 'auto' : `${y + TIP_DISTANCE_PX}px`;
    this.#tip.style.bottom = above ? `${this.#window.innerHeight - y + TIP_DISTANCE_PX}px` : 'auto';
  }

  #row(text: string, colour: string): ReportElement {
    const row = this.#document.createElement('div');
    if (colour !== '') {
      const swatch = this.#document.createElement('span');
      swatch.className = 'swatch';
      swatch.style.background = colour;
      row.append(swatch);
    }
    row.append(text);
    return row;
  }

  /** Marks one stop in the picture and no other. */
  #mark(now: number): void {
    for (const mark of this.#stops[this.#now]?.marks ?? []) mark.classList.remove('on');
    for (const mark of this.#stops[now]?.marks ?? []) mark.classList.add('on');
    this.#line?.remove();
    this.#line = null;
    this.#now = now;
    const x = this.#stops[now]?.x ?? null;
    if (x === null) return;
    const line = this.#document.createElementNS('http://www.w3.org/2000/svg', 'line');
    const heights = [...this.#svg.querySelectorAll('line.grid')].map((grid) =>
      Number(grid.getAttribute('y1')),
    );
    const ends = { x1: x, x2: x, y1: Math.min(...heights), y2: Math.max(...heights) };
    for (const [name, value] of Object.entries(ends)) line.setAttribute(name, String(value));
    line.setAttribute('class', 'cross');
    this.#svg.append(line);
    this.#line = line;
  }

  #leave(): void {
    this.#mark(-1);
    this.#tip.hidden = true;
  }
}
