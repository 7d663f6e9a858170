import { escapeXml } from '../../charts/svg.js';

/** Text in an element or an attribute: what XML needs is enough for HTML, and control characters are gone. */
export const escapeHtml = escapeXml;

/** JSON that may stand inside a script element: nothing in it can end the element or begin a comment. */
export function scriptJson(document: unknown): string {
  return JSON.stringify(document)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}
