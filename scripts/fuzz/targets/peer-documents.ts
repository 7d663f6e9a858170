import { crc32 } from 'node:zlib';
import { StrataError } from '../../../server/errors.js';
import {
  decodeChange,
  decodeMembershipResult,
  decodeTransfer,
  decodeTransferResult,
  encodeChange,
  encodeTransfer,
  refuseInvalidMember,
} from '../../../server/runtime/cluster-codec.js';
import {
  DOCUMENT_BYTES_MAX,
  decodeAnswer,
  encodeDocument,
  encodeOk,
  encodeRefusal,
} from '../../../server/runtime/peer-json.js';
import {
  decodeOffer,
  decodeOfferAnswer,
  decodePiece,
  encodeOffer,
  encodePiece,
} from '../../../server/runtime/snapshot-wire.js';
import { mutateJson } from '../engine/mutate-json.js';
import { equal, holds, must } from '../engine/properties.js';
import type { Target } from '../engine/target.js';
import { behindMode, type Mode, runMode, seedsOf } from './modes.js';

const PIECE = 6;
const META = {
  index: 9,
  term: 2,
  voters: [1, 2],
  votersOutgoing: [],
  learners: [3],
  learnersNext: [],
  autoLeave: false,
};
const STATUS = {
  id: 1,
  httpUrl: 'http://a:1',
  respUrl: null,
  host: 'a',
  peerPort: 1,
  voter: true,
  match: 7,
  state: 'probe',
};

const modes: readonly Mode[] = [
  {
    name: 'change',
    run(rest) {
      const change = decodeChange(rest);
      equal(
        'change again',
        must('change', () => decodeChange(encodeChange(change))),
        change,
      );
      if (change.kind === 'add') refuseInvalidMember(change.member);
    },
    seeds: [
      encodeChange({ kind: 'add', member: { id: 4, host: 'node-4', peerPort: 1, httpPort: 2, respPort: 0 } }),
      encodeChange({ kind: 'replace', id: 2, by: 5 }),
      encodeChange({ kind: 'promote', id: 2 }),
    ],
  },
  {
    name: 'transfer',
    run(rest) {
      const to = decodeTransfer(rest);
      equal('transfer again', decodeTransfer(encodeTransfer(to)), to);
    },
    seeds: [encodeTransfer(3), encodeTransfer(null)],
  },
  {
    name: 'transfer result',
    run: (rest) => void decodeTransferResult(answerOf(rest)),
    seeds: [encodeOk({ leader: 2, term: 7 })],
  },
  {
    name: 'membership result',
    run: (rest) => void decodeMembershipResult(answerOf(rest)),
    seeds: [
      encodeOk({ index: 8, members: [STATUS] }),
      encodeRefusal(new StrataError('STRATA_MEMBER_LAST', { node: 1 })),
    ],
  },
  {
    name: 'offer',
    run(rest) {
      const offer = decodeOffer(rest);
      equal(
        'offer again',
        must('offer', () => decodeOffer(encodeOffer(offer))),
        offer,
      );
    },
    seeds: [encodeOffer({ term: 3, info: { meta: META, fileBytes: 2 ** 33, checksum: 0xffff_ffff } })],
  },
  {
    name: 'offer answer',
    run: (rest) => void decodeOfferAnswer(answerOf(rest)),
    seeds: [encodeOk({ state: 'receiving', offset: 5 })],
  },
  {
    name: 'piece',
    run(rest) {
      const piece = decodePiece(rest);
      equal(
        'piece again',
        Buffer.from(must('piece', () => encodePiece(piece))).toString('hex'),
        rest.toString('hex'),
      );
    },
    seeds: [encodePiece({ index: 9, checksum: 7, offset: 2 ** 33, bytes: Buffer.from('bytes of a file') })],
  },
];

/** Documents that nodes send each other, and pieces of snapshots. */
export const target: Target = {
  name: 'peer-documents',
  about: 'changes of membership, transfers of leadership, snapshots between nodes',
  sources: ['server/runtime/peer-json', 'server/runtime/cluster-codec', 'server/runtime/snapshot-wire'],
  dictionary: [
    '"__proto__":',
    '"kind":"remove"',
    '"error":{"code":"STRATA_NO_LEADER"}',
    Buffer.of(0x7f, 0xf8, 0, 0, 0, 0, 0, 0),
    Buffer.of(0x80, 0, 0, 0, 0, 0, 0, 0),
  ],
  seeds: () => seedsOf(modes),
  mutate: (input, random) => behindMode((rest) => mutateJson(rest, random), input),
  seal,
  run: (input) => runMode(modes, input),
};

/** The error that an answer carries is encoded again to the same. */
function answerOf(rest: Buffer) {
  try {
    return decodeAnswer(rest);
  } catch (error) {
    if (!(error instanceof StrataError) || error.code === 'STRATA_FRAME_INVALID') throw error;
    const document = encodeRefusal(error);
    holds(document.length <= 8 * DOCUMENT_BYTES_MAX, `an error of ${document.length} bytes`);
    equal('error again', document, encodeDocument({ error: { code: error.code, details: error.details } }));
    throw error;
  }
}

function seal(input: Buffer): Buffer {
  if ((input[0] ?? 0) % modes.length === PIECE && input.length > 25)
    input.writeUInt32BE(crc32(input.subarray(25)), 21);
  return input;
}
