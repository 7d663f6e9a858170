import { escapeHtml } from '../flamegraph/html/escape.js';
import { t } from '../language/language.js';

/** Drawn, because the fonts of many machines have no such characters. Shape and colour both tell them apart. */
const SHAPES = {
  good: '<circle cx="8" cy="8" r="7.5"/><path d="M4.6 8.3l2.3 2.3 4.5-4.9"/>',
  warn: '<path class="ground" d="M8 .8l7.6 13.7H.4z"/><path d="M8 5.6v4.2M8 12v.6"/>',
  open: '<circle cx="8" cy="8" r="7.5"/><path d="M5.9 6.2a2.1 2.1 0 1 1 3 1.9c-.6.3-.9.7-.9 1.3M8 11.8v.3"/>',
  bad: '<circle cx="8" cy="8" r="7.5"/><path d="M5.4 5.4l5.2 5.2M10.6 5.4l-5.2 5.2"/>',
} as const;

/** Replaces the signs of a text that is HTML already. */
export function drawSigns(html: string): string {
  return html.replaceAll(/(✅|⚠|❌|❔)\ufe0f?/g, (_, sign: string) => {
    if (sign === '✅') return drawn('good', t`good`);
    if (sign === '❔') return drawn('open', t`undecided`);
    return sign === '❌' ? drawn('bad', t`bad`) : drawn('warn', t`warning`);
  });
}

function drawn(kind: keyof typeof SHAPES, name: string): string {
  return `<svg class="sign ${kind}" viewBox="0 0 16 16" role="img" aria-label="${escapeHtml(name)}">${SHAPES[kind]}</svg>`;
}
