import { createHash } from 'node:crypto';

/** A page may run these scripts and this style, which stand in it, and load nothing from anywhere. */
export function policyElement(scripts: readonly string[], style: string): string {
  const allowed = scripts.map((script) => `'${hashOf(script)}'`).join(' ');
  const policy = `default-src 'none'; script-src ${allowed}; style-src '${hashOf(style)}'; base-uri 'none'; form-action 'none'`;
  return `<meta http-equiv="Content-Security-Policy" content="${policy}">`;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
