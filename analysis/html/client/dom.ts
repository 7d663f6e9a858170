import type { PageDocument, PageEvent, PageWindow } from '../../flamegraph/viewer/dom.js';

/** The parts of a browser that the page of a report touches, beside those of the viewer. The project is compiled without the browser's types. */
export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly width: number;
  readonly height: number;
}

export interface PointerEvent extends PageEvent {
  readonly target: ReportElement | null;
}

export interface ReportElement {
  textContent: string | null;
  className: string;
  hidden: boolean;
  value: string;
  open: boolean;
  readonly tagName: string;
  readonly clientWidth: number;
  readonly scrollWidth: number;
  readonly parentElement: ReportElement | null;
  readonly style: Record<string, string>;
  readonly classList: { add(name: string): void; remove(name: string): void };
  readonly children: ArrayLike<ReportElement>;
  append(...children: readonly (ReportElement | string)[]): void;
  replaceChildren(...children: readonly (ReportElement | string)[]): void;
  remove(): void;
  getAttribute(name: string): string | null;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  querySelector(selector: string): ReportElement | null;
  querySelectorAll(selector: string): Iterable<ReportElement>;
  closest(selector: string): ReportElement | null;
  addEventListener(type: string, listener: (event: PointerEvent) => void): void;
  getBoundingClientRect(): Rect;
  scrollIntoView(): void;
}

export interface ReportDocument {
  readonly documentElement: ReportElement;
  getElementById(id: string): ReportElement | null;
  querySelector(selector: string): ReportElement | null;
  querySelectorAll(selector: string): Iterable<ReportElement>;
  createElement(tag: string): ReportElement;
  createElementNS(namespace: string, tag: string): ReportElement;
  addEventListener(type: string, listener: () => void, options: { readonly capture: boolean }): void;
}

export interface ReportWindow {
  readonly innerWidth: number;
  readonly innerHeight: number;
  readonly location: { readonly hash: string };
  readonly localStorage: {
    getItem(key: string): string | null;
    setItem(key: string, value: string): void;
    removeItem(key: string): void;
  };
  addEventListener(type: string, listener: () => void, options?: { readonly passive: boolean }): void;
  dispatchEvent(event: Event): boolean;
  requestAnimationFrame(callback: () => void): void;
  matchMedia(query: string): {
    readonly matches: boolean;
    addEventListener(type: string, listener: () => void): void;
  };
}

/** What the browser hands over serves the viewer too. */
export type BrowserDocument = ReportDocument & PageDocument;
export type BrowserWindow = ReportWindow & PageWindow;
