import type { Catalogue } from '../catalogue.js';
import { CAPACITY } from './capacity.js';
import { CHARTS } from './charts.js';
import { CLAIMS } from './claims.js';
import { COMPARE } from './compare.js';
import { CONCLUSIONS } from './conclusions.js';
import { ELECTIONS } from './elections.js';
import { HTML_CHINESE } from './html.js';
import { LAB } from './lab.js';
import { LAB_CLUSTERS } from './lab-clusters.js';
import { MEASURES } from './measures.js';
import { PROCESS } from './process.js';
import { PROFILE } from './profile.js';
import { REQUEST_PATH } from './request-path.js';
import { RULES } from './rules.js';
import { SECTIONS } from './sections.js';
import { SYNCS } from './syncs.js';
import { TABLES } from './tables.js';
import { WAITS } from './waits.js';

/** Simplified Chinese, one file a room of the report. */
export const CHINESE: Catalogue = {
  ...COMPARE,
  ...LAB,
  ...LAB_CLUSTERS,
  ...RULES,
  ...WAITS,
  ...TABLES,
  ...SYNCS,
  ...PROFILE,
  ...MEASURES,
  ...ELECTIONS,
  ...CHARTS,
  ...HTML_CHINESE,
  ...CAPACITY,
  ...SECTIONS,
  ...REQUEST_PATH,
  ...CONCLUSIONS,
  ...PROCESS,
  ...CLAIMS,
};
