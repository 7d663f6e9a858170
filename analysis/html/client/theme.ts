import type { ReportDocument, ReportWindow } from './dom.js';

const THEME_KEY = 'strata-theme';

/** The switch of the theme: what the system says, or one that is kept for the next page. */
export function wireTheme(document: ReportDocument, window: ReportWindow): void {
  const choice = document.getElementById('theme');
  if (choice === null) return;
  choice.parentElement!.hidden = false;
  choice.value = document.documentElement.getAttribute('data-theme') ?? 'auto';
  choice.addEventListener('change', () => {
    const theme = choice.value;
    if (theme === 'auto') document.documentElement.removeAttribute('data-theme');
    else document.documentElement.setAttribute('data-theme', theme);
    remember(window, theme);
    window.dispatchEvent(new Event('themechange'));
  });
}

/** A browser may keep nothing for files: then the choice lasts as long as the page. */
function remember(window: ReportWindow, theme: string): void {
  try {
    if (theme === 'auto') window.localStorage.removeItem(THEME_KEY);
    else window.localStorage.setItem(THEME_KEY, theme);
  } catch {
    return;
  }
}
