import fc from 'fast-check';
import { Lru, OWN_WEIGHT } from './lru';

const key = fc.integer({ min: 0, max: 30 }).map(String);
const step = fc.oneof(
	fc.record({ kind: fc.constant('set' as const), key, weight: fc.nat(100) }),
	fc.record({ kind: fc.constantFrom('get' as const, 'delete' as const), key }),
);

test('it answers what was set last or nothing, and never weighs more than its limit', () => {
	fc.assert(
		fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
			const [limit, last] = [600, new Map<string, { weight: number }>()];
			const lru = new Lru<{ weight: number }>(limit);
			for (const one of steps) {
				if (one.kind === 'set') {
					last.set(one.key, { weight: one.weight });
					lru.set(one.key, last.get(one.key) as { weight: number }, one.weight);
				} else if (one.kind === 'delete') {
					last.delete(one.key);
					lru.delete(one.key);
				} else expect([last.get(one.key), undefined]).toContain(lru.get(one.key));
			}
			let weight = 0;
			for (const [name, value] of last)
				if (lru.get(name) === value) weight += value.weight + OWN_WEIGHT;
			expect(weight).toBeLessThanOrEqual(limit);
		}),
	);
});

test('what is asked for stays, what nobody asks for goes', () => {
	const lru = new Lru<number>(10 * OWN_WEIGHT);
	lru.set('asked', 1, 0);
	lru.set('left', 2, 0);
	for (let index = 0; index < 50; index += 1) {
		lru.set(`other ${index}`, index, 0);
		expect(lru.get('asked')).toBe(1);
	}
	expect(lru.get('left')).toBeUndefined();
	lru.clear();
	expect(lru.get('asked')).toBeUndefined();
});
