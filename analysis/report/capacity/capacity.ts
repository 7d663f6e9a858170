import { t } from '../../language/language.js';
import type { Facts } from '../facts.js';
import { blocks } from '../section.js';
import { phaseTable } from './phase-table.js';
import { promiseTable } from './promise-table.js';
import { scenarioTable } from './scenario-table.js';
import { predict, predictionText } from './usl-prediction.js';

/** R2, R3: what more clients would bring, which of the document's scenarios this machine carries, and what its phases could gain here. */
export function capacityPrediction(facts: Facts): string {
  const prediction = predict(facts);
  return blocks(
    t`### 6.1 More clients`,
    predictionText(prediction),
    t`### 6.2 Scenarios of the document`,
    scenarioTable(facts, prediction),
    t`### 6.3 Phases of the document`,
    phaseTable(facts),
    t`### 6.4 Totals of the document`,
    promiseTable(facts),
  );
}
