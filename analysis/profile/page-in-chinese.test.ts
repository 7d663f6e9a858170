import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { differences, drawnNumbers, englishLeft } from '../language/testing/compare-reports.js';
import { profilePagePath, renderProfile } from './render-profile.js';
import { everyCapture, madeUpProfile } from './testing/made-up-profile.js';

describe('the page of a profile in Chinese', () => {
  const data = madeUpProfile(everyCapture(), { interrupted: true });
  const english = renderProfile(data);
  const chinese = renderProfile(data, 'zh');
  const page = chinese.get(profilePagePath('zh'))!;

  it('agrees with the English one line by line: headings, rows, figures, numbers', () => {
    assert.deepEqual(differences(english.get('profile.md')!, page), []);
  });

  it('has pictures of its own with the same numbers, and shows no other', () => {
    const pictures = [...chinese].filter(([path]) => path.endsWith('.svg'));
    assert.equal(pictures.length, 3);
    for (const [path, drawn] of pictures) {
      assert.match(path, /\.zh\.svg$/);
      assert.deepEqual(drawnNumbers(drawn), drawnNumbers(english.get(path.replace('.zh.', '.'))!), path);
      assert.match(page, new RegExp(`\\]\\(${path}\\)`));
    }
  });

  it('leaves no English sentence but what the captures themselves say', () => {
    const said = data.passes.flatMap(({ captures }) =>
      captures.flatMap((capture) => {
        if (capture.schema === 'strata.tool/1')
          return [capture.verdict ?? '', ...capture.warnings, ...capture.files.map(({ what }) => what)];
        return capture.schema === 'strata.bpf/1' ? capture.histograms.map(({ what }) => what) : [];
      }),
    );
    const verbatim = [
      ...said.filter((text) => text !== ''),
      ...data.profile.passes.map(({ question }) => question),
    ];
    assert.deepEqual(englishLeft(page, verbatim), []);
    assert.match(page, /## 未采集及原因/);
  });

  it('says so where nothing was captured', () => {
    const nothing = renderProfile(madeUpProfile([]), 'zh').get('profile.zh.md')!;
    assert.deepEqual(englishLeft(nothing, []), []);
  });
});
