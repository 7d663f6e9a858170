import assert from 'node:assert/strict';
import { it } from 'node:test';
import { xmlProblem } from './xml.js';

it('the XML check finds what it is there for', () => {
  assert.equal(xmlProblem('<a b="1"><c/>x &amp; y</a>\n'), null);
  for (const broken of [
    '<a>',
    '<a></b>',
    '<a><b></a></b>',
    '<a b=1/>',
    '<a b="1" b="2"/>',
    '<a>&</a>',
    '<a b="&"/>',
    '<a/><b/>',
    'x<a/>',
    '<a>1 < 2</a>',
    '',
  ]) {
    assert.notEqual(xmlProblem(broken), null, broken);
  }
});
