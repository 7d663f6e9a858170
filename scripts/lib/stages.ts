import type {
  ClientSample,
  NodeSample,
  NodeSamples,
  StageSample,
  Stages,
} from '../../results/schema/index.js';

/** Share of joined samples that may break the order of the clocks before the clocks are called different. */
const DISORDER_SHARE_MAX = 0.01;

/**
 * Joins what the client saw of a traced request with what a node saw of it, by trace id. Times become nanoseconds after the
 * client's intended start. That needs one monotonic clock for both, as two processes of one machine have.
 * @param local whether client and nodes run on one machine.
 */
export function joinStages(
  client: readonly ClientSample[],
  nodes: readonly NodeSamples[],
  local: boolean,
): Stages {
  if (!local) return withoutClock(client.length, 'client and nodes run on different machines');
  const byTrace = indexByTrace(nodes);
  const samples = client.flatMap((sample) => {
    const found = byTrace.get(sample.traceId);
    return found === undefined ? [] : [joinOne(sample, found.node, found.sample)];
  });
  const disordered = samples.filter((sample) => !inOrder(sample)).length;
  if (disordered > samples.length * DISORDER_SHARE_MAX) {
    const because = `${disordered} of ${samples.length} requests reached a node before the client sent them`;
    return withoutClock(client.length, because);
  }
  return {
    schema: 'strata.stages/1',
    sharedClock: true,
    because: null,
    traced: client.length,
    joined: samples.length,
    samples,
  };
}

function withoutClock(traced: number, because: string): Stages {
  return { schema: 'strata.stages/1', sharedClock: false, because, traced, joined: 0, samples: [] };
}

interface Found {
  readonly node: number;
  readonly sample: NodeSample;
}

/** A trace id that was used twice (a request sent again) says nothing clear, so it is left out. */
function indexByTrace(nodes: readonly NodeSamples[]): Map<string, Found> {
  const found = new Map<string, Found>();
  const twice = new Set<string>();
  for (const { node, samples } of nodes) {
    for (const sample of samples) {
      if (sample.traceId === null) continue;
      if (found.has(sample.traceId)) twice.add(sample.traceId);
      found.set(sample.traceId, { node, sample });
    }
  }
  for (const traceId of twice) found.delete(traceId);
  return found;
}

function joinOne(client: ClientSample, node: number, sample: NodeSample): StageSample {
  const after = (ns: number) => ns - client.intendedNs;
  const afterOrNull = (ns: number | null) => (ns === null ? null : after(ns));
  return {
    traceId: client.traceId,
    op: sample.op,
    node,
    sentNs: after(client.sentNs),
    receivedNs: after(sample.receivedNs),
    parsedNs: after(sample.parsedNs),
    proposedNs: after(sample.proposedNs),
    appendStartedNs: afterOrNull(sample.appendStartedNs),
    appendedNs: afterOrNull(sample.appendedNs),
    fsyncSubmittedNs: afterOrNull(sample.fsyncSubmittedNs),
    fsyncDoneNs: afterOrNull(sample.fsyncDoneNs),
    firstSentNs: afterOrNull(sample.firstSentNs),
    quorumAckedNs: after(sample.quorumAckedNs),
    committedNs: after(sample.committedNs),
    applyStartNs: after(sample.applyStartNs),
    appliedNs: after(sample.appliedNs),
    repliedNs: after(sample.repliedNs),
    doneNs: after(client.doneNs),
    winner: sample.winner,
    closer: sample.closer,
    remote: sample.remote,
  };
}

/** The server may stamp its reply after the client has read it: both run at once. So only the way in is judged. */
function inOrder(sample: StageSample): boolean {
  return sample.sentNs <= sample.receivedNs && sample.receivedNs <= sample.doneNs;
}
