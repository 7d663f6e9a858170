import type { Facts } from '../facts.js';
import { blocks } from '../section.js';
import { scenarioTable } from './scenario-table.js';
import { predict, predictionText } from './usl-prediction.js';

/** R2: what more clients would bring, and which of the document's scenarios this machine carries. */
export function capacityPrediction(facts: Facts): string {
  const prediction = predict(facts);
  return blocks(predictionText(prediction), scenarioTable(facts, prediction));
}
