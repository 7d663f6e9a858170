import type { Counterexample, CounterexampleOperation } from '../../analysis/linearizability/index.js';
import { textTable } from './output.js';

/** A counterexample for a person: what was done and when, and which of it cannot be. */
export function counterexampleText(found: Counterexample): string {
  const startNs = Math.min(...found.operations.map(({ invokeNs }) => invokeNs));
  const count = `${found.operations.length} of the ${found.operationsOfKey} operations on key ${found.key}`;
  return [
    `Not linearizable: no order explains ${count}, which held ${JSON.stringify(found.initial)} before them.`,
    found.isMinimal
      ? 'Without any one of them there is an order.'
      : 'Fewer may do: the search for the smallest set was ended.',
    `The longest order that could be found ends with ${JSON.stringify(found.reached)}. ${found.because}`,
    '',
    textTable([
      ['place', 'process', 'operation', 'value', 'invoked, ms', 'returned, ms', ''],
      ...found.operations.map((operation) => row(operation, startNs)),
    ]),
    '',
  ].join('\n');
}

function row(operation: CounterexampleOperation, startNs: number): string[] {
  const { place, process, f, input, output, invokeNs, returnNs, isImpossible, isCutShort } = operation;
  const ms = (ns: number) => ((ns - startNs) / 1e6).toFixed(3);
  return [
    place === null ? '-' : `${place}`,
    `${process}`,
    f,
    JSON.stringify(f === 'read' || f === 'get' ? output : input),
    ms(invokeNs),
    returnNs === null ? 'never' : ms(returnNs),
    isImpossible ? '<- cannot be' : isCutShort ? 'after the contradiction' : '',
  ];
}
