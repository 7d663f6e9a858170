import type { ReportDocument, ReportElement, ReportWindow } from './dom.js';

/** Width from which the contents stand beside the text. The style knows it too. */
const BESIDE = '(min-width: 1080px)';
/** A heading this near to the upper edge is the one being read. */
const READING_PX = 140;

/** Keeps the contents on the section that is being read, folded where they stand above the text. */
export function wireContents(document: ReportDocument, window: ReportWindow): void {
  const list = document.getElementById('contents');
  if (list === null) return;
  const beside = window.matchMedia(BESIDE);
  const fold = (): void => {
    list.open = beside.matches;
  };
  fold();
  beside.addEventListener('change', fold);
  const links = [...list.querySelectorAll('a')];
  const targets = links.map((link) =>
    document.getElementById(decodeURIComponent(link.getAttribute('href')!.slice(1))),
  );
  let waiting = false;
  const follow = (): void => {
    waiting = false;
    const index = targets.findLastIndex(
      (target) => target !== null && target.getBoundingClientRect().top < READING_PX,
    );
    links.forEach((link, at) => {
      if (at === Math.max(0, index)) markRead(link);
      else link.removeAttribute('aria-current');
    });
  };
  window.addEventListener(
    'scroll',
    () => {
      if (!waiting) window.requestAnimationFrame(follow);
      waiting = true;
    },
    { passive: true },
  );
  follow();
}

function markRead(link: ReportElement): void {
  link.setAttribute('aria-current', 'true');
}

/** On paper nothing can be unfolded. */
export function wirePrint(document: ReportDocument, window: ReportWindow): void {
  let opened: ReportElement[] = [];
  window.addEventListener('beforeprint', () => {
    opened = [...document.querySelectorAll('details:not([open])')];
    for (const details of opened) details.open = true;
  });
  window.addEventListener('afterprint', () => {
    for (const details of opened) details.open = false;
  });
}

/** Links to a graph lead to the viewer, which reads from the address what to show. */
export function wireGraphLinks(document: ReportDocument, window: ReportWindow): void {
  const jump = (): void => document.getElementById('flamegraphs')?.scrollIntoView();
  for (const link of document.querySelectorAll('a.explore')) link.addEventListener('click', jump);
  if (window.location.hash.startsWith('#graph=')) jump();
}
