import { checksum } from '../../../server/log/checksum.js';
import { decodeIdentity, encodeIdentity } from '../../../server/log/identity-file.js';
import { parseSegmentFileName, segmentFileName } from '../../../server/log/segment.js';
import {
  parseDamagedFileName,
  parsePartFileName,
  parseSnapshotFileName,
  snapshotFileName,
} from '../../../server/log/snapshot/snapshot-names.js';
import { parseTokens } from '../../../server/network/security/token-file.js';
import { mutateJson } from '../engine/mutate-json.js';
import { equal, holds } from '../engine/properties.js';
import type { Target } from '../engine/target.js';
import { behindMode, type Mode, runMode, seedsOf } from './modes.js';

const modes: readonly Mode[] = [
  {
    name: 'identity',
    run(rest) {
      const identity = decodeIdentity('identity.json', rest);
      equal('identity again', encodeIdentity(identity).toString('hex'), rest.toString('hex'));
      holds(Number.isSafeInteger(identity.nodeId), `node ${identity.nodeId}`);
    },
    seeds: [
      encodeIdentity({ clusterId: 'é', nodeId: 2 ** 40, storageId: 'disk' }),
      '{"formatVersion":1,"clusterId":"a","nodeId":1,"storageId":"__proto__","__proto__":1,"checksum":1}',
    ],
  },
  {
    name: 'tokens',
    run(rest) {
      const tokens = parseTokens('security.tokensFile', 'tokens', rest);
      const text = tokens.map(({ role, token }) => `${role} ${token}\n`).join('');
      equal('tokens again', parseTokens('security.tokensFile', 'tokens', Buffer.from(text)), tokens);
    },
    seeds: ['# comment\nread abcdefghijklmnop\n\nadmin\tqrstuvwxyz0123456789\r\n'],
  },
  {
    name: 'file names',
    run(rest) {
      const name = rest.toString('latin1');
      const segment = parseSegmentFileName(name);
      if (segment !== null && Number.isSafeInteger(segment.firstIndex))
        equal('segment', segmentFileName(segment), name);
      const snapshot = parseSnapshotFileName(name);
      if (snapshot !== null && Number.isSafeInteger(snapshot.index) && Number.isSafeInteger(snapshot.term))
        equal('snapshot', snapshotFileName(snapshot), name);
      parsePartFileName(name);
      parseDamagedFileName(name);
    },
    seeds: [
      '0000000001-0000000000000001.wal',
      '0000000000000007-0000000000000002.snap',
      '0000000000000007-0000000000000002-0a0b0c0d-99.part',
    ],
  },
];

/** Small files of a node that people touch. */
export const target: Target = {
  name: 'small-files',
  about: 'identity.json, token files, names of segments and snapshots',
  sources: [
    'server/log/identity-file',
    'server/network/security/token-file',
    'server/log/segment',
    'server/log/snapshot/snapshot-names',
  ],
  dictionary: [
    'read ',
    'write ',
    'admin ',
    '"checksum":',
    '"__proto__":',
    '\u2028',
    '\ufeff',
    '9'.repeat(16),
  ],
  seeds: () => seedsOf(modes),
  mutate: (input, random) => behindMode((rest) => mutateJson(rest, random), input),
  seal,
  run: (input) => runMode(modes, input),
};

/** An identity ends with the checksum of the object without it. */
function seal(input: Buffer): Buffer {
  if (input[0] !== 0) return input;
  try {
    const { checksum: _, ...fields } = JSON.parse(input.subarray(1).toString('utf8')) as Record<
      string,
      unknown
    >;
    const text = Buffer.from(JSON.stringify(fields));
    const sealed = { ...fields, checksum: checksum(text, 0, text.length) };
    return Buffer.concat([Buffer.of(0), Buffer.from(`${JSON.stringify(sealed)}\n`)]);
  } catch {
    return input;
  }
}
