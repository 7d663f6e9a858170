import { t } from '../language/language.js';

/** What a sync was for, as a counter or a trace names it (`hard_state`), in words. A cause that is not known here stays as it is. */
export function causeName(cause: string): string {
  const name = cause.replaceAll('_', ' ');
  const words: Readonly<Record<string, string>> = {
    entries: t`entries`,
    'hard state': t`hard state`,
    'hard-state': t`hard-state`,
    interval: t`interval`,
    rotation: t`rotation`,
    close: t`close`,
    recovery: t`recovery`,
    preallocate: t`preallocate`,
    directory: t`directory`,
    snapshot: t`snapshot`,
    identity: t`identity`,
    'not known': t`not known`,
  };
  return Object.hasOwn(words, name) ? words[name]! : name;
}
