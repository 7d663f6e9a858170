import { t } from '../language/language.js';
import { counter, counterPerSecond, histogramCount, histogramMean } from '../measures/node-measures.js';
import { bytes, integer, nanos, perSecond, significant } from '../tables/format.js';
import { left, MarkdownTable, right } from '../tables/markdown-table.js';
import { type Facts, levelName, nodesInOrder } from './facts.js';
import { blocks, notMeasured } from './section.js';

/** 1.5: what each node sent its peers and heard of them, and how a frame looks on the wire (N11). */
export function peerTable(facts: Facts): string {
  const table = new MarkdownTable(
    [
      left(t`Level`),
      left(t`Node`),
      right(t`RTT mean`),
      right(t`Pings`),
      right(t`Sent`),
      right(t`Received`),
      right(t`Messages sent`),
      right(t`Messages / frame`),
      right(t`Encode, mean`),
      right(t`Decode, mean`),
      right(t`Connects`),
      right(t`Dropped`),
    ],
    t`\`points/*/nodes/*.json\`; RTT: pings once a second on the connections that this node dialled, no disk in them`,
  );
  for (const point of facts.sweep) {
    for (const node of nodesInOrder(point)) {
      const rate = (name: string, format: (value: number) => string): string =>
        table.cell(counterPerSecond(node, name), format);
      table.row(
        levelName(point),
        `${node.role} ${node.node}`,
        table.cell(histogramMean(node, 'network_peer_rtt_ns'), nanos),
        table.cell(histogramCount(node, 'network_peer_rtt_ns'), integer),
        rate('network_peer_bytes_sent_total', (value) => `${bytes(value)}/s`),
        rate('network_peer_bytes_received_total', (value) => `${bytes(value)}/s`),
        rate('network_peer_messages_sent_total', perSecond),
        table.cell(histogramMean(node, 'network_peer_batch_messages'), significant),
        table.cell(histogramMean(node, 'network_encode_ns'), nanos),
        table.cell(histogramMean(node, 'network_decode_ns'), nanos),
        table.cell(counter(node, 'network_peer_connects_total'), integer),
        table.cell(counter(node, 'network_peer_dropped_total'), integer),
      );
    }
  }
  if (table.isEmpty) return notMeasured(t`no node window was written`);
  return blocks(
    table.toString(),
    t`Messages / frame: over the frames that carry messages of Raft; pings, pongs and requests between nodes have frames of their own.`,
    t`A frame on the wire is the document's (N11): 4 bytes length of the header, the header (service and method), 4 bytes length of the payload, the payload. Ours has two more fields in the header: the kind of the frame, and the number that pairs an answer with its request. Lengths are checked against their limits before any byte is kept, so that nothing is cut short (N5).`,
  );
}
