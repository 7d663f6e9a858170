import type { PeerTimings } from '../../../../server/network/peers/peer-timings.js';
import { defaultPeerTimings } from '../../../../server/network/peers/peer-timings.js';
import type { LinkStatus } from '../../../../server/ports/transport.js';
import type { Experiment, ExperimentContext, Session } from '../../experiment.js';
import { WatchedLink } from './watched-link.js';

/** Quick runs go through the same states in a twentieth of the time. */
const QUICK_DIVISOR = 20;
const BROKEN_MS = 200;
type State = LinkStatus['state'];

/** N9: how long a link between two nodes takes to be doubted, given up and back. */
export const linkRecovery: Experiment = {
  id: 'N9',
  claims: ['N9'],
  title: 'A link between nodes that is cut and heals',
  question: 'When is a cut link noticed, and how soon is it healthy again once it heals?',
  document: {
    says: 'A link goes from healthy over probing to disconnected with a heartbeat of 10 s and a probe of 5 s, and recovers within 15 s. These are bounds, not a comparison: recovered has to be at most 15 s, noticed about 10 s and given up about 15 s after a silent cut.',
    effects: [],
  },
  arms: [
    { name: 'silent', what: 'Nothing gets through in either direction, the connections stay open.' },
    { name: 'reset', what: `All connections break, and new ones for ${BROKEN_MS} ms.` },
  ],
  workload:
    'Two transports of the peers over TCP with a proxy between them, which is cut until the link is given up, then healed. Noticed and given up count from the cut, recovered from the healing.',
  limits:
    'With --quick all times of the link, heartbeat and probe among them, are a twentieth, and so are those measured: 15 s reads as 750 ms.',
  metrics: [
    { name: 'noticed', unit: 'ms', better: 'lower' },
    { name: 'given-up', unit: 'ms', better: 'lower' },
    { name: 'recovered', unit: 'ms', better: 'lower' },
    { name: 'transitions', unit: 'changes', better: 'lower' },
  ],
  repeats: 5,
  warmUp: false,
  cost: 'seconds',
  begin,
};

async function begin({ quick, seed, signal }: ExperimentContext): Promise<Session> {
  const link = await WatchedLink.open(
    quick ? scaled(defaultPeerTimings, QUICK_DIVISOR) : defaultPeerTimings,
    {
      seed,
      signal,
    },
  );
  return {
    run: async (arm) => {
      await link.reach('healthy');
      const { transitions } = link;
      const cutMs = link.cut(arm === 'silent' ? 'hold' : 'drop');
      // A broken link may be gone before it was doubted.
      const noticedMs = await link.leave('healthy');
      const givenUpMs = await link.reach('disconnected');
      if (arm === 'reset') await link.pause(quick ? BROKEN_MS / QUICK_DIVISOR : BROKEN_MS);
      const healedMs = link.heal();
      const recoveredMs = await link.reach('healthy' satisfies State);
      return {
        noticed: noticedMs - cutMs,
        'given-up': givenUpMs - cutMs,
        recovered: recoveredMs - healedMs,
        transitions: link.transitions - transitions,
      };
    },
    end: () => link.close(),
  };
}

function scaled(timings: PeerTimings, divisor: number): PeerTimings {
  return Object.fromEntries(
    Object.entries(timings).map(([name, ms]) => [name, Math.max(1, ms / divisor)]),
  ) as unknown as PeerTimings;
}
