const ATTEMPTS_MAX = 3_000;
const PLAIN_BYTES = [0x30, 0x61, 0x20, 0x00];

/**
 * A smaller input that still fails the same way: parts are cut out, ever shorter ones, then bytes are made plain. `failing` gives the candidate back
 * when it fails so, maybe with checksums mended, else null.
 */
export async function minimise(
  input: Buffer,
  failing: (candidate: Buffer) => Promise<Buffer | null>,
): Promise<Buffer> {
  let smallest = input;
  let attempts = 0;
  const attempt = async (candidate: Buffer): Promise<boolean> => {
    if (attempts++ >= ATTEMPTS_MAX) return false;
    const found = await failing(candidate);
    // What mends may lengthen.
    if (found === null || found.length > candidate.length) return false;
    smallest = found;
    return true;
  };
  for (let size = input.length >>> 1; size >= 1; size >>>= 1) {
    for (let at = 0; at < smallest.length; ) {
      const without = Buffer.concat([smallest.subarray(0, at), smallest.subarray(at + size)]);
      if (!(await attempt(without))) at += size;
    }
  }
  for (let at = 0; at < smallest.length && attempts < ATTEMPTS_MAX; at++) {
    for (const plain of PLAIN_BYTES) {
      if (smallest[at] === plain) break;
      const plainer = Buffer.from(smallest);
      plainer[at] = plain;
      if (await attempt(plainer)) break;
    }
  }
  return smallest;
}
