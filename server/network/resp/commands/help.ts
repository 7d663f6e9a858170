import { arrayHead, simple } from '../reply.js';

/** `COMMAND HELP`, in the form of Redis. */
export function helpReply(command: string, lines: readonly string[]): string {
  const all = [
    `${command} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`,
    ...lines,
    'HELP',
    '    Print this help.',
  ];
  return arrayHead(all.length) + all.map(simple).join('');
}
