import type { ReportDocument, ReportElement } from './dom.js';
import { type Order, sortedRows } from './sort-key.js';

/** Makes the heads of columns buttons: pressing one sorts by it, again the other way, once more as it was. */
export function wireTables(document: ReportDocument): void {
  for (const table of document.querySelectorAll('table.sortable')) wireTable(document, table);
  for (const wide of document.querySelectorAll('.wide')) {
    // A table that fits is no stop on the way of the keyboard.
    if (wide.scrollWidth <= wide.clientWidth) wide.removeAttribute('tabindex');
  }
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
