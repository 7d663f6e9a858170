import assert from 'node:assert/strict';
import test from 'node:test';
import { scratchFolder, writeFiles } from '../testing/workload.js';
import { checkTool, findTool, type ToolPackage } from './tool-package.js';

/** A name that nobody has installed. */
const MADE_UP: ToolPackage = { name: 'strata-made-up-tool', major: 6, caution: 'nobody maintains it' };

test('a tool that is not installed says so, with the command that would and what one should know', () => {
  const { available, detail, install } = checkTool(MADE_UP, {});
  assert.equal(available, false);
  assert.equal(detail, 'strata-made-up-tool is not installed; nobody maintains it');
  assert.equal(install, 'npm install --no-save strata-made-up-tool@6');
  assert.equal(findTool(MADE_UP, { STRATA_TOOLS_DIR: '/nonexistent' }), null);
});

test('a tool is found in the folder of the variable; one of another version, or without a readable manifest, is not used', (t) => {
  const folder = scratchFolder();
  t.after(folder.remove);
  const environment = { STRATA_TOOLS_DIR: folder.path };
  const manifest = 'node_modules/strata-made-up-tool/package.json';
  writeFiles(folder.path, { [manifest]: '{"version":"6.1.2"}' });
  assert.equal(findTool(MADE_UP, environment)?.version, '6.1.2');
  const { available, detail } = checkTool(MADE_UP, environment);
  assert.deepEqual([available, detail], [true, '6.1.2; nobody maintains it']);
  writeFiles(folder.path, { [manifest]: '{"version":"7.0.0"}' });
  assert.deepEqual(checkTool(MADE_UP, environment), {
    available: false,
    detail: 'strata-made-up-tool 7.0.0 is installed, 6 is needed',
    install: 'npm install --no-save strata-made-up-tool@6',
  });
  for (const broken of ['{', '{"version":6}', '[]']) {
    writeFiles(folder.path, { [manifest]: broken });
    assert.equal(findTool(MADE_UP, environment), null, broken);
  }
});
