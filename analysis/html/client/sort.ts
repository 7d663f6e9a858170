import type { ReportDocument, ReportElement, ReportWindow } from './dom.js';
import { type Order, sortedRows } from './sort-key.js';

/** Makes the heads of columns buttons: pressing one sorts by it, again the other way, once more as it was. */
export function wireTables(document: ReportDocument): void {
  for (const table of document.querySelectorAll('table.sortable')) wireTable(document, table);
}

/**
 * A table that fits is no stop on the way of the keyboard; one that scrolls has to be. Which of them it is changes with the width of the window, and is not known
 * of a folded one before it is opened.
 */
export function wireScrollStops(document: ReportDocument, window: ReportWindow): void {
  const boxes = [...document.querySelectorAll('.wide')];
  const check = (): void => {
    for (const box of boxes) {
      // Without a width it was not laid out.
      if (box.clientWidth === 0) continue;
      if (box.scrollWidth > box.clientWidth) box.setAttribute('tabindex', '0');
      else box.removeAttribute('tabindex');
    }
  };
  let waiting = false;
  const checkSoon = (): void => {
    if (waiting) return;
    waiting = true;
    window.requestAnimationFrame(() => {
      waiting = false;
      check();
    });
  };
  check();
  window.addEventListener('resize', checkSoon);
  // A toggle does not bubble.
  document.addEventListener('toggle', checkSoon, { capture: true });
}

function wireTable(document: ReportDocument, table: ReportElement): void {
  const body = table.querySelector('tbody')!;
  const start = [...body.querySelectorAll('tr')];
  const heads = [...table.querySelectorAll('thead th')];
  heads.forEach((head, column) => {
    if ((head.textContent ?? '').trim() === '') return;
    const button = document.createElement('button');
    button.setAttribute('type', 'button');
    button.className = 'sort';
    button.append(head.textContent ?? '');
    head.replaceChildren(button);
    button.addEventListener('click', () => {
      const order = nextOrder(head);
      for (const other of heads) other.removeAttribute('aria-sort');
      if (order !== null) head.setAttribute('aria-sort', order);
      const texts = start.map((row) => row.children[column]?.textContent ?? '');
      const rows = order === null ? start : sortedRows(texts, order).map((row) => start[row]!);
      body.replaceChildren(...rows);
    });
  });
}

/** Greatest first: that is what a reader of measurements asks for. */
function nextOrder(head: ReportElement): Order | null {
  const now = head.getAttribute('aria-sort');
  if (now === null) return 'descending';
  return now === 'descending' ? 'ascending' : null;
}
