import { word } from '../arguments.js';
import type { Call } from '../call.js';
import { noAuth } from '../error-replies.js';
import { bulkText, emptyArray, failure, integer, latin1, map, type Protocol } from '../reply.js';
import { authenticate } from './auth.js';
import { clientName, invalidName } from './client.js';

/** Clients choose what to use by it; the commands here are those of Redis 7. */
export const redisVersion = '7.2.0';

const notANumber = failure('ERR Protocol version is not an integer or out of range');
const noSuchProtocol = failure('NOPROTO unsupported protocol version');
const helloNeedsAuth = failure(
  'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time',
);

/** HELLO [2 | 3 [AUTH user token] [SETNAME name]]. All of it takes effect or nothing. */
export function runHello(call: Call): void {
  const { args, session } = call;
  let protocol: Protocol = session.protocol;
  if (args.length > 0) {
    const version = latin1(args[0]!.subarray(0, 16));
    if (!/^[0-9]+$/.test(version)) {
      call.answer(notANumber);
      return;
    }
    if (version !== '2' && version !== '3') {
      call.answer(noSuchProtocol);
      return;
    }
    protocol = version === '2' ? 2 : 3;
  }
  let name: string | null = null;
  let token: Buffer | null = null;
  for (let i = 1; i < args.length; ) {
    const option = word(args[i]!);
    if (option === 'AUTH' && i + 2 < args.length) {
      token = args[i + 2]!;
      i += 3;
    } else if (option === 'SETNAME' && i + 1 < args.length) {
      name = clientName(args[i + 1]!);
      if (name === null) {
        call.answer(invalidName);
        return;
      }
      i += 2;
    } else {
      call.answer(failure(`ERR Syntax error in HELLO option '${latin1(args[i]!.subarray(0, 64))}'`));
      return;
    }
  }
  const refusal = token === null ? null : authenticate(call, token, false);
  if (refusal !== null) {
    call.answer(refusal);
    return;
  }
  if (session.role === 'none') {
    call.answer(args.length === 0 ? noAuth : helloNeedsAuth);
    return;
  }
  if (name !== null) session.name = name;
  session.protocol = protocol;
  call.answer(
    map(
      [
        // Clients look for this name before they use what Redis can do.
        ['server', bulkText('redis')],
        ['version', bulkText(redisVersion)],
        ['proto', integer(protocol)],
        ['id', integer(session.id)],
        ['mode', bulkText('standalone')],
        // Every node takes writes, so for a client every node is a master.
        ['role', bulkText('master')],
        ['modules', emptyArray],
      ],
      protocol,
    ),
  );
}
