import { Command, InvalidArgumentError } from 'commander';
import { askNode, type Target, targetOptions } from '../lib/admin-api.js';
import { EXIT } from '../lib/exit-codes.js';
import { exitWith } from '../lib/exit-with.js';
import { printJson, printLine, textTable } from '../lib/output.js';
import { parseInteger } from '../lib/parse.js';

const ID = parseInteger(1, Number.MAX_SAFE_INTEGER);

interface Options extends Target {
  readonly json: boolean;
}

interface Member {
  readonly id: number;
  readonly httpUrl: string;
  readonly respUrl: string | null;
  readonly host: string;
  readonly peerPort: number;
  readonly voter: boolean;
  readonly match: number | null;
  readonly state: string | null;
}

interface Status {
  readonly leader: number;
  readonly lastIndex: number;
  readonly members: readonly Member[];
}

export function memberCommand(): Command {
  const member = new Command('member')
    .summary('show and change who belongs to a cluster')
    .description(
      'Show and change who belongs to a cluster. A new node joins as a learner, gets a vote when it has caught up, and an id that was\n' +
        'removed is never used again. One change at a time; any node takes the request and passes it on to the leader.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  strata member list\n  strata member add --id 4 --host 127.0.0.1 --peer-port 7204 --http-port 7004 --resp-port 7104\n' +
        '  strata member promote 4\n  strata member replace 2 --by 4\n  strata member remove 2\n  strata member transfer --to 3',
    );
  member.addCommand(command('list', 'the members, their roles, and how far each is').action(exitWith(list)));
  member.addCommand(
    command('add', 'add a node as a learner; start it with "join": true in its configuration')
      .requiredOption('--id <n>', 'a number that no member has or had', ID)
      .requiredOption('--host <host>', 'where the others reach it')
      .requiredOption('--peer-port <port>', 'its port between nodes', parseInteger(1, 65_535))
      .requiredOption('--http-port <port>', 'its HTTP port', parseInteger(1, 65_535))
      .option('--resp-port <port>', 'its Redis protocol port, 0 for none', parseInteger(0, 65_535), 0)
      .action(exitWith(add)),
  );
  member.addCommand(
    command('promote', 'give a learner a vote').argument('<id>', 'the learner', ID).action(exitWith(promote)),
  );
  member.addCommand(
    command('remove', 'remove a member for good').argument('<id>', 'the member', ID).action(exitWith(remove)),
  );
  member.addCommand(
    command('replace', 'one member out and a learner in, in one step')
      .argument('<id>', 'the member that goes', ID)
      .requiredOption('--by <id>', 'the learner that takes its vote', ID)
      .action(exitWith(replace)),
  );
  member.addCommand(
    command('transfer', 'hand leadership over')
      .option('--to <id>', 'the new leader (default: the follower that is furthest)', ID)
      .action(exitWith(transfer)),
  );
  return member;
}

function command(name: string, summary: string): Command {
  const made = new Command(name)
    .description(`${summary[0]!.toUpperCase()}${summary.slice(1)}.`)
    .summary(summary);
  for (const option of targetOptions()) made.addOption(option);
  return made.option('--json', 'stdout is one JSON document', false);
}

async function list(options: Options): Promise<number> {
  const status = (await askNode(options, 'GET', '/cluster')) as Status;
  if (options.json) printJson({ leader: status.leader, members: status.members });
  else printLine(renderMembers(status));
  return EXIT.done;
}

/** One line a member; how far it is shows only when the leader was asked. */
export function renderMembers({ leader, lastIndex, members }: Status): string {
  const rows = members.map((member) => [
    String(member.id),
    member.id === leader ? 'leader' : member.voter ? 'voter' : 'learner',
    member.httpUrl,
    member.respUrl ?? '',
    `${member.host}:${member.peerPort}`,
    member.state ?? '',
    member.match === null ? '' : `${lastIndex - member.match} behind`,
  ]);
  return textTable([['id', 'role', 'http', 'resp', 'peer', 'state', 'log'], ...rows]);
}

interface AddOptions extends Options {
  readonly id: number;
  readonly host: string;
  readonly peerPort: number;
  readonly httpPort: number;
  readonly respPort: number;
}

async function add(options: AddOptions): Promise<number> {
  const { id, host, peerPort, httpPort, respPort } = options;
  if (host.trim() === '') throw new InvalidArgumentError('--host must not be empty.');
  return change(options, 'POST', '/cluster/members', `node ${id} is a learner`, {
    id,
    host,
    peerPort,
    httpPort,
    respPort,
  });
}

function promote(id: number, options: Options): Promise<number> {
  return change(options, 'POST', `/cluster/members/${id}/promote`, `node ${id} has a vote`);
}

function remove(id: number, options: Options): Promise<number> {
  return change(options, 'DELETE', `/cluster/members/${id}`, `node ${id} is removed`);
}

function replace(id: number, options: Options & { readonly by: number }): Promise<number> {
  const said = `node ${options.by} has the vote of node ${id}, which is removed`;
  return change(options, 'POST', `/cluster/members/${id}/replace`, said, { by: options.by });
}

async function change(
  options: Options,
  method: string,
  path: string,
  said: string,
  body?: unknown,
): Promise<number> {
  const result = (await askNode(options, method, path, body)) as { readonly index: number };
  if (options.json) printJson(result);
  else printLine(`${said} (log index ${result.index})`);
  return EXIT.done;
}

async function transfer(options: Options & { readonly to?: number }): Promise<number> {
  const body = options.to === undefined ? {} : { to: options.to };
  const result = (await askNode(options, 'POST', '/cluster/transfer', body)) as {
    leader: number;
    term: number;
  };
  if (options.json) printJson(result);
  else printLine(`node ${result.leader} leads in term ${result.term}`);
  return EXIT.done;
}
