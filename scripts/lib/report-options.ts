import { type Command, InvalidArgumentError, Option } from 'commander';
import { LANGUAGES, type Language } from '../../analysis/index.js';
import { splitList } from './parse.js';

/** What a command that writes a report lets its user choose about it. */
export interface ReportFlags {
  /** At least one, in the order given; the verdict is printed in the first. */
  readonly lang: readonly Language[];
  readonly json: boolean;
}

export function addReportOptions(command: Command): Command {
  return command.addOption(
    new Option('--lang <list>', `languages of the report, comma separated: ${LANGUAGES.join(', ')}`)
      .argParser(parseLanguages)
      .default(['en'], 'en'),
  );
}

function parseLanguages(text: string): Language[] {
  return [
    ...new Set(
      splitList(text).map((item) => {
        const language = LANGUAGES.find((known) => known === item.toLowerCase());
        if (language === undefined) {
          const known = LANGUAGES.join(', ');
          throw new InvalidArgumentError(
            `${JSON.stringify(item)} is not a language of the report: ${known}.`,
          );
        }
        return language;
      }),
    ),
  ];
}
