import type { Call } from '../call.js';
import { syntaxError, wrongPassword } from '../error-replies.js';
import { failure, latin1, ok } from '../reply.js';

const noPassword = failure(
  'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?',
);

/** AUTH token, or AUTH user token: the token alone says who it is, the user's name is not looked at. */
export function runAuth(call: Call): void {
  const { args } = call;
  if (args.length > 2) call.answer(syntaxError);
  else call.answer(authenticate(call, args.at(-1)!, args.length === 1) ?? ok);
}

/** Null when the token is good; the session has its role then. */
export function authenticate(call: Call, token: Buffer, withoutUser: boolean): string | null {
  const { auth, metrics, clientLog } = call.context;
  if (!auth.required) {
    // As Redis with its default user, which has no password: any password of its is good, a lonely one is a mistake.
    return withoutUser ? noPassword : null;
  }
  const role = auth.roleOfToken(latin1(token));
  if (role !== null) {
    call.session.role = role;
    return null;
  }
  metrics.authFailures.add(1);
  clientLog.warn({ client: call.session.address }, 'RESP client showed a token that is not known');
  return wrongPassword;
}
