import { SessionTable } from '../../state/session-table.js';
import type { SimMutation } from '../contracts.js';
import { aim } from './aim.js';
import { applyBesideInstall } from './late-apply.js';
import { replace } from './patch.js';

/** Defects where a snapshot takes the place of a state. */
export const STATE_MUTATIONS: readonly SimMutation[] = [
  {
    number: 10,
    name: 'apply-beside-install',
    defect:
      'Entries on their way to the state machine meet a snapshot that took its place (async-raft, openraft eed681d5)',
    foundBy: ['InvariantError'],
    adjust: aim({
      snapshots: { entriesMax: 20, keepEntries: 0 },
      faults: { crash: 0.005, downMsMax: 300 },
    }),
    apply: applyBesideInstall,
  },
  {
    number: 11,
    name: 'snapshot-without-sessions',
    defect: 'A snapshot leaves out what clients were answered (Raft thesis §6.3)',
    foundBy: ['session table', 'equal states', 'state machine safety'],
    adjust: aim({
      snapshots: { entriesMax: 20, keepEntries: 0 },
      faults: { crash: 0.005, downMsMax: 300 },
    }),
    apply: replace(
      SessionTable.prototype,
      'capture',
      (original) =>
        function capture(this: SessionTable) {
          return original.call(this).slice(0, 0);
        },
    ),
  },
];
