import { type Command, InvalidArgumentError, Option } from 'commander';
import { LANGUAGES, type Language } from '../../analysis/index.js';
import { splitList } from './parse.js';

/** What a command that writes a report lets its user choose about it. */
export interface ReportFlags {
  /** At least one, in the order given; the verdict is printed in the first. */
  readonly lang: readonly Language[];
  readonly json: boolean;
  /** File of rules to judge by; absent: our own. */
  readonly rules?: string;
}

export const REPORT_FORMATS = ['md', 'html'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

export interface FormatFlags {
  /** At least one; all where nothing was said. */
  readonly format?: readonly ReportFormat[];
}

/** For the commands that write the report of a run directory. */
export function addFormatOption(command: Command): Command {
  return command.addOption(
    new Option(
      '--format <list>',
      'md: Markdown with its pictures beside it; html: one page with everything in it, flamegraphs included',
    )
      .argParser((text) => parseNames(text, REPORT_FORMATS, 'format'))
      .default([...REPORT_FORMATS], REPORT_FORMATS.join(',')),
  );
}

export function addReportOptions(command: Command): Command {
  return command.addOption(
    new Option('--lang <list>', `languages of the report, comma separated: ${LANGUAGES.join(', ')}`)
      .argParser((text) => parseNames(text, LANGUAGES, 'language'))
      .default(['en'], 'en'),
  );
}

/** Each name once, in the order given. */
function parseNames<Name extends string>(text: string, names: readonly Name[], what: string): Name[] {
  return [
    ...new Set(
      splitList(text).map((item) => {
        const name = names.find((known) => known === item.toLowerCase());
        if (name === undefined) {
          throw new InvalidArgumentError(
            `${JSON.stringify(item)} is not a ${what} of the report: ${names.join(', ')}.`,
          );
        }
        return name;
      }),
    ),
  ];
}
