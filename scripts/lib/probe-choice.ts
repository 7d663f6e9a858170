import type { z } from 'zod';
import { PROBES, probeByName } from '../../profiles/index.js';
import type { Probe } from '../../profiles/probe.js';
import type { NotMeasured } from '../../results/schema/index.js';
import { CliError } from './cli-error.js';
import { EXIT } from './exit-codes.js';
import { splitList } from './parse.js';

export interface ProbeChoice {
  readonly probes: readonly Probe[];
  /** Probes left out, and why. */
  readonly missing: readonly z.infer<typeof NotMeasured>[];
}

/**
 * Which probes a run has passes for. Those of the default that this machine lacks are a line in the report; one that was asked
 * for by name and is missing is an error, because the answer that was wanted would not come.
 * @param text comma-separated names, `none`, or undefined for those that run by default.
 */
export async function chooseProbes(text: string | undefined, local: boolean): Promise<ProbeChoice> {
  if (text === 'none')
    return { probes: [], missing: [{ what: 'probes', because: 'the run asked for none' }] };
  const wanted = text === undefined ? PROBES.filter((probe) => probe.byDefault) : splitList(text).map(named);
  const probes: Probe[] = [];
  const missing: z.infer<typeof NotMeasured>[] = [];
  for (const probe of wanted) {
    const because = await whyNot(probe, local);
    if (because === null) probes.push(probe);
    else if (text === undefined) missing.push({ what: probe.name, because });
    else throw new CliError('STRATA_PROBE_MISSING', `Probe ${probe.name} cannot run here: ${because}.`);
  }
  return { probes, missing };
}

async function whyNot(probe: Probe, local: boolean): Promise<string | null> {
  if (!local && probe.tier !== 'T0') return 'the nodes are not processes of this machine';
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
