import { checksum, continueChecksum } from '../../../server/log/checksum.js';
import {
  BLOCK_HEADER_BYTES,
  encodeFooter,
  encodeHeader,
  FOOTER_BYTES,
  HEADER_PREFIX_BYTES,
} from '../../../server/log/snapshot/snapshot-codec.js';
import { SnapshotParser } from '../../../server/log/snapshot/snapshot-parser.js';
import { FULL_META } from '../../../server/log/testing/snapshot-fixtures.js';
import { StateMachine } from '../../../server/state/state-machine.js';
import { cuttings, equal, verdict } from '../engine/properties.js';
import type { Target } from '../engine/target.js';
import { stateBytes } from './snapshot-state-seeds.js';

/** A file of a snapshot, or of a backup: the same verdict and the same blocks however it is cut; an accepted one is written again to the same bytes. */
export const target: Target = {
  name: 'snapshot-file',
  about: 'snapshot and backup files: header, blocks, footer',
  sources: ['server/log/snapshot/snapshot-parser', 'server/log/snapshot/snapshot-codec'],
  dictionary: [
    'STRATASN',
    Buffer.alloc(4),
    Buffer.of(0, 0, 16, 0),
    Buffer.of(1, 0, 16, 0),
    Buffer.of(0, 0, 1, 0),
  ],
  seeds: () => [
    { name: 'three blocks', bytes: fileOf([Buffer.of(1), Buffer.alloc(24), Buffer.from('the third block')]) },
    { name: 'no block', bytes: fileOf([]) },
    { name: 'a state', bytes: fileOf([stateBytes(new StateMachine())]) },
  ],
  seal,
  run(input) {
    const outcomes = cuttings(input).map(outcomeOf);
    for (const outcome of outcomes) equal('another cut', outcome, outcomes[0]);
    const first = outcomes[0]!;
    if ('refused' in first) return;
    const { meta, blocks } = first.ok;
    equal('file again', fileOf(blocks, meta).toString('hex'), input.toString('hex'));
  },
};

function outcomeOf(pieces: readonly Buffer[]) {
  return verdict(() => {
    const blocks: Buffer[] = [];
    const parser = new SnapshotParser('snapshot', (block) => void blocks.push(Buffer.from(block)));
    for (const piece of pieces) parser.push(piece);
    return { ...parser.end(), blocks };
  });
}

export function fileOf(blocks: readonly Uint8Array[], meta = FULL_META): Buffer {
  const header = encodeHeader(meta);
  const parts: Uint8Array[] = [header];
  for (const block of blocks) parts.push(Buffer.alloc(BLOCK_HEADER_BYTES), block);
  parts.push(Buffer.alloc(FOOTER_BYTES));
  const file = Buffer.concat(parts);
  let at = header.length;
  for (const block of blocks) {
    file.writeUInt32LE(block.length, at);
    at += BLOCK_HEADER_BYTES + block.length;
  }
  return seal(file);
}

/** Mends the checksums of header, blocks and footer, and what the footer counts. */
export function seal(bytes: Buffer): Buffer {
  if (bytes.length < HEADER_PREFIX_BYTES) return bytes;
  const headerBytes = HEADER_PREFIX_BYTES + bytes.readUInt32LE(12);
  if (headerBytes > bytes.length) return bytes;
  const checked = Buffer.concat([bytes.subarray(0, 16), bytes.subarray(HEADER_PREFIX_BYTES, headerBytes)]);
  bytes.writeUInt32LE(checksum(checked, 0, checked.length), 16);
  let sum = continueChecksum(0, bytes.subarray(0, headerBytes));
  let blocks = 0;
  let bodyBytes = 0;
  let at = headerBytes;
  for (; at + BLOCK_HEADER_BYTES <= bytes.length; blocks++) {
    const length = bytes.readUInt32LE(at);
    const end = at + BLOCK_HEADER_BYTES + length;
    if (length === 0 || end > bytes.length) break;
    const head = bytes.subarray(at, at + BLOCK_HEADER_BYTES);
    const block = bytes.subarray(at + BLOCK_HEADER_BYTES, end);
    bytes.writeUInt32LE(continueChecksum(continueChecksum(0, head.subarray(0, 4)), block), at + 4);
    sum = continueChecksum(sum, head);
    bodyBytes += length;
    at = end;
  }
  // Not when a mutation made the footer something else.
  if (at + FOOTER_BYTES === bytes.length && bytes.readUInt32LE(at) === 0)
    bytes.set(encodeFooter({ blocks, bodyBytes, fileBytes: bytes.length, checksum: sum }), at);
  return bytes;
}
