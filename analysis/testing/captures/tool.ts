import type { ToolCapture } from '../../../results/schema/index.js';
import { type MadeUpRole, madeUpHead } from './head.js';

export function madeUpTool(node: number, role: MadeUpRole): ToolCapture {
  return {
    schema: 'strata.tool/1',
    ...madeUpHead('clinic-doctor', node, role),
    tool: 'clinic doctor',
    version: '13.0.0',
    files: [{ name: 'doctor.html', what: 'its report, for a browser' }],
    verdict: 'a potential event loop issue',
    warnings: ['this version was not made for this Node.js'],
  };
}
