/** The commands that run these experiments of the lab: none where there is none. */
export function labAgain(experiments: readonly string[]): readonly string[] {
  return experiments.length === 0 ? [] : [`strata lab run ${experiments.join(' ')}`];
}
