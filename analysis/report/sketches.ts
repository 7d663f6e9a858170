import { t, translated } from '../language/language.js';
import { type StageKey, stageDefinition } from '../stages/stage-list.js';
import { nanos } from '../tables/format.js';
import { type Facts, levelName } from './facts.js';
import { blocks } from './section.js';

/** A line of a sketch: a stage with its mean, or what lies between stages. */
type Line = { readonly stage: StageKey; readonly room: string } | { readonly note: string };

const stage = (key: StageKey, room: string): Line => ({ stage: key, room });
const note = (text: string): Line => ({ note: text });

/** Architecture of a layer as the document draws it, with the mean of each step of a write beside it. */
const SKETCHES = {
  network: [
    stage('clientQueue', 'loadgen/'),
    stage('wireIn', 'socket → event loop'),
    stage('parse', 'server/network/http/, resp/'),
    note('consensus, log and state: sections 2 and 3'),
    stage('reply', 'server/network/http/, resp/'),
    stage('wireOut', 'event loop → socket → client'),
  ],
  log: [
    note('an append of the core'),
    stage('batchWait', 'server/log/append-slot'),
    stage('write', 'server/log/batch-write'),
    stage('syncSubmit', 'server/log/sync-policies'),
    stage('fsync', 'server/io/, libuv pool → kernel → device'),
    note('the same on each follower, as it reported:'),
    stage('remoteQueue', 'server/log/'),
    stage('remoteWrite', 'server/log/'),
    stage('remoteSync', 'server/io/'),
  ],
  consensus: [
    stage('proposeQueue', 'server/runtime/write-desk'),
    note('appended to the own log (section 2), and at the same time:'),
    stage('sendWait', 'server/runtime/node-loop'),
    stage('peerNetwork', 'server/network/peers/'),
    note('committed by the majority: server/consensus/'),
    stage('handOver', 'server/runtime/node-loop'),
    stage('applyWait', 'server/runtime/applier'),
    stage('apply', 'server/state/'),
  ],
} as const satisfies Record<string, readonly Line[]>;

const NUMBER_WIDTH = 9;

/** A block of text that reads in a terminal too. Steps without a measurement keep their place. */
export function sketch(facts: Facts, layer: keyof typeof SKETCHES): string {
  const { middle } = facts;
  const budget = middle?.writeBudget.ok === true ? middle.writeBudget.value : null;
  const means = new Map(budget?.stages.map((each) => [each.stage.key, each.meanNs]));
  const lines = SKETCHES[layer].flatMap((line: Line, at: number): string[] => {
    const text =
      'note' in line
        ? `${' '.repeat(NUMBER_WIDTH)}  · ${translated(line.note)}`
        : `${meanText(means.get(line.stage)).padStart(NUMBER_WIDTH)}  ${translated(stageDefinition(line.stage).name)}  [${translated(line.room)}]`;
    return at === 0 ? [text] : [`${' '.repeat(NUMBER_WIDTH)}  ↓`, text];
  });
  const caption =
    budget === null || middle === null
      ? t`Without numbers: the stages of a write were not measured in this run.`
      : t`Mean of each step over all writes, which take ${nanos(budget.meanTotalNs)}, at ${levelName(middle)}. The own disk and the followers are two branches of one commit: the steps of a branch count as zero in every write that the other one decided. What a branch takes where it decides stands in the request budget.`;
  return blocks(['```text', ...lines, '```'].join('\n'), caption);
}

function meanText(meanNs: number | undefined): string {
  return meanNs === undefined ? '–' : nanos(meanNs);
}
