import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ProfileData } from '../../results/profile-directory.js';
import { madeUpEventLoop } from '../testing/captures/event-loop.js';
import { madeUpGc } from '../testing/captures/gc.js';
import { madeUpLocks } from '../testing/captures/locks.js';
import { madeUpPerf } from '../testing/captures/perf.js';
import { madeUpSyncCalls } from '../testing/captures/sync-calls.js';
import { madeUpCpu } from '../testing/made-up-parts.js';
import { xmlProblem } from '../testing/xml.js';
import { renderProfile } from './render-profile.js';
import { everyCapture, madeUpProfile } from './testing/made-up-profile.js';

describe('the page of a profile', () => {
  const files = renderProfile(madeUpProfile(everyCapture()));
  const page = files.get('profile.md')!;

  it('has a section for every capture, and the gaps last', () => {
    assert.deepEqual(
      page.split('\n').filter((line) => line.startsWith('## ')),
      [
        '## The process',
        '## What watched it',
        '## CPU: the main thread',
        '## CPU: all threads and the kernel',
        '## System calls',
        '## Syncs',
        '## Kernel distributions',
        '## Waits for locks',
        '## Event loop',
        '## Thread pool',
        '## Garbage collector',
        '## Heap',
        '## Counters of the kernel',
        '## Tools',
        '## Not captured, because',
      ],
    );
    assert.match(page, /\| perf-trace \| perf is not installed/);
    assert.match(page, /\| `gc` \|.*\| pool \|/);
  });

  it('is readable, names its files, and shows pictures that are there and are whole', () => {
    assert.doesNotMatch(page, /\bNaN\b|\bundefined\b|\[object|\bInfinity\b|n\/a/);
    for (const [, path] of page.matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)) assert.ok(files.has(path!), path);
    for (const [path, text] of files) if (path.endsWith('.svg')) assert.equal(xmlProblem(text), null, path);
    assert.deepEqual(
      [...files.keys()],
      ['profile.md', 'flame/cpu.svg', 'flame/heap-alloc.svg', 'flame/perf.svg'],
    );
  });

  it('gives the same bytes for the same data', () => {
    assert.deepEqual([...renderProfile(madeUpProfile(everyCapture()))], [...files]);
  });
});

describe('what a page says', () => {
  const pageOf = (data: ProfileData) => renderProfile(data).get('profile.md')!;

  it('follows the capture: a longer pause, a longer stall and more blame stand in its first lines', () => {
    const page = pageOf(
      madeUpProfile([
        madeUpGc(1, 'unknown', 77),
        madeUpEventLoop(1, 'unknown', 333),
        madeUpLocks(1, 'unknown', 1_234),
      ]),
    );
    assert.match(page, /longest pause was 77\.0 ms/);
    assert.match(page, /came up to 333 ms late/);
    assert.match(page, /made others wait for 1\.23 s/);
  });

  it('splits a sync by its clocks', () => {
    const clocks = { queue: 9_000, kernel: 50_000, flush: 110, wake: 60 };
    const page = pageOf(madeUpProfile([madeUpSyncCalls(1, 'unknown', clocks)]));
    assert.match(page, /\| in the kernel \|[^|]*\| (4|5)\d\.\d ms \|/);
    assert.match(page, /\| wait for a thread of the pool before it \|[^|]*\| 9\.\d+ ms \|/);
  });

  it('says that functions of JavaScript have no names when perf could not learn them', () => {
    const capture = { ...madeUpPerf(1, 'unknown'), namesJavaScript: false };
    assert.match(pageOf(madeUpProfile([capture])), /functions of JavaScript have no names here/);
  });

  it('is a page also when nothing was captured, on another machine, and interrupted', () => {
    const { profile } = madeUpProfile([]);
    const process = {
      ...profile.process,
      how: 'url' as const,
      isLocal: false,
      url: 'http://node-1:7001',
      node: 1,
      role: 'leader' as const,
      rssBytes: null,
      threads: null,
    };
    const page = pageOf(madeUpProfile([], { process, interrupted: true }));
    assert.match(page, /^# Profile of node 1, process 4001/);
    assert.match(page, /Interrupted/);
    assert.match(page, /on another machine/);
    assert.match(page, /not measured, because the system does not tell/);
    assert.doesNotMatch(page, /What watched it|AMD|CPUs/);
  });

  it('keeps names from the process inside their cells', () => {
    const cpu = madeUpCpu(1, 'unknown');
    const frames = cpu.frames.map((frame) => ({ ...frame, name: `evil|name\n\`${frame.name}` }));
    const page = pageOf(madeUpProfile([{ ...cpu, frames }]));
    assert.match(page, /`evil\\\|name /);
    assert.doesNotMatch(page, /^`/m);
  });
});
