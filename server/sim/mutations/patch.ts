import { MUTATIONS } from '../../consensus/testing/mutations.js';
import { InvariantError } from '../../errors.js';

export { replace } from '../../consensus/testing/mutation.js';

/** Puts a defect in; the result takes it out again and leaves no trace. */
export type Patch = () => () => void;

/** Replaces a getter of a class; the replacement gets the one it stands for. */
export function replaceGetter<T extends object, K extends keyof T & string>(
  target: T,
  name: K,
  mutated: (original: (this: T) => T[K]) => (this: T) => T[K],
): Patch {
  return () => {
    const descriptor = Object.getOwnPropertyDescriptor(target, name);
    if (descriptor?.get === undefined) throw new InvariantError(`${name} is no getter`);
    Object.defineProperty(target, name, { ...descriptor, get: mutated(descriptor.get as () => T[K]) });
    return () => Object.defineProperty(target, name, descriptor);
  };
}

/** A defect that needs several places. */
export function together(...patches: readonly Patch[]): Patch {
  return () => {
    const undo = patches.map((apply) => apply());
    return () => {
      for (const one of undo.reverse()) one();
    };
  };
}

/** A defect that the simulation of the core alone plants too. */
export function fromCore(name: string): Patch {
  const found = MUTATIONS.find((mutation) => mutation.name === name);
  if (found === undefined) throw new InvariantError(`the core has no mutation "${name}"`);
  return found.apply;
}
