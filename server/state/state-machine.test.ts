import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { InvariantError } from '../errors.js';
import { decodeCommand, encodeDelete, encodePut, isCommand, Operation } from './command.js';
import { StateMachine } from './state-machine.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('command codec', () => {
  it('gives back what was encoded', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 300 }),
        fc.uint8Array({ maxLength: 300 }),
        (key, value) => {
          const put = decodeCommand(encodePut(key, value));
          assert.equal(put.operation, Operation.Put);
          assert.deepEqual([...put.key], [...key]);
          assert.deepEqual([...put.value], [...value]);
          const removal = decodeCommand(encodeDelete(key));
          assert.equal(removal.operation, Operation.Delete);
          assert.deepEqual([...removal.key], [...key]);
          assert.equal(removal.value.length, 0);
        },
      ),
    );
  });

  it('crashes on data that no encoder wrote, and isCommand tells beforehand', () => {
    for (const data of [[], [1], [1, 0], [9, 0, 1, 65], [1, 0, 5, 65]]) {
      assert.equal(isCommand(Uint8Array.from(data)), false);
      assert.throws(() => decodeCommand(Uint8Array.from(data)), InvariantError);
    }
    assert.equal(isCommand(Uint8Array.from([1, 0, 0])), false, 'an empty key is no command');
    assert.equal(isCommand(encodePut(bytes('k'), bytes(''))), true);
  });

  it('never throws in isCommand, and what it accepts decodes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (data) => {
        if (isCommand(data)) decodeCommand(data);
      }),
    );
  });
});

describe('state machine', () => {
  it('numbers every write with a revision and tells whether it changed anything', () => {
    const machine = new StateMachine();
    assert.equal(machine.apply(1, new Uint8Array(0)), null);
    assert.deepEqual(machine.apply(2, encodePut(bytes('a'), bytes('1'))), { revision: 1, changed: true });
    assert.deepEqual(machine.apply(3, encodePut(bytes('a'), bytes('2'))), { revision: 2, changed: false });
    assert.deepEqual(machine.apply(4, encodeDelete(bytes('b'))), { revision: 3, changed: false });
    assert.deepEqual(machine.apply(5, encodeDelete(bytes('a'))), { revision: 4, changed: true });
    assert.equal(machine.get(bytes('a')), undefined);
    assert.equal(machine.keyCount, 0);
  });

  it('refuses to apply an entry twice or out of order', () => {
    const machine = new StateMachine();
    machine.apply(1, new Uint8Array(0));
    assert.throws(() => machine.apply(1, new Uint8Array(0)), /entry 1 applied after entry 1/);
    assert.throws(() => machine.apply(3, new Uint8Array(0)), /entry 3 applied after entry 1/);
  });

  it('keeps keys apart that differ only in bytes which UTF-8 would fold, and survives names of Object.prototype', () => {
    const machine = new StateMachine();
    const keys = [
      [0xff],
      [0xfe],
      [0xc3, 0x28],
      [0xc3],
      [0],
      [...bytes('__proto__')],
      [...bytes('constructor')],
    ];
    for (const [at, key] of keys.entries())
      machine.apply(at + 1, encodePut(Uint8Array.from(key), Uint8Array.from([at])));
    assert.equal(machine.keyCount, keys.length);
    for (const [at, key] of keys.entries())
      assert.deepEqual([...machine.get(Uint8Array.from(key))!.value], [at]);
  });

  it('agrees with a plain map on any sequence of writes', () => {
    const step = fc.record({
      key: fc.uint8Array({ minLength: 1, maxLength: 2 }),
      value: fc.option(fc.uint8Array({ maxLength: 4 })),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const machine = new StateMachine();
        const model = new Map<string, number[]>();
        steps.forEach(({ key, value }, at) => {
          const name = key.join(',');
          const result = machine.apply(at + 1, value === null ? encodeDelete(key) : encodePut(key, value));
          assert.equal(result?.changed, value === null ? model.has(name) : !model.has(name));
          assert.equal(result?.revision, at + 1);
          if (value === null) model.delete(name);
          else model.set(name, [...value]);
        });
        assert.equal(machine.keyCount, model.size);
        for (const [name, value] of model) {
          assert.deepEqual([...machine.get(Uint8Array.from(name.split(',').map(Number)))!.value], value);
        }
      }),
    );
  });
});
