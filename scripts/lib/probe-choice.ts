import type { z } from 'zod';
import { PROBES, probeByName } from '../../profiles/index.js';
import type { Probe } from '../../profiles/probe.js';
import type { NotMeasured } from '../../results/schema/index.js';
import { CliError } from './cli-error.js';
import { EXIT } from './exit-codes.js';
import { splitList } from './parse.js';

export interface ProbeChoice {
  readonly probes: readonly Probe[];
  /** Each was asked for by its name. */
  readonly named: boolean;
  /** Probes left out, and why. */
  readonly missing: readonly z.infer<typeof NotMeasured>[];
}

export interface ChoiceOptions {
  /** Why a probe cannot answer for what is watched here, whatever the machine can do; null when it can. */
  readonly unfit: (probe: Probe) => string | null;
  /** A probe that is named and unfit is a line like any other; otherwise it ends the command. */
  readonly unfitIsGap?: boolean;
  /** What of the default is left out, and why. */
  readonly leftOut?: { readonly except: readonly string[]; readonly because: string };
}

/**
 * Which probes are to watch. Those of the default, and of `all`, that this machine lacks are a line in the report; one that was asked for by name
 * and is missing is an error, because the answer that was wanted would not come.
 * @param text names, comma separated; `none`; `all`; `light`, those that need no outside tool; or undefined for those that run by default.
 */
export async function chooseProbes(text: string | undefined, options: ChoiceOptions): Promise<ProbeChoice> {
  const { unfit, unfitIsGap, leftOut } = options;
  if (text === 'none')
    return { probes: [], named: false, missing: [{ what: 'probes', because: 'the run asked for none' }] };
  const group = groupOf(text);
  const probes = new Set<Probe>();
  const missing: z.infer<typeof NotMeasured>[] = [];
  for (const probe of group ?? splitList(text!).map(named)) {
    const left =
      text === undefined && leftOut?.except.includes(probe.name) === false ? leftOut.because : null;
    const unsuitable = left ?? unfit(probe);
    const because = unsuitable ?? (await whyMissing(probe));
    if (because === null) probes.add(probe);
    else if (group !== null || (unsuitable !== null && unfitIsGap))
      missing.push({ what: probe.name, because });
    else throw new CliError('STRATA_PROBE_MISSING', `Probe ${probe.name} cannot run here: ${because}.`);
  }
  return { probes: [...probes], named: group === null, missing };
}

/** Of a cluster that runs: what a probe needs of its nodes. */
export function unfitForNodes(probe: Probe, local: boolean): string | null {
  if (probe.attaches === false) return 'it has to start the process itself: strata profile --launch';
  return local || probe.overHttp === true ? null : 'the nodes are not processes of this machine';
}

/** Null: they are named. */
function groupOf(text: string | undefined): readonly Probe[] | null {
  if (text === undefined) return PROBES.filter((probe) => probe.byDefault);
  if (text === 'all') return PROBES;
  if (text === 'light')
    return PROBES.filter(({ byDefault, tier }) => byDefault && (tier === 'T0' || tier === 'T1'));
  return null;
}

async function whyMissing(probe: Probe): Promise<string | null> {
  const { available, detail, install } = await probe.check();
  if (available) return null;
  return install === null ? detail : `${detail} (${install})`;
}

function named(name: string): Probe {
  const probe = probeByName(name);
  if (probe !== undefined) return probe;
  const known = PROBES.map((p) => p.name).join(', ');
  throw new CliError('STRATA_PROBE_UNKNOWN', `There is no probe ${name}; there are ${known}.`, EXIT.usage);
}
