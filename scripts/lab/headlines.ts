import { join } from 'node:path';
import { labCount, labHeadlines } from '../../analysis/index.js';
import { readLabDirectory } from '../../results/run-directory.js';
import { projectRoot } from '../lib/project-root.js';

/** Of the run directories that are part of the repository. */
const RUN = 'results/sample-lab';

/** What the document claimed beside what the run of the lab in this repository measured, for the README. */
export function sampleHeadlines(): string {
  const data = readLabDirectory(join(projectRoot(), RUN));
  return `${labCount(data)}\n\n${labHeadlines(data)}`;
}
