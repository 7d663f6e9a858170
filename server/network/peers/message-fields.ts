/** Tags (field number and wire type) of peer.proto, as the encoder writes and the decoder meets them. */

export const wireVarint = 0;
export const wireBytes = 2;
const tag = (field: number, wire: number): number => (field << 3) | wire;

export const batchMessages = tag(1, wireBytes);
export const entryIndex = tag(1, wireVarint);
export const entryTerm = tag(2, wireVarint);
export const entryType = tag(3, wireVarint);
export const entryData = tag(4, wireBytes);
export const snapshotIndex = tag(1, wireVarint);
export const snapshotTerm = tag(2, wireVarint);
export const snapshotVoters = tag(3, wireBytes);
export const snapshotVotersOutgoing = tag(4, wireBytes);
export const snapshotLearners = tag(5, wireBytes);
export const snapshotLearnersNext = tag(6, wireBytes);
export const snapshotAutoLeave = tag(7, wireVarint);
export const messageType = tag(1, wireVarint);
export const messageFrom = tag(2, wireVarint);
export const messageTo = tag(3, wireVarint);
export const messageTerm = tag(4, wireVarint);
export const messageLogTerm = tag(5, wireVarint);
export const messageIndex = tag(6, wireVarint);
export const messageEntries = tag(7, wireBytes);
export const messageCommit = tag(8, wireVarint);
export const messageReject = tag(9, wireVarint);
export const messageRejectHint = tag(10, wireVarint);
export const messageContext = tag(11, wireVarint);
export const messageSnapshot = tag(12, wireBytes);
export const messageDiskQueueNs = tag(13, wireVarint);
export const messageDiskWriteNs = tag(14, wireVarint);
export const messageDiskSyncNs = tag(15, wireVarint);
