import { word } from '../arguments.js';
import type { Call } from '../call.js';
import { notSupported, unknownSubcommand, wrongArity } from '../error-replies.js';
import { Glob } from '../glob.js';
import { bulkText, map } from '../reply.js';
import type { RespContext } from '../resp-context.js';
import { patternBytesMax } from '../resp-limits.js';
import { helpReply } from './help.js';

export const configSubcommands: readonly string[] = ['get', 'help'];

/** What clients and benchmarks ask a Redis server for, answered with what is true here. */
function settings({ info, limits, port }: RespContext): Readonly<Record<string, string>> {
  return {
    // No dump files: snapshots are taken when the log has grown.
    save: '',
    appendonly: 'yes',
    appendfsync: info.fsync === 'none' ? 'no' : info.fsync === 'interval' ? 'everysec' : 'always',
    databases: '1',
    maxmemory: String(limits.stateBytesMax),
    'maxmemory-policy': 'noeviction',
    maxclients: String(limits.connectionsMax),
    'proto-max-bulk-len': String(limits.valueBytesMax),
    timeout: '0',
    port: String(port),
    'cluster-enabled': 'no',
    'min-replicas-to-write': '0',
    'lua-time-limit': '0',
    'notify-keyspace-events': '',
  };
}

export function runConfig(call: Call): void {
  const { args, context } = call;
  const name = word(args[0]!);
  switch (name) {
    case 'GET':
      if (args.length < 2) call.answer(wrongArity('config|get'));
      else {
        const globs = args.slice(1, 17).map((arg) => new Glob(arg.subarray(0, patternBytesMax)));
        const found = Object.entries(settings(context)).filter(([setting]) => {
          const bytes = Buffer.from(setting);
          return globs.some((glob) => glob.matches(bytes));
        });
        call.answer(
          map(
            found.map(([setting, value]) => [setting, bulkText(value)]),
            call.protocol,
          ),
        );
      }
      break;
    case 'HELP':
      call.answer(helpReply('CONFIG', ['GET <pattern>']));
      break;
    case 'SET':
    case 'REWRITE':
      call.answer(notSupported(`CONFIG ${name}`, 'the configuration is a file that is read at the start'));
      break;
    case 'RESETSTAT':
      call.answer(
        notSupported('CONFIG RESETSTAT', 'counters only grow; take the difference of two readings'),
      );
      break;
    default:
      call.answer(unknownSubcommand('config', args[0]!));
  }
}
