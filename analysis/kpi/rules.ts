import { CONSENSUS_RULES } from './consensus-rules.js';
import { DISK_RULES } from './disk-rules.js';
import type { KpiRule } from './kpi-rule.js';
import { NETWORK_RULES } from './network-rules.js';

/** Every threshold of the reference document, in its order. */
export const KPI_RULES: readonly KpiRule[] = [...NETWORK_RULES, ...DISK_RULES, ...CONSENSUS_RULES];
