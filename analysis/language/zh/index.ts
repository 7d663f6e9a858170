import type { Catalogue } from '../catalogue.js';
import { CAPACITY } from './capacity.js';
import { CLAIMS } from './claims.js';
import { HTML_CHINESE } from './html.js';
import { PROCESS } from './process.js';
import { SECTIONS } from './sections.js';

/** Simplified Chinese, one file a room of the report. */
export const CHINESE: Catalogue = { ...HTML_CHINESE, ...CAPACITY, ...SECTIONS, ...PROCESS, ...CLAIMS };
