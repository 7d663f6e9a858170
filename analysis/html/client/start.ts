import { FlamePage } from '../../flamegraph/viewer/page.js';
import { wireContents, wireGraphLinks, wirePrint } from './contents.js';
import type { BrowserDocument, BrowserWindow } from './dom.js';
import { wireScrollStops, wireTables } from './sort.js';
import { wireTheme } from './theme.js';
import { wireCharts } from './tooltip.js';

/** Brings the page to life. Without it everything can be read; with it tables sort, charts speak, graphs are drawn. */
export function startReport(document: BrowserDocument, window: BrowserWindow): void {
  wireTheme(document, window);
  wireTables(document);
  wireScrollStops(document, window);
  wireCharts(document, window);
  wirePrint(document, window);
  if (document.getElementById('viewer') !== null) new FlamePage(document, window, { embedded: true });
  wireContents(document, window);
  wireGraphLinks(document, window);
}
