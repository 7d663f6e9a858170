import type { ClusterAdmin } from '../../../ports/cluster-admin.js';
import { integerArgument } from '../arguments.js';
import type { Call } from '../call.js';
import { type CommandSpec, command } from '../command-spec.js';
import { notAnInteger, notSupported } from '../error-replies.js';
import { array, bulkText, emptyArray, integer, ok, simple } from '../reply.js';
import { commandSubcommands, runCommand } from './command-docs.js';
import { configSubcommands, runConfig } from './config.js';
import { runInfo } from './info.js';

/** Other nodes that hold every acknowledged write: what a quorum of the voters has besides one. */
function replicasOfQuorum(call: Call): number {
  const voters = call.context.service.status().members.filter(({ voter }) => voter).length;
  return Math.floor(voters / 2);
}

/** It stands alone in the order, so all writes before it are acknowledged: by a quorum, or with an error. */
function runWait(call: Call): void {
  const [replicas, timeoutMs] = call.args.map(integerArgument);
  if (replicas === null || timeoutMs === null) call.answer(notAnInteger);
  else call.answer(integer(replicasOfQuorum(call)));
}

function withAdmin(call: Call, ask: (admin: ClusterAdmin) => void): void {
  const { admin } = call.context;
  if (admin === null)
    call.answer(notSupported(call.spec.name.toUpperCase(), 'this listener has no part in it'));
  else ask(admin);
}

/** SAVE answers when the snapshot is durable, BGSAVE at once. */
function runSave(call: Call): void {
  withAdmin(call, (admin) => {
    call.pend();
    admin.takeSnapshot((error) => call.settle(error, ok));
  });
}

function runBgsave(call: Call): void {
  const { log } = call.context;
  withAdmin(call, (admin) => {
    admin.takeSnapshot((error) => {
      if (error !== null) log.warn({ error: error.message }, 'BGSAVE failed');
    });
    call.answer(simple('Background saving started'));
  });
}

function runFailover(call: Call): void {
  if (call.args.length > 0) {
    call.answer(notSupported('FAILOVER with options', 'use strata member transfer to name the node'));
    return;
  }
  withAdmin(call, (admin) => {
    call.pend();
    admin.transferLeader(null, (error) => call.settle(error, ok));
  });
}

export const serverCommands: readonly CommandSpec[] = [
  command({
    name: 'command',
    arity: -1,
    effect: 'local',
    group: 'server',
    since: '2.8.13',
    summary: 'This table: COUNT LIST INFO DOCS GETKEYS',
    subcommands: commandSubcommands,
    flags: ['loading', 'stale'],
    run: runCommand,
  }),
  command({
    name: 'info',
    arity: -1,
    effect: 'local',
    group: 'server',
    summary: 'What the node tells of itself; by section',
    flags: ['loading', 'stale'],
    run: runInfo,
  }),
  command({
    name: 'config',
    arity: -2,
    effect: 'local',
    group: 'server',
    since: '2.0.0',
    summary: 'GET what clients ask for; the configuration itself is a file, read at the start',
    subcommands: configSubcommands,
    flags: ['admin', 'noscript', 'loading', 'stale'],
    run: runConfig,
  }),
  command({
    name: 'role',
    arity: 1,
    effect: 'local',
    group: 'server',
    since: '2.8.12',
    summary: 'Master, and the commit index: every node takes writes',
    flags: ['noscript', 'loading', 'stale', 'fast'],
    run: (call) => {
      const { commitIndex } = call.context.service.status();
      call.answer(array([bulkText('master'), integer(commitIndex), emptyArray]));
    },
  }),
  command({
    name: 'wait',
    arity: 3,
    effect: 'alone',
    group: 'server',
    since: '3.0.0',
    summary: 'Other nodes that hold the writes before it: a quorum less one, always',
    run: runWait,
  }),
  command({
    name: 'save',
    arity: 1,
    effect: 'alone',
    role: 'admin',
    group: 'server',
    summary: 'Take a snapshot of this node now; answers when it is durable',
    flags: ['admin', 'noscript'],
    run: runSave,
  }),
  command({
    name: 'bgsave',
    arity: -1,
    effect: 'local',
    role: 'admin',
    group: 'server',
    summary: 'Begin a snapshot of this node',
    flags: ['admin', 'noscript'],
    run: runBgsave,
  }),
  command({
    name: 'failover',
    arity: -1,
    effect: 'alone',
    role: 'admin',
    group: 'server',
    since: '6.2.0',
    summary: 'Hand leadership to the follower that is furthest',
    flags: ['admin', 'noscript'],
    run: runFailover,
  }),
];
