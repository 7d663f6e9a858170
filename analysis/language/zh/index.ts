import type { Catalogue } from '../catalogue.js';

/** Simplified Chinese, one file a room of the report. */
export const CHINESE: Catalogue = {};
