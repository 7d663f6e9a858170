import type { CpuProfileCallFrame } from '../attribution/cpuprofile.js';

/** `js`: a function or script. `builtin`: machine code of V8 itself. */
export interface CodeName {
  readonly kind: 'js' | 'builtin';
  /** As a CPU profile would name the same frame; for a builtin the name only. */
  readonly frame: CpuProfileCallFrame;
}

/** Versions of V8 and kinds of code name a function differently: `JS:*send file:///x.js:3:9`, `LazyCompile:~send /x.js:3:9`. */
const FUNCTION = /^(?:JS|LazyCompile|Function|Eval|Callback|Closure):/;
const SCRIPT = /^Script:/;
const PATTERN = /^RegExp:/;
const MACHINE = /^(?:Builtin|BytecodeHandler|Stub|Handler|Builtins?|Wasm|WasmFunction):/;
/** Interpreter ~, Sparkplug ^, Maglev +, TurboFan *; with an apostrophe where it is for one context. */
const TIER = /^[~^*+]'?/;
const PLACE = /:(\d{1,9}):\d{1,9}$/;
/** Where the file begins: names may hold spaces (`get size`), and so may paths. */
const FILE_START = / (?=file:\/\/|node:|\/|wasm:|evalmachine)/;
const PATTERN_CHARACTERS_MAX = 60;

/** Reads a name of V8's map, the tier of its code left out; null for a name that is not V8's. */
export function codeName(name: string): CodeName | null {
  if (FUNCTION.test(name)) return javaScript(afterKind(name), '');
  if (SCRIPT.test(name)) return javaScript(afterKind(name), '(module)');
  if (PATTERN.test(name)) {
    const pattern = afterKind(name).slice(0, PATTERN_CHARACTERS_MAX);
    return { kind: 'js', frame: { functionName: `RegExp: ${pattern}`, url: '', lineNumber: -1 } };
  }
  if (!MACHINE.test(name)) return null;
  return { kind: 'builtin', frame: { functionName: afterKind(name), url: '', lineNumber: -1 } };
}

function afterKind(name: string): string {
  return name.slice(name.indexOf(':') + 1).replace(TIER, '');
}

/** `text` is `name file:line:column`, any part of it missing. */
function javaScript(text: string, nameless: string): CodeName {
  const place = PLACE.exec(text);
  const line = place === null ? 0 : Number(place[1]);
  const bare = place === null ? text : text.slice(0, place.index);
  const { name, file } = nameAndFile(bare);
  return {
    kind: 'js',
    // One-based in the map, zero-based in a CPU profile.
    frame: { functionName: name || nameless, url: file, lineNumber: line - 1 },
  };
}

function nameAndFile(text: string): { name: string; file: string } {
  const start = FILE_START.exec(text)?.index ?? text.lastIndexOf(' ');
  if (start < 0) return { name: text, file: '' };
  return { name: text.slice(0, start).trim(), file: text.slice(start + 1).trim() };
}
