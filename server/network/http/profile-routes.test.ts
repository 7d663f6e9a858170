import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import protobuf from 'protobufjs';
import type { Clock } from '../../ports/clock.js';
import { openToAll } from '../security/authenticator.js';
import { errorOf, HttpFixture, jsonOf } from '../testing/http-fixture.js';
import { realClock, until } from '../testing/real-clock.js';

/** A second of a profile is a fifth of one: what is tested is what is made of it. */
const hurried: Clock = { ...realClock, after: (delayMs, task) => realClock.after(delayMs / 5, task) };
const http = new HttpFixture({}, openToAll, null, hurried);
before(() => http.start());
after(() => http.stop());

/** github.com/google/pprof/proto/profile.proto, what of it a reader needs. Not the encoder's own classes: they would agree with themselves. */
const schema = `syntax = "proto3"; package perftools.profiles;
message Profile {
  repeated ValueType sample_type = 1; repeated Sample sample = 2; repeated Mapping mapping = 3; repeated Location location = 4;
  repeated Function function = 5; repeated string string_table = 6; int64 drop_frames = 7; int64 keep_frames = 8; int64 time_nanos = 9;
  int64 duration_nanos = 10; ValueType period_type = 11; int64 period = 12; repeated int64 comment = 13; int64 default_sample_type = 14;
}
message ValueType { int64 type = 1; int64 unit = 2; }
message Sample { repeated uint64 location_id = 1; repeated int64 value = 2; repeated Label label = 3; }
message Label { int64 key = 1; int64 str = 2; int64 num = 3; int64 num_unit = 4; }
message Mapping {
  uint64 id = 1; uint64 memory_start = 2; uint64 memory_limit = 3; uint64 file_offset = 4; int64 filename = 5; int64 build_id = 6;
  bool has_functions = 7; bool has_filenames = 8; bool has_line_numbers = 9; bool has_inline_frames = 10;
}
message Location { uint64 id = 1; uint64 mapping_id = 2; uint64 address = 3; repeated Line line = 4; bool is_folded = 5; }
message Line { uint64 function_id = 1; int64 line = 2; }
message Function { uint64 id = 1; int64 name = 2; int64 system_name = 3; int64 filename = 4; int64 start_line = 5; }`;

interface Pprof {
  sampleType: { type: number; unit: number }[];
  sample: { locationId: number[]; value: number[]; label: { key: number; str: number }[] }[];
  mapping: { id: number; hasFunctions: boolean }[];
  location: { id: number; mappingId: number; line: { functionId: number; line: number }[] }[];
  function: { id: number; name: number; systemName: number; filename: number; startLine: number }[];
  stringTable: string[];
  timeNanos: number;
  durationNanos: number;
  periodType: { type: number; unit: number };
  period: number;
  defaultSampleType: number;
}

function decode(body: Buffer): Pprof {
  assert.deepEqual([...body.subarray(0, 2)], [0x1f, 0x8b], 'gzip');
  const type = protobuf.parse(schema).root.lookupType('perftools.profiles.Profile');
  return type.toObject(type.decode(gunzipSync(body)), {
    longs: Number,
    defaults: true,
    arrays: true,
  }) as Pprof;
}

/** What `go tool pprof` refuses a profile for (profile.CheckValid). */
function checkValid(profile: Pprof): void {
  assert.equal(profile.stringTable[0], '');
  const has = (index: number): void =>
    assert.ok(index >= 0 && index < profile.stringTable.length, `string ${index}`);
  const mappings = new Set(profile.mapping.map(({ id }) => id));
  const functions = new Set(profile.function.map(({ id }) => id));
  const locations = new Set(profile.location.map(({ id }) => id));
  for (const set of [mappings, functions, locations]) assert.ok(!set.has(0));
  assert.equal(functions.size, profile.function.length, 'ids are unique');
  assert.equal(locations.size, profile.location.length, 'ids are unique');
  for (const { name, systemName, filename } of profile.function)
    for (const index of [name, systemName, filename]) has(index);
  for (const { mappingId, line } of profile.location) {
    assert.ok(mappings.has(mappingId));
    for (const { functionId } of line) assert.ok(functions.has(functionId));
  }
  for (const { locationId, value, label } of profile.sample) {
    assert.equal(value.length, profile.sampleType.length);
    assert.ok(locationId.length > 0);
    for (const id of locationId) assert.ok(locations.has(id), `location ${id}`);
    for (const { key, str } of label) for (const index of [key, str]) has(index);
  }
  for (const { type, unit } of [...profile.sampleType, profile.periodType])
    for (const index of [type, unit]) has(index);
}

function busyWork(): number {
  let sum = 0;
  for (let i = 0; i < 2_000; i++) sum += JSON.stringify(http.service.status()).length;
  return sum;
}

/** A call that may go to many functions is inlined into none of its callers, whatever the engine: the profile must name `busyWork`. */
const WORKS: readonly (() => number)[] = [busyWork, () => 1, () => 2, () => 3, () => 4, () => 5];

/** Keeps this process at work while a profile of it is taken. */
async function whileBusy(path: string): ReturnType<HttpFixture['send']> {
  const before = http.metrics.value('network_http_requests_total');
  const pending = http.send('GET', path);
  await until(() => http.metrics.value('network_http_requests_total') > before, 'the profile begins');
  let isDone = false;
  const done = pending.finally(() => {
    isDone = true;
  });
  for (let turn = 0; !isDone; turn++) {
    for (let each = 0; each < WORKS.length; each++) WORKS[(turn + each) % WORKS.length]!();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return done;
}

test('a CPU profile is profile.proto by default: functions, files, lines and a layer for each sample', async () => {
  const answer = await whileBusy('/debug/pprof/profile?seconds=1');
  assert.equal(answer.headers.get('content-type'), 'application/octet-stream');
  const profile = decode(answer.body);
  checkValid(profile);
  const text = (index: number): string => profile.stringTable[index]!;
  assert.deepEqual(
    profile.sampleType.map(({ type, unit }) => `${text(type)}/${text(unit)}`),
    ['samples/count', 'cpu/nanoseconds'],
  );
  assert.deepEqual([text(profile.periodType.type), profile.period], ['cpu', 1_000_000]);
  assert.equal(text(profile.defaultSampleType), 'cpu');
  assert.ok(profile.durationNanos >= 1.8e8, `${profile.durationNanos}`);
  const own = profile.function.find(({ name }) => text(name) === 'busyWork')!;
  assert.match(text(own.filename), /^\/.*profile-routes\.test\.js$/);
  assert.ok(own.startLine > 1);
  assert.ok(!profile.function.some(({ name }) => text(name) === '(idle)'), 'idle time is no CPU');
  const samplesOf = (functionId: number): Pprof['sample'] => {
    const places = new Set(
      profile.location.filter(({ line }) => line[0]!.functionId === functionId).map(({ id }) => id),
    );
    return profile.sample.filter(({ locationId }) => locationId.some((id) => places.has(id)));
  };
  const total = samplesOf(own.id).reduce((sum, { value }) => sum + value[1]!, 0);
  assert.ok(total > 0);
  const layers = new Set(profile.sample.map(({ label }) => `${text(label[0]!.key)}=${text(label[0]!.str)}`));
  assert.ok(layers.has('layer=network'), [...layers].join(' '));
});

test('the same profile for speedscope and for flame graphs', async () => {
  const folded = (await whileBusy('/debug/pprof/profile?seconds=1&format=folded')).body.toString();
  for (const line of folded.trimEnd().split('\n')) assert.match(line, /^[^;]+(;[^;]+)* \d+$/);
  assert.match(folded, /;busyWork \(http\/profile-routes\.test\.js:\d+\)/);
  const document = jsonOf(await whileBusy('/debug/pprof/profile?seconds=1&format=speedscope')) as unknown as {
    $schema: string;
    shared: { frames: { name: string; file: string; line: number }[] };
    profiles: { type: string; unit: string; endValue: number; samples: number[][]; weights: number[] }[];
  };
  assert.equal(document.$schema, 'https://www.speedscope.app/file-format-schema.json');
  const [profile] = document.profiles;
  assert.deepEqual([profile!.type, profile!.unit], ['sampled', 'nanoseconds']);
  assert.equal(profile!.samples.length, profile!.weights.length);
  assert.equal(
    profile!.weights.reduce((sum, weight) => sum + weight, 0),
    profile!.endValue,
  );
  for (const index of profile!.samples.flat()) assert.ok(document.shared.frames[index] !== undefined);
  assert.ok(document.shared.frames.some(({ name }) => name === 'busyWork'));
});

test('a heap profile says who allocated: in use or all, in each format', async () => {
  for (const kind of ['inuse', 'alloc']) {
    const answer = await whileBusy(`/debug/pprof/heap?seconds=1&kind=${kind}&interval_bytes=1024`);
    const profile = decode(answer.body);
    checkValid(profile);
    const types = profile.sampleType.map(
      ({ type, unit }) => `${profile.stringTable[type]}/${profile.stringTable[unit]}`,
    );
    assert.deepEqual(types, ['samples/count', `${kind}_space/bytes`]);
    const bytes = profile.sample.reduce((sum, { value }) => sum + value[1]!, 0);
    assert.ok(bytes > 0);
    if (kind === 'alloc')
      assert.ok(profile.function.some(({ name }) => profile.stringTable[name] === 'busyWork'));
  }
  const raw = jsonOf(await whileBusy('/debug/pprof/heap?seconds=1&format=heapprofile&interval_bytes=1024'));
  assert.ok('head' in raw && Array.isArray(raw.samples));
});

test('profiles of both kinds are one at a time, and their parameters are checked', async () => {
  const first = http.send('GET', '/debug/pprof/heap?seconds=1');
  const before = http.metrics.value('network_http_requests_total');
  await until(() => http.metrics.value('network_http_requests_total') > before, 'the profile begins');
  const second = await http.send('GET', '/debug/pprof/profile?seconds=1');
  assert.deepEqual([second.status, errorOf(second).code], [409, 'STRATA_PROFILE_BUSY']);
  assert.equal((await first).status, 200);
  for (const path of [
    'profile?seconds=0',
    'profile?format=heapprofile',
    'heap?format=cpuprofile',
    'heap?kind=all',
    'heap?interval_bytes=1',
    'heap?interval_us=100',
  ]) {
    const answer = await http.send('GET', `/debug/pprof/${path}`);
    assert.deepEqual([answer.status, errorOf(answer).code], [400, 'STRATA_QUERY_INVALID'], path);
  }
  assert.equal((await http.send('HEAD', '/debug/pprof/heap')).status, 405);
});
