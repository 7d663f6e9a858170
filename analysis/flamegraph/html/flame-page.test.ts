import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import vm from 'node:vm';
import { madeUpCpu } from '../../testing/made-up-parts.js';
import { graphOf } from '../graph.js';
import { type StackCapture, stackModel } from '../stack-model.js';
import { HOSTILE_NAMES, manyStacks, named } from '../testing/captures.js';
import { type PackedPage, unpackGraphs } from '../viewer/packed.js';
import { viewerScript } from './bundle.js';
import { flamePage, type PageGraph } from './flame-page.js';
import { functionRows } from './tables.js';

const LEADER = madeUpCpu(1, 'leader');
const page = (id: string, capture: StackCapture, title = id): PageGraph => ({
  ...{ id, title, note: '', graph: graphOf(stackModel(capture)) },
});

/** What a browser takes for elements: nothing inside a script but its own end. */
function scripts(html: string): string[] {
  return [...html.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/gi)].map((match) => match[1]!);
}

describe('the page of flamegraphs', () => {
  it('is one file that needs no other, and allows itself none', () => {
    const html = flamePage([page('leader', LEADER)], 'made up');
    assert.doesNotMatch(html, /\b(?:src|href)=|@import|url\(|https?:/);
    assert.match(html, /Content-Security-Policy" content="default-src 'none'; script-src 'sha256-/);
    assert.doesNotMatch(html, / (?:on\w+|style)="/, 'the policy forbids what stands in attributes');
  });

  it('allows its own script and style by their hashes', () => {
    const html = flamePage([page('leader', LEADER)], 'made up');
    const policy = /content="(default-src[^"]*)"/.exec(html)![1]!;
    const style = /<style>([\s\S]*?)<\/style>/.exec(html)![1]!;
    for (const text of [scripts(html)[1]!, style])
      assert.ok(policy.includes(createHash('sha256').update(text).digest('base64')));
  });

  it('is the same bytes for the same captures', () => {
    assert.equal(flamePage([page('a', LEADER)], 't'), flamePage([page('a', structuredClone(LEADER))], 't'));
  });

  it('lets no name out of the place where it stands', () => {
    for (const name of HOSTILE_NAMES) {
      const html = flamePage([page('a', named(name), name)], name);
      const [data, script, ...more] = scripts(html);
      assert.deepEqual(more, []);
      assert.equal(script, viewerScript());
      const arrived = unpackGraphs(JSON.parse(data!) as PackedPage)[0]!.graph.frames.map(
        (frame) => frame.name,
      );
      assert.ok(arrived.includes(name === '' ? '(anonymous)' : name));
      const outside = html.replaceAll(/<script[^>]*>[\s\S]*?<\/script>|<style>[\s\S]*?<\/style>/g, '');
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
      assert.doesNotMatch(outside, /alert\(1\)<|<!--|[\u0000-\u0008\u000b-\u001f]/);
      assert.ok(outside.length < 60_000, `${outside.length} characters`);
    }
  });

  it('refuses what would break it: no graph, ids that repeat or are no names', () => {
    assert.throws(() => flamePage([], 't'), /no graphs/);
    assert.throws(() => flamePage([page('a', LEADER), page('a', LEADER)], 't'), /one id/);
    assert.throws(() => flamePage([page('"><b', LEADER)], 't'), /letters, digits and dashes/);
  });

  it('says in words what the picture shows', () => {
    const html = flamePage([page('leader', LEADER)], 'made up');
    assert.match(
      html,
      /<tr><td>step<\/td><td>server\/consensus\/raft\.js<\/td><td>consensus<\/td><td class="number">240 ms<\/td><td class="number">22\.0 %<\/td>/,
    );
    assert.match(flamePage([page('empty', { ...LEADER, stacks: [] })], 't'), /No sample of work/);
  });

  it('has functions whose own weights sum to the capture, the greatest first', () => {
    const { graph } = page('many', manyStacks(20_000));
    const rows = functionRows(graph);
    const whole = graph.stacks.reduce((sum, { weight }) => sum + weight, 0);
    assert.ok(Math.abs(rows.reduce((sum, { self }) => sum + self, 0) / whole - 1) < 1e-9);
    rows.forEach((row, index) => {
      assert.ok(row.self <= (rows[index - 1]?.self ?? Number.POSITIVE_INFINITY) && row.total >= row.self);
    });
  });

  it('holds 20,000 stacks in a few megabytes', () => {
    const html = flamePage([page('many', manyStacks(20_000))], 'many');
    assert.ok(html.length < 12e6, `${html.length} bytes`);
  });
});

describe('the script of the page', () => {
  it('is one plain script: it compiles, imports nothing and speaks to no network', () => {
    const script = viewerScript();
    new vm.Script(script);
    assert.doesNotMatch(script, /^\s*(?:import|export)\b/m);
    assert.doesNotMatch(script, /\b(?:fetch|XMLHttpRequest|WebSocket|eval|innerHTML|import)\s*[(=]/);
  });
});
