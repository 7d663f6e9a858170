import assert from 'node:assert/strict';
import { test } from 'node:test';
import { effectsOf } from '../../analysis/lab/effects.js';
import { LabExperiment } from '../../results/schema/index.js';
import { type Experiment, type ExperimentContext, NotDecidableError, type Session } from './experiment.js';
import { drawRounds } from './rounds.js';
import { runExperiment } from './run-experiment.js';

const FAKE: Experiment = {
  id: 'N1',
  claims: ['N1'],
  title: 'Made up',
  question: 'Is twice as much measured as twice as much?',
  document: {
    says: 'Twice as much.',
    effects: [{ metric: 'rate', arm: 'new', against: 'old', low: 1.8, high: 2.2 }],
  },
  arms: [
    { name: 'old', what: 'One.' },
    { name: 'new', what: 'Two.' },
    { name: 'same', what: 'One again.' },
  ],
  workload: 'None.',
  metrics: [{ name: 'rate', unit: '1/s', better: 'higher' }],
  repeats: 6,
  warmUp: true,
  cost: 'seconds',
  begin: () => Promise.reject(new Error('not given')),
};
const LEVELS: Readonly<Record<string, number>> = { old: 100, new: 200, same: 100 };

function context(signal = new AbortController().signal): ExperimentContext {
  return { signal, directory: '/nowhere', quick: true, seed: 11, progress: () => {} };
}

/** The experiment with arms that do this, and the arms in the order in which they ran. */
function withRuns(run: (arm: string, nth: number) => ReturnType<Session['run']>): {
  readonly experiment: Experiment;
  readonly ran: string[];
  readonly ended: () => number;
} {
  const ran: string[] = [];
  let ends = 0;
  const session: Session = {
    run: (arm) => run(arm, ran.push(arm)),
    end: async () => {
      ends += 1;
    },
  };
  return { experiment: { ...FAKE, begin: async () => session }, ran, ended: () => ends };
}

/** Noise of a few per cent that differs from run to run. */
const noisy = async (arm: string, nth: number) => ({ rate: LEVELS[arm]! * (1 + ((nth * 7) % 11) / 200) });

test('arms run in turns: every round has each once, in an order that the seed alone decides', () => {
  const arms = ['a', 'b', 'c', 'd'];
  const rounds = drawRounds(arms, 40, 3);
  for (const round of rounds) assert.deepEqual([...round].sort(), arms);
  assert.deepEqual(drawRounds(arms, 40, 3), rounds);
  assert.notDeepEqual(drawRounds(arms, 40, 4), rounds);
  const first = new Set(rounds.map(([arm]) => arm));
  assert.deepEqual([...first].sort(), arms);
});

test('an effect of 2 is found, an arm that does not differ shows none, the warm-up is kept and does not count', async () => {
  const { experiment, ran, ended } = withRuns(noisy);
  const document = await runExperiment(experiment, { context: context(), repeats: 6 });
  assert.deepEqual(LabExperiment.parse(document), document);
  assert.deepEqual([document.state, ended(), ran.length], ['done', 1, 3 * 7]);
  assert.deepEqual(
    document.rounds.map(({ warmUp }) => warmUp),
    [true, false, false, false, false, false, false],
  );
  assert.deepEqual(
    document.rounds.flatMap(({ runs }) => runs.map(({ arm }) => arm)),
    ran,
  );
  const [claimed, same] = effectsOf(document);
  assert.deepEqual([claimed!.arm, claimed!.verdict], ['new', { kind: 'confirmed' }]);
  assert.ok(same!.interval!.low < 1 && same!.interval!.high > 1, JSON.stringify(same));
});

test('an arm that fails ends its experiment, not what was measured before; the session is ended all the same', async () => {
  const { experiment, ended } = withRuns((arm, nth) => {
    if (nth > 7) throw new Error('the disk\n  is gone');
    return noisy(arm, nth);
  });
  const seen: number[] = [];
  const document = await runExperiment(experiment, {
    context: context(),
    repeats: 6,
    onRound: ({ rounds, state }) => {
      assert.equal(state, 'interrupted');
      seen.push(rounds.length);
    },
  });
  assert.deepEqual([document.state, document.because, ended()], ['failed', 'the disk is gone', 1]);
  assert.equal(document.rounds.length, 2);
  assert.deepEqual(seen, [1, 2]);
});

test('a machine that cannot answer is no failure', async () => {
  const experiment = { ...FAKE, begin: () => Promise.reject(new NotDecidableError('one CPU only')) };
  const document = await runExperiment(experiment, { context: context(), repeats: 6 });
  assert.deepEqual([document.state, document.because], ['not-decidable', 'one CPU only']);
});

test('a stop keeps the whole rounds and drops the one under way', async () => {
  const stop = new AbortController();
  const { experiment, ended } = withRuns((arm, nth) => {
    if (nth === 8) stop.abort();
    return noisy(arm, nth);
  });
  const document = await runExperiment(experiment, { context: context(stop.signal), repeats: 6 });
  assert.deepEqual([document.state, document.rounds.length, ended()], ['interrupted', 2, 1]);
});

test('a run that hangs is told to stop and ends its experiment', async () => {
  let told: AbortSignal | null = null;
  let ends = 0;
  const session: Session = {
    run: () => new Promise(() => {}),
    end: async () => {
      ends += 1;
    },
  };
  const experiment: Experiment = {
    ...FAKE,
    begin: async ({ signal }) => {
      told = signal;
      return session;
    },
  };
  const document = await runExperiment(experiment, { context: context(), repeats: 1, runTimeoutMs: 10 });
  assert.deepEqual([document.state, ends, (told as AbortSignal | null)?.aborted], ['failed', 1, true]);
  assert.match(document.because!, /did not end within 0\.01 s/);
});

test('values that are no numbers, or of no metric, are an error that names them', async () => {
  const wrong = async (values: Record<string, number>) => {
    const { experiment } = withRuns(async () => values);
    return (await runExperiment(experiment, { context: context(), repeats: 1 })).because;
  };
  assert.match((await wrong({ rate: Number.NaN }))!, /gave NaN for rate/);
  assert.match((await wrong({ speed: 1 }))!, /gave speed, which is no metric/);
});
