import { type CodePlace, placeInServer } from './code-place.js';
import type { CpuProfileNode } from './cpuprofile.js';
import type { LineResolver } from './line-index.js';

/** A share of one node's self time. */
export interface LinePart {
  readonly us: number;
  /** The function of ours whose inlined code ran; null for the node's own code. */
  readonly inlined: CodePlace | null;
}

/**
 * Divides a node's self time between its own code and code that was inlined into it, in proportion to its samples by line.
 * Lines that are no file's of ours (a library or Node inlined into our function) stay with the node, which asked for them.
 */
export function splitByLine(
  node: CpuProfileNode,
  leaf: CodePlace,
  us: number,
  lines: LineResolver | null,
): LinePart[] {
  const ticks = node.positionTicks ?? [];
  const total = ticks.reduce((sum, tick) => sum + tick.ticks, 0);
  if (lines === null || total === 0 || leaf.kind === 'pseudo' || leaf.kind === 'native') {
    return [{ us, inlined: null }];
  }
  const own = leaf.kind === 'layer' ? lines.codeAt(node.callFrame.lineNumber + 1) : null;
  const byCode = new Map<string, { place: CodePlace; us: number }>();
  let ownUs = us;
  for (const { line, ticks: count } of ticks) {
    const code = lines.codeAt(line);
    if (code === null || (code.file === own?.file && code.line === own.line)) continue;
    // Whole microseconds, so that sums stay exact; what is lost by rounding down stays with the node.
    const share = Math.floor((us * count) / total);
    ownUs -= share;
    const key = `${code.file}:${code.line}`;
    const known = byCode.get(key);
    if (known === undefined)
      byCode.set(key, { place: placeInServer(code.name, code.file, code.line), us: share });
    else known.us += share;
  }
  const parts: LinePart[] = [...byCode.values()].map((part) => ({ us: part.us, inlined: part.place }));
  parts.push({ us: ownUs, inlined: null });
  return parts.filter((part) => part.us > 0);
}
