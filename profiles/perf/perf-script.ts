import { ProbeError } from '../probe-error.js';

/** One frame as perf names it. */
export interface ScriptFrame {
  /** Instruction address; above 2^53, where the kernel lies, only its magnitude is right. */
  readonly address: number;
  /** `[unknown]` where perf has no symbol. */
  readonly symbol: string;
  /** File or region the address lies in: `/usr/bin/node`, `[kernel.kallsyms]`, `[ext4]`, `/tmp/perf-7.map`, `[unknown]`. */
  readonly region: string;
}

export interface ScriptSample {
  readonly tid: number;
  readonly comm: string;
  /** Event without its modifiers: `cpu-clock`, `cycles`. */
  readonly event: string;
  /** Nanoseconds for clocks, a count for counters; 0 where perf printed none. */
  readonly period: number;
  /** Leaf first. */
  readonly frames: readonly ScriptFrame[];
}

/** What `perf script` has to print for this reader. */
export const SCRIPT_FIELDS = 'comm,pid,tid,time,period,event,ip,sym,dso';

const LINE_CHARACTERS_MAX = 64 * 1024;
const FRAMES_MAX = 1_024;
const SAMPLES_MAX = 500_000;

/** `node 28379/28382 [001] 34742.862459:    2004008 cpu-clock:ppp: `; the name of a thread may hold anything. */
const HEAD = /^(.{0,64}?)\s+\d{1,10}\/(\d{1,10})\s+(?:\[\d+\]\s+)?\d+\.\d+:\s+(?:(\d{1,18})\s+)?(\S+):\s*$/;
const FRAME = /^\s+([0-9a-f]{1,16}) (.*)$/;
/** `node 7/7 36833.02: PERF_RECORD_LOST lost 2`. The same loss may be told twice, where it happened and once more in sum. */
const LOST = /PERF_RECORD_LOST(_SAMPLES)?\s+lost\s+(\d{1,15})/;
/** Modifiers of an event: `cycles:Pu`, `cpu-clock:ppp`. A counter of one kind of core is `cpu_core/cycles/P`. */
const MODIFIERS = /:[a-zA-Z]+$|\/[a-zA-Z]*$/g;

/**
 * Reads what `perf script -F SCRIPT_FIELDS --show-lost-events` prints, piece by piece. Perf 6.1 and later print the same; what later ones add
 * (a processor in brackets, offsets behind symbols) is accepted. A line that fits nowhere is refused: a guess would put time anywhere.
 */
export class PerfScriptReader {
  readonly #onSample: (sample: ScriptSample) => void;
  #rest = '';
  #head: Omit<ScriptSample, 'frames'> | null = null;
  #frames: ScriptFrame[] = [];
  #samples = 0;
  #dropped = 0;
  #lostHere = 0;
  #lostInSum = 0;

  constructor(onSample: (sample: ScriptSample) => void) {
    this.#onSample = onSample;
  }

  push(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop()!;
    if (this.#rest.length > LINE_CHARACTERS_MAX) throw invalid('a line has no end', this.#rest);
    for (const line of lines) this.#line(line);
  }

  /** Samples that were read, and samples that perf lost or that were too many to keep. */
  end(): { samples: number; lost: number } {
    this.#line(this.#rest);
    this.#rest = '';
    this.#finish();
    return { samples: this.#samples, lost: this.#dropped + Math.max(this.#lostHere, this.#lostInSum) };
  }

  #line(line: string): void {
    if (line.length > LINE_CHARACTERS_MAX) throw invalid('a line is too long', line);
    if (line.trim() === '') this.#finish();
    else if (line.startsWith('#')) return;
    else if (/^\s/.test(line) && this.#head !== null) this.#frame(line);
    else this.#begin(line);
  }

  #begin(line: string): void {
    this.#finish();
    const lost = LOST.exec(line);
    if (lost !== null) {
      if (lost[1] === undefined) this.#lostHere += Number(lost[2]);
      else this.#lostInSum += Number(lost[2]);
      return;
    }
    const head = HEAD.exec(line);
    if (head === null) throw invalid('a line is neither head nor frame of a sample', line);
    this.#head = {
      comm: head[1]!.trim(),
      tid: Number(head[2]),
      period: Number(head[3] ?? 0),
      event: head[4]!.replace(MODIFIERS, ''),
    };
  }

  #frame(line: string): void {
    const match = FRAME.exec(line);
    if (match === null) throw invalid('a frame has no address', line);
    if (this.#frames.length >= FRAMES_MAX) return;
    this.#frames.push({ address: Number.parseInt(match[1]!, 16), ...symbolAndRegion(match[2]!) });
  }

  #finish(): void {
    if (this.#head === null) return;
    if (this.#samples >= SAMPLES_MAX) this.#dropped += 1;
    else {
      this.#samples += 1;
      this.#onSample({ ...this.#head, frames: this.#frames });
    }
    this.#head = null;
    this.#frames = [];
  }
}

/** `symbol (region)`: both may hold brackets and spaces. A region is a path, a name in brackets, or some word. */
function symbolAndRegion(text: string): { symbol: string; region: string } {
  const path = Math.max(text.lastIndexOf(' (/'), text.lastIndexOf(' (['));
  const at = path >= 0 ? path : text.lastIndexOf(' (');
  if (at < 0 || !text.endsWith(')')) return { symbol: text.trim() || '[unknown]', region: '[unknown]' };
  const symbol = text.slice(0, at).replace(/\+0x[0-9a-f]+$/, '');
  const region = text.slice(at + ' ('.length, -1).replace(/ \(deleted\)$/, '');
  return { symbol: symbol.trim() || '[unknown]', region };
}

function invalid(what: string, line: string): ProbeError {
  return new ProbeError(
    'STRATA_PROBE_OUTPUT_INVALID',
    `The output of perf script cannot be read: ${what}: ${JSON.stringify(line.slice(0, 160))}. Report it with the version of perf.`,
  );
}
