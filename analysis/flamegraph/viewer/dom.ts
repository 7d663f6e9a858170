/**
 * The few parts of a browser that the viewer touches. The project is compiled without the browser's types, which would make `window` and
 * `document` known in code that runs in Node.
 */
export interface PageEvent {
  readonly key: string;
  readonly clientX: number;
  readonly clientY: number;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  preventDefault(): void;
}

export interface PageElement {
  textContent: string | null;
  className: string;
  hidden: boolean;
  disabled: boolean;
  value: string;
  width: number;
  height: number;
  scrollTop: number;
  readonly clientWidth: number;
  readonly clientHeight: number;
  readonly style: Record<string, string>;
  append(...children: readonly (PageElement | string)[]): void;
  replaceChildren(...children: readonly PageElement[]): void;
  setAttribute(name: string, value: string): void;
  addEventListener(type: string, listener: (event: PageEvent) => void): void;
  getBoundingClientRect(): { readonly left: number; readonly top: number };
  getContext(kind: '2d'): Canvas2D;
  focus(): void;
}

export interface PageDocument {
  readonly activeElement: PageElement | null;
  readonly documentElement: PageElement;
  title: string;
  getElementById(id: string): PageElement | null;
  createElement(tag: string): PageElement;
}

export interface PageWindow {
  readonly devicePixelRatio: number;
  readonly innerWidth: number;
  readonly innerHeight: number;
  readonly location: { readonly hash: string };
  readonly history: {
    pushState(data: null, unused: string, url: string): void;
    replaceState(data: null, unused: string, url: string): void;
  };
  addEventListener(type: string, listener: (event: PageEvent) => void): void;
  requestAnimationFrame(callback: () => void): void;
  matchMedia(query: string): { addEventListener(type: string, listener: () => void): void };
  getComputedStyle(element: PageElement): { getPropertyValue(name: string): string };
}

export interface Canvas2D {
  fillStyle: unknown;
  strokeStyle: unknown;
  lineWidth: number;
  globalAlpha: number;
  font: string;
  textBaseline: string;
  fillRect(x: number, y: number, width: number, height: number): void;
  strokeRect(x: number, y: number, width: number, height: number): void;
  clearRect(x: number, y: number, width: number, height: number): void;
  fillText(text: string, x: number, y: number): void;
  measureText(text: string): { readonly width: number };
  setTransform(a: number, b: number, c: number, d: number, e: number, f: number): void;
  beginPath(): void;
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  stroke(): void;
  createPattern(image: PageElement, repetition: 'repeat'): unknown;
}
