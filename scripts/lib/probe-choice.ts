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
  /** The processes are on this machine. */
  readonly local: boolean;
  /** What is left out unless it is asked for, and why. */
  readonly leftOut?: { readonly except: readonly string[]; readonly because: string };
}

/**
 * Which probes are to watch. Those of the default, and of `all`, that this machine lacks are a line in the report; one that was asked for by name
 * and is missing is an error, because the answer that was wanted would not come.
 * @param text names, comma separated; `none`; `all`; `light`, those that need no outside tool; or undefined for those that run by default.
 */
export async function chooseProbes(
  text: string | undefined,
  { local, leftOut }: ChoiceOptions,
): Promise<ProbeChoice> {
  if (text === 'none')
    return { probes: [], named: false, missing: [{ what: 'probes', because: 'the run asked for none' }] };
  const wanted = wantedBy(text);
  const isNamed = wanted === null;
  const probes: Probe[] = [];
  const missing: z.infer<typeof NotMeasured>[] = [];
  for (const probe of wanted ?? splitList(text!).map(named)) {
    const because =
      text === undefined && leftOut !== undefined && !leftOut.except.includes(probe.name)
        ? leftOut.because
        : await whyNot(probe, local);
    if (because === null) probes.push(probe);
    else if (!isNamed) missing.push({ what: probe.name, because });
    else throw new CliError('STRATA_PROBE_MISSING', `Probe ${probe.name} cannot run here: ${because}.`);
  }
  return { probes: [...new Set(probes)], named: isNamed, missing };
}

/** Null: they are named. */
function wantedBy(text: string | undefined): readonly Probe[] | null {
  if (text === undefined) return PROBES.filter((probe) => probe.byDefault);
  if (text === 'all') return PROBES;
  if (text === 'light')
    return PROBES.filter(({ byDefault, tier }) => byDefault && (tier === 'T0' || tier === 'T1'));
  return null;
}

async function whyNot(probe: Probe, local: boolean): Promise<string | null> {
  if (!local && probe.overHttp !== true) return 'the nodes are not processes of this machine';
  if (probe.attaches === false) return 'it has to start the process itself: strata profile --launch';
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
