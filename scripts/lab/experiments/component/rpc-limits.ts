/** Bytes of one frame between client and server of an experiment. */
export const FRAME_BYTES_MAX = 8 * 1024 * 1024;
