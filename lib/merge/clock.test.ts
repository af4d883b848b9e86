import fc from 'fast-check';
import { clampEditTime, compareByPriority, compareEdits, type Memory } from './clock';

const memory = fc.record<Memory>({
	editedAt: fc.integer({ min: 0, max: 3 }),
	system: fc.constantFrom('a', 'b', 'c'),
	object: fc.constant('contact'),
	crmId: fc.constantFrom('1', '2'),
	eventId: fc.constant('e'),
	priority: fc.integer({ min: 0, max: 2 }),
	rule: fc.constant('lastWriteWins'),
	mergedAt: fc.constant(0),
});

test.each([compareEdits, compareByPriority])('%p is a total order', (compare) => {
	fc.assert(
		fc.property(memory, memory, memory, (a, b, c) => {
			expect(Math.sign(compare(a, b))).toBe(-Math.sign(compare(b, a)) + 0);
			if (compare(a, b) >= 0 && compare(b, c) >= 0) expect(compare(a, c)).toBeGreaterThanOrEqual(0);
			const sameRecord = a.system === b.system && a.crmId === b.crmId;
			if (!sameRecord) expect(compare(a, b)).not.toBe(0);
		}),
	);
});

test('an edit is dated after the old value was seen and not after it was received', () => {
	expect(clampEditTime({ vendor: 50, after: 10, until: 90 })).toBe(50);
	expect(clampEditTime({ vendor: 5, after: 10, until: 90 })).toBe(11);
	expect(clampEditTime({ vendor: 500, after: 10, until: 90 })).toBe(90);
	expect(clampEditTime({ vendor: 50, until: 90 })).toBe(50);
	expect(clampEditTime({ vendor: 50, after: 95, until: 90 })).toBe(90);
});
