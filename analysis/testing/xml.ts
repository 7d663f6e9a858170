/** Strict enough for our own SVG: one root, tags that nest, quoted attributes named once, only the five entities, no loose `<` or `&`. */
export function xmlProblem(text: string): string | null {
  const open: string[] = [];
  let roots = 0;
  let at = 0;
  const tag = /<(\/?)([A-Za-z][\w:-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/y;
  while (at < text.length) {
    if (text[at] !== '<') {
      const next = text.indexOf('<', at);
      const content = text.slice(at, next === -1 ? text.length : next);
      if (open.length === 0 && content.trim() !== '') return `text outside the root: ${content.slice(0, 40)}`;
      // `>` alone is allowed in content, a style sheet needs it; `&` is not.
      if (hasBareAmpersand(content)) return `a bare & in: ${content.slice(0, 40)}`;
      at += content.length;
      continue;
    }
    tag.lastIndex = at;
    const match = tag.exec(text);
    if (match === null) return `no tag at ${at}: ${text.slice(at, at + 60)}`;
    const [whole, closing, name = '', attributes = '', selfClosing] = match;
    if (hasBareAmpersand(attributes)) return `a bare & in an attribute of ${name}`;
    const names = [...attributes.matchAll(/([\w:-]+)="/g)].map((entry) => entry[1]);
    if (new Set(names).size !== names.length) return `an attribute of ${name} stands twice`;
    if (closing === '/') {
      if (open.pop() !== name) return `</${name}> closes another element at ${at}`;
    } else {
      if (open.length === 0) roots += 1;
      if (selfClosing !== '/') open.push(name);
    }
    at += whole.length;
  }
  if (open.length > 0) return `<${open.at(-1)}> is not closed`;
  return roots === 1 ? null : `${roots} roots`;
}

function hasBareAmpersand(text: string): boolean {
  return /&(?!(?:amp|lt|gt|quot|apos);)/.test(text);
}
