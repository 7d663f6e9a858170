import { EXPERIMENTS } from './experiments/index.js';

/** The experiments as a table of a document: id, claims, question, arms, cost. */
export function experimentTable(): string {
  const rows = EXPERIMENTS.map(({ id, claims, question, arms, document, cost }) => {
    const names = arms.map(({ name }) => `\`${name}\``).join(', ');
    const figures = document.effects.filter(({ low, high }) => low !== null || high !== null).length;
    return `| \`${id}\` | ${claims.join(', ')} | ${question} | ${names} | ${figures} | ${cost} |`;
  });
  const head = '| id | claims | question | arms, the reference first | figures of the document | quick run |';
  return [head, '| --- | --- | --- | --- | ---: | --- |', ...rows].join('\n');
}
