import type { KeyValueService } from '../../ports/key-value-service.js';
import type { CommandResult, Op, OpResult, SessionRef } from '../../state/vocabulary.js';
import { adminBodyBytesMax } from '../limits.js';
import { CommandReader, type ReadCommand } from './command-reader.js';
import type { Exchange, RouteTools } from './exchange.js';
import type { Route } from './router.js';
import { checkNoBody } from './small-body.js';
import { jsonField, type TextEncoding } from './text-encoding.js';
import { parseSession } from './write-terms.js';

/** `/batch`, `/txn` and `/sessions`: commands of several steps, and who asks for them. */
export function commandRoutes(service: KeyValueService, { limits }: RouteTools): Route[] {
  const reader = new CommandReader(limits);
  const run = (exchange: Exchange, { command, encoding }: ReadCommand): void => {
    exchange.context.forward = exchange.query.choice('forward', ['true', 'false']) === 'true';
    const done = exchange.answer((result: CommandResult) => {
      const ops =
        command.kind === 'batch' ? command.ops : result.succeeded ? command.success : command.failure;
      exchange.jsonText(resultText(result, ops, encoding));
    });
    service.write(command, exchange.context, done);
  };
  const command = { method: 'POST', role: 'write', parameters: ['forward'], kind: 'operation' } as const;
  return [
    {
      ...command,
      path: '/batch',
      bodyBytesMax: reader.bodyBytesMax,
      handle: (exchange, body) => run(exchange, reader.batch(body, sessionOf(exchange))),
    },
    {
      ...command,
      path: '/txn',
      bodyBytesMax: reader.bodyBytesMax,
      handle: (exchange, body) => run(exchange, reader.txn(body, sessionOf(exchange))),
    },
    {
      ...command,
      path: '/sessions',
      bodyBytesMax: adminBodyBytesMax,
      handle: (exchange, body) => {
        checkNoBody(body);
        exchange.context.forward = exchange.query.choice('forward', ['true', 'false']) === 'true';
        const done = exchange.answer(({ session }: CommandResult) => exchange.json({ session }));
        service.write({ kind: 'open-session' }, exchange.context, done);
      },
    },
  ];
}

function sessionOf({ request }: Exchange): SessionRef | null {
  const header = request.headers['idempotency-key'] as string | undefined;
  return header === undefined ? null : parseSession(header);
}

function resultText(result: CommandResult, ops: readonly Op[], encoding: TextEncoding): string {
  const results = result.results.map((step, index) => stepText(step, ops[index]!, encoding));
  return `{"revision":${result.revision},"succeeded":${result.succeeded},"results":[${results.join(',')}]}`;
}

function stepText(
  { status, changed, value, revision, count }: OpResult,
  op: Op,
  encoding: TextEncoding,
): string {
  const head = `{"op":"${op.kind}","status":"${status}","changed":${changed},"revision":${revision}`;
  const hasValue = op.kind === 'get' || ((op.kind === 'put' || op.kind === 'delete') && op.returnPrevious);
  if (hasValue) return `${head},${jsonField('value', value, encoding)}}`;
  // Sixty-four bits do not fit a number of JSON.
  if (op.kind === 'increment') return `${head},${jsonField('integer', value, 'utf8')}}`;
  if (op.kind === 'append') return `${head},"length":${count}}`;
  return `${head}}`;
}
