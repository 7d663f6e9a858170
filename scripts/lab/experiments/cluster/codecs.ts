import type { NodeWindow } from '../../../../results/schema/index.js';
import { clusterExperiment } from './cluster-experiment.js';
import { counterOf, histogramOf } from './cluster-window.js';
import { prove, proveSwitch } from './proof.js';
import type { LabSwitches } from './switches.js';

const CLIENTS = 100;
/** An answer to an append, with its share of frames and pings: some 60 bytes as Protocol Buffers, over 250 as JSON, whose field names alone are more than 100. */
const ANSWER_BYTES = { protobufMax: 150, jsonMin: 200 };

export const codecs = clusterExperiment({
  id: 'N6-cluster',
  claims: ['N6'],
  title: 'Protocol Buffers against JSON, between nodes',
  question: 'What do clients notice of the codec in which the nodes speak to each other?',
  document: {
    says: 'Serialisation takes 10 to 15 % of the CPU; above 25 % a faster codec helps. What it brings is not said.',
    effects: [],
  },
  arms: [
    { name: 'protobuf', what: 'Messages between nodes are Protocol Buffers, written by static code.' },
    { name: 'json', what: 'The same messages as JSON, the data of entries as base64.' },
  ],
  workload: `Writes of 128 bytes to three nodes from ${CLIENTS} clients.`,
  limits:
    'Only what the nodes say to each other: clients speak HTTP, and the log has its own format, in both arms. Codec time is that of encoding and decoding at the leader, per write.',
  metrics: [
    { name: 'throughput', unit: '1/s', better: 'higher' },
    { name: 'p50', unit: 'ms', better: 'lower' },
    { name: 'p99', unit: 'ms', better: 'lower' },
    { name: 'cpu', unit: 'µs', better: 'lower' },
    { name: 'codec-time', unit: 'µs', better: 'lower' },
    { name: 'bytes-per-write', unit: 'B', better: 'lower' },
  ],
  repeats: 6,
  cost: 'seconds',
  setup: (arm) => ({ switches: { codec: arm as NonNullable<LabSwitches['codec']> } }),
  measure: async (lab, arm) => {
    await lab.prime({ clients: CLIENTS });
    const pass = await lab.pass({ clients: CLIENTS });
    for (const node of [pass.leader, ...pass.followers]) proveSwitch(arm, node.config, 'codec', arm);
    for (const follower of pass.followers) proveCodec(arm, bytesPerAnswer(follower));
    const writes = pass.perSecond * pass.leader.seconds;
    const codecNs =
      histogramOf(pass.leader, 'network_encode_ns').sum + histogramOf(pass.leader, 'network_decode_ns').sum;
    return {
      throughput: pass.perSecond,
      p50: pass.p50Ms,
      p99: pass.p99Ms,
      cpu: pass.cpuUsPerRequest,
      'codec-time': codecNs / 1e3 / writes,
      'bytes-per-write': counterOf(pass.leader, 'network_peer_bytes_sent_total') / writes,
    };
  },
});

/** What a follower sent per message: it answers, and carries no entries. */
function bytesPerAnswer(follower: NodeWindow): number {
  const messages = counterOf(follower, 'network_peer_messages_sent_total');
  return counterOf(follower, 'network_peer_bytes_sent_total') / Math.max(1, messages);
}

/** Told by the size of what no entry makes larger. @throws UnprovenError */
export function proveCodec(arm: string, bytesPerAnswer: number): void {
  const counted = `a follower sent ${Math.round(bytesPerAnswer)} bytes per answer`;
  if (arm === 'json') prove(bytesPerAnswer >= ANSWER_BYTES.jsonMin, arm, counted);
  else prove(bytesPerAnswer > 0 && bytesPerAnswer <= ANSWER_BYTES.protobufMax, arm, counted);
}
