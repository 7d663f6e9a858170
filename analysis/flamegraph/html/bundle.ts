import { readFileSync } from 'node:fs';

/** Compiled files of the viewer, each after those it imports. Relative to the folder `analysis/`. */
export const VIEWER_MODULES = [
  'html/client/words.js',
  'tables/format.js',
  'charts/colours.js',
  'flamegraph/viewer/graph.js',
  'flamegraph/viewer/tree.js',
  'flamegraph/viewer/layout.js',
  'flamegraph/viewer/search.js',
  'flamegraph/viewer/look.js',
  'flamegraph/viewer/words.js',
  'flamegraph/viewer/packed.js',
  'flamegraph/viewer/state.js',
  'flamegraph/viewer/keys.js',
  'flamegraph/viewer/chooser.js',
  'flamegraph/viewer/paint.js',
  'flamegraph/viewer/legend.js',
  'flamegraph/viewer/tip.js',
  'flamegraph/viewer/controls.js',
  'flamegraph/viewer/page.js',
] as const;

/** The page of flamegraphs as one script. */
export function viewerScript(): string {
  return bundle(VIEWER_MODULES, 'new FlamePage(document, window, { embedded: false });');
}

/**
 * Compiled modules as one script for a page: in one scope, without the imports that bound them, and a last statement that starts them. It
 * stays as readable as the compiler left it. What this simple joining cannot carry (a default export, a name declared twice) throws.
 */
export function bundle(modules: readonly string[], start: string): string {
  const declared = new Map<string, string>();
  const parts = modules.map((name) => {
    const text = readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
    const body = joinable(name, text);
    for (const [, word] of body.matchAll(/^(?:async )?(?:function\*?|const|let|class) (\w+)/gm)) {
      const other = declared.get(word!);
      if (other !== undefined) throw new Error(`${name} and ${other} both declare ${word}`);
      declared.set(word!, name);
    }
    return `// ${name}\n${body}`;
  });
  return `'use strict';\n(() => {\n${parts.join('\n')}\n${start}\n})();\n`;
}

function joinable(name: string, text: string): string {
  const body = text
    .replaceAll(/^import \{[^}]*\} from '[^']*';\n/gm, '')
    .replaceAll(/^export (?=(?:async )?(?:function|const|let|class)\b)/gm, '')
    .replaceAll(/^export \{\};\n/gm, '');
  const rest = /^\s*(?:import|export)\b.*/m.exec(body);
  if (rest !== null) throw new Error(`${name} cannot be joined: ${rest[0]}`);
  // The script stands inside an element, which this would end.
  if (/<\/script|<!--/i.test(body)) throw new Error(`${name} holds the end of a script element`);
  return body;
}
