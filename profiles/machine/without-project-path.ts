import { findProject } from './project-root.js';

let root: string | null | undefined;

/** A run directory travels; where the project lies on this machine is nobody's business, so raw texts say `/strata` instead. */
export function withoutProjectPath(text: string): string {
  root ??= findProject()?.root ?? null;
  return root === null || root === undefined ? text : text.replaceAll(`${root}/`, '/strata/');
}
