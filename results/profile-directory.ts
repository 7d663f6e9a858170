import { join } from 'node:path';
import { isInsideFolder, RunDirectoryError, readCapture, readDocument } from './run-directory.js';
import { type Capture, Profile, type ProfilePass } from './schema/index.js';

/** One pass of a profile with everything that its probe left. */
export interface ProfilePassData {
  readonly pass: ProfilePass;
  readonly captures: readonly Capture[];
}

/** Everything that `profile.md` is computed from. */
export interface ProfileData {
  readonly profile: Profile;
  readonly passes: readonly ProfilePassData[];
}

/** Reads and checks a whole profile; the first thing that is not as its schema says is a `RunDirectoryError` naming file and field. */
export function readProfileDirectory(directory: string): ProfileData {
  const path = join(directory, 'profile.json');
  const profile = readDocument(path, Profile);
  const passes = profile.passes.map((pass) => {
    const captures = pass.captures.map((name) => {
      if (isInsideFolder(name)) return readCapture(join(directory, 'passes', pass.probe, name));
      throw new RunDirectoryError(`${path}: field passes: ${name} of ${pass.probe} leads out of the pass.`);
    });
    return { pass, captures };
  });
  return { profile, passes };
}

/** The captures of one kind, of all passes. */
export function profileCaptures<Schema extends Capture['schema']>(
  { passes }: ProfileData,
  schema: Schema,
): Extract<Capture, { schema: Schema }>[] {
  return passes
    .flatMap(({ captures }) => captures)
    .filter((capture): capture is Extract<Capture, { schema: Schema }> => capture.schema === schema);
}
