import type { PageDocument, PageElement, PageEvent } from './dom.js';

/** The control that says which graph is shown: a list to choose from, or tabs where the page has them. */
export class Chooser {
  readonly #list: PageElement | null;
  readonly #tabs: readonly { readonly id: string; readonly tab: PageElement }[];

  constructor(document: PageDocument, ids: readonly string[], choose: (id: string) => void) {
    this.#list = document.getElementById('chooser');
    this.#list?.addEventListener('change', () => choose(this.#list!.value));
    this.#tabs = ids.flatMap((id) => {
      const tab = document.getElementById(`tab-${id}`);
      return tab === null ? [] : [{ id, tab }];
    });
    this.#tabs.forEach(({ id, tab }, index) => {
      tab.addEventListener('click', () => choose(id));
      tab.addEventListener('keydown', (event) => this.#press(event, index, choose));
    });
  }

  show(shown: string): void {
    if (this.#list !== null) this.#list.value = shown;
    for (const { id, tab } of this.#tabs) {
      tab.setAttribute('aria-selected', String(id === shown));
      tab.setAttribute('tabindex', id === shown ? '0' : '-1');
    }
  }

  /** The keys that tabs have everywhere: arrows go around, Home and End lead to the ends. */
  #press(event: PageEvent, index: number, choose: (id: string) => void): void {
    const count = this.#tabs.length;
    const next: Readonly<Record<string, number>> = {
      ArrowRight: (index + 1) % count,
      ArrowLeft: (index + count - 1) % count,
      Home: 0,
      End: count - 1,
    };
    const tab = this.#tabs[next[event.key] ?? -1];
    if (tab === undefined) return;
    event.preventDefault();
    choose(tab.id);
    tab.tab.focus();
  }
}
