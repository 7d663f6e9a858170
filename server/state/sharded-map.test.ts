import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ShardedMap, shardOf } from './sharded-map.js';

describe('ShardedMap', () => {
  it('holds what a map holds', () => {
    const key = fc.oneof(fc.string({ maxLength: 3 }), fc.string({ minLength: 30, maxLength: 40 }));
    fc.assert(
      fc.property(fc.array(fc.tuple(key, fc.boolean())), (steps) => {
        const sharded = new ShardedMap<number>();
        const plain = new Map<string, number>();
        for (const [at, [name, keeps]] of steps.entries()) {
          if (plain.has(name)) {
            assert.equal(sharded.get(name), plain.get(name));
            if (keeps) continue;
            sharded.remove(name);
            plain.delete(name);
          } else {
            sharded.add(name, at);
            plain.set(name, at);
          }
          assert.equal(sharded.size, plain.size);
          assert.equal(sharded.get(name), plain.get(name));
        }
      }),
    );
  });

  it('spreads numbered, prefixed and suffixed keys, and short ones', () => {
    const shapes: readonly ((at: number) => string)[] = [
      (at) => `key-${at}`,
      (at) => `key:${String(at).padStart(12, '0')}`,
      (at) => `tenant:${at}:a-profile-with-a-long-name`,
      (at) => String.fromCharCode(at & 255, at >>> 8),
    ];
    for (const shape of shapes) {
      const counts = new Map<number, number>();
      for (let at = 0; at < 50_000; at++) {
        const shard = shardOf(shape(at));
        counts.set(shard, (counts.get(shard) ?? 0) + 1);
      }
      const fullest = Math.max(...counts.values());
      assert.ok(
        counts.size > 900 && fullest < 150,
        `${shape(7)}: ${counts.size} parts, ${fullest} keys in the fullest`,
      );
    }
  });
});
