import {
  allocateFrame,
  decodeHeader,
  encodeFrame,
  encodeHeader,
  FrameDecoder,
  type FrameHeader,
  FrameKind,
  raftHeader,
  Service,
} from '../../../server/network/peers/frame.js';
import { cuttings, equal, must, verdict } from '../engine/properties.js';
import type { Seed, Target } from '../engine/target.js';

const FRAME_BYTES_MAX = 4_096;
const PAYLOAD = Buffer.from('payload');

/** Frames out of a stream: the same ones however it is cut, a held frame never larger than what came, headers that come out as they went in. */
export const target: Target = {
  name: 'peer-frame',
  about: 'the stream between nodes, cut into frames',
  sources: ['server/network/peers/frame', 'server/network/peers/varint'],
  seeds,
  run(input) {
    const outcomes = cuttings(input).map(framesOf);
    for (const outcome of outcomes) equal('frames of another cut', outcome, outcomes[0]);
    const header = verdict(() => decodeHeader(input));
    if ('ok' in header) {
      const again = must('header', () => decodeHeader(encodeHeader(header.ok)));
      equal('header again', again, header.ok);
    }
  },
};

interface Outcome {
  readonly frames: readonly { readonly header: FrameHeader; readonly payload: Buffer }[];
  readonly fault: string | null;
  readonly held: number;
}

function framesOf(pieces: readonly Buffer[]): Outcome {
  const frames: { header: FrameHeader; payload: Buffer }[] = [];
  const decoder = new FrameDecoder(FRAME_BYTES_MAX, (header, payload) => {
    frames.push({ header, payload: Buffer.from(payload) });
  });
  const pushed = verdict(() => {
    for (const piece of pieces) decoder.push(piece);
  });
  const isBroken = 'refused' in pushed;
  return { frames, fault: isBroken ? pushed.refused : null, held: isBroken ? 0 : decoder.bufferedBytes };
}

function seeds(): Seed[] {
  const request = {
    service: Service.Node,
    method: 'kv.read',
    requestId: 2 ** 40 + 3,
    kind: FrameKind.Request,
  };
  const ping = { service: Service.Control, method: '', requestId: 1, kind: FrameKind.Ping };
  const { frame, offset } = allocateFrame(raftHeader, PAYLOAD.length, 0);
  frame.set(PAYLOAD, offset);
  return [
    { name: 'a request', bytes: encodeFrame(request, PAYLOAD) },
    { name: 'ping, raft, ping', bytes: Buffer.concat([encodeFrame(ping), frame, encodeFrame(ping)]) },
    { name: 'a frame that has not ended', bytes: encodeFrame(request, Buffer.alloc(300)).subarray(0, 200) },
    { name: 'a header alone', bytes: encodeHeader(request) },
  ];
}
