const SLAB_BYTES = 65_536;
let slab = new Uint8Array(SLAB_BYTES);
let slabUsed = 0;

/** Small commands share a slab: a typed array of its own costs an allocation outside V8's heap, as dear as all the rest of a put. */
export function allocate(bytes: number): Uint8Array {
  if (bytes > SLAB_BYTES / 8) return new Uint8Array(bytes);
  if (slabUsed + bytes > SLAB_BYTES) {
    slab = new Uint8Array(SLAB_BYTES);
    slabUsed = 0;
  }
  const data = slab.subarray(slabUsed, slabUsed + bytes);
  slabUsed += bytes;
  return data;
}
