import type { Step } from './layout.js';
import type { Shape } from './state.js';

export type Action =
  | { readonly do: 'step'; readonly step: Step }
  | { readonly do: 'zoom' | 'out' | 'search' | 'callers' | 'callees' | 'shape' | 'direction' | 'first' };

/** What a key does on the graph; null for keys that are the browser's. */
export function actionOf(key: string, shape: Shape): Action | null {
  const outward: Step = shape === 'icicle' ? 'callee' : 'caller';
  const inward: Step = shape === 'icicle' ? 'caller' : 'callee';
  switch (key) {
    case 'ArrowLeft':
      return { do: 'step', step: 'previous' };
    case 'ArrowRight':
      return { do: 'step', step: 'next' };
    case 'ArrowDown':
      return { do: 'step', step: outward };
    case 'ArrowUp':
      return { do: 'step', step: inward };
    case 'Enter':
    case ' ':
      return { do: 'zoom' };
    case 'Escape':
      return { do: 'out' };
    case 'Home':
      return { do: 'first' };
    case '/':
      return { do: 'search' };
    case 'c':
      return { do: 'callers' };
    case 'e':
      return { do: 'callees' };
    case 'i':
      return { do: 'shape' };
    case 'b':
      return { do: 'direction' };
    default:
      return null;
  }
}
