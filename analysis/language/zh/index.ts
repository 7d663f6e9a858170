import type { Catalogue } from '../language.js';

/** Simplified Chinese, one file a room of the report. */
export const CHINESE: Catalogue = {};
