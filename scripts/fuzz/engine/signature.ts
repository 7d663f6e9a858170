import { StrataError } from '../../../server/errors.js';
import { BrokenProperty, type Target } from './target.js';

/** Null when the error is a refusal that the parser is documented to give. */
export function faultOf(error: unknown, target: Target): Error | null {
  if (error instanceof BrokenProperty) return error;
  if (error instanceof StrataError || target.isRefusal?.(error) === true) return null;
  return error instanceof Error ? error : new Error(`thrown, and no error: ${String(error)}`);
}

/** What is the same for two inputs that show the same fault: kind, message without its numbers and texts, place. */
export function signatureOf(fault: Error): string {
  const cause = fault.cause instanceof Error ? fault.cause : fault;
  const message = fault.message.split(':')[0]!.replace(/\d+|"[^"]*"|'[^']*'/g, '_');
  return `${cause.name} ${message.slice(0, 80)} ${placeOf(cause)}`;
}

/** The innermost frame of the project that is not the fuzzer's own. */
function placeOf({ stack }: Error): string {
  const frames = (stack ?? '').split('\n').filter((line) => line.includes('file:'));
  const own = frames.find((line) => !/node_modules|\/scripts\/fuzz\/engine\//.test(line)) ?? '';
  return /([\w.-]+\.js):\d+/.exec(own)?.[0] ?? '';
}

/** For a file name. */
export function slugOf(text: string): string {
  return (
    text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '')
      .slice(0, 60) || 'unnamed'
  );
}
