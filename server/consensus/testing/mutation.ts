/** A defect that somebody once had. The simulation has to find it, else it proves nothing. */
export interface Mutation {
  readonly name: string;
  /** The checks that may speak; any other one, or a crash, would be found for a wrong reason. */
  readonly foundBy: readonly string[];
  /** Puts the defect into the core, for all nodes made and used until the returned function takes it out again. */
  readonly apply: () => () => void;
}

/** Replaces a method of a class; the replacement gets the one it stands for. */
export function replace<T extends object, K extends keyof T>(
  target: T,
  name: K,
  mutated: (original: T[K]) => T[K],
): () => () => void {
  return () => {
    const original = target[name];
    target[name] = mutated(original);
    return () => {
      target[name] = original;
    };
  };
}
