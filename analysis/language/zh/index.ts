import type { Catalogue } from '../catalogue.js';
import { CAPACITY } from './capacity.js';
import { CLAIMS } from './claims.js';
import { PROCESS } from './process.js';
import { SECTIONS } from './sections.js';

/** Simplified Chinese, one file a room of the report. */
export const CHINESE: Catalogue = { ...CAPACITY, ...SECTIONS, ...PROCESS, ...CLAIMS };
