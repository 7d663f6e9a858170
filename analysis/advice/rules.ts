import type { AdviceRule } from './advice-rule.js';
import { EVIDENCE_RULES } from './evidence-rules.js';
import { LATENCY_RULES } from './latency-rules.js';
import { MACHINE_RULES } from './machine-rules.js';
import { STRATEGY_RULE } from './strategy-rule.js';

export const ADVICE_RULES: readonly AdviceRule[] = [
  ...LATENCY_RULES,
  ...MACHINE_RULES,
  ...EVIDENCE_RULES,
  STRATEGY_RULE,
];
