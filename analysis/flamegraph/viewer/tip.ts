import type { PageDocument, PageElement, PageEvent, PageWindow } from './dom.js';

const DISTANCE_PX = 14;

/** Shows lines beside the pointer, on its other side where the edge of the window is near. */
export function placeTip(
  document: PageDocument,
  window: PageWindow,
  tip: PageElement,
  event: PageEvent,
  lines: readonly string[],
): void {
  const rows = lines.map((line) => {
    const row = document.createElement('div');
    row.textContent = line;
    return row;
  });
  tip.replaceChildren(...rows);
  const leftOf = event.clientX > window.innerWidth / 2;
  tip.style.left = leftOf ? 'auto' : `${event.clientX + DISTANCE_PX}px`;
  tip.style.right = leftOf ? `${window.innerWidth - event.clientX + DISTANCE_PX}px` : 'auto';
  const above = event.clientY > window.innerHeight * 0.75;
  tip.style.top = above ? 'auto' : `${event.clientY + DISTANCE_PX}px`;
  tip.style.bottom = above ? `${window.innerHeight - event.clientY + DISTANCE_PX}px` : 'auto';
}
