import { LAYERS, type LayerName, PSEUDO_LAYERS } from '../../results/schema/index.js';

/** The order of layers in every legend and table. */
export const LAYER_ORDER: readonly LayerName[] = [...LAYERS, ...PSEUDO_LAYERS];
