import fc from 'fast-check';
import { listItemKey, sameValue } from './canonical';
import type { EmailItem } from './fields';
import { diffList, isEmptyDiff, type ListDiff } from './list-diff';

/** A list as a CRM could hold it: keys and nested ids once each. */
const list = fc
	.uniqueArray(fc.integer({ min: 0, max: 6 }), { maxLength: 5 })
	.chain((numbers) =>
		fc.tuple(
			...numbers.map((number) =>
				fc.record(
					{
						address: fc.constant(`${number}@x.io`),
						kind: fc.constantFrom('home', 'work'),
						primary: fc.boolean(),
					},
					{ requiredKeys: ['address'] },
				),
			),
		),
	)
	.chain((items) =>
		fc
			.shuffledSubarray(['r1', 'r2', 'r3', 'r4', 'r5', 'r6'], { minLength: items.length })
			.map((refs) => items.map((item, index): EmailItem => ({ ...item, ref: refs[index] }))),
	);

function apply(from: readonly EmailItem[], diff: ListDiff<EmailItem>): EmailItem[] {
	const gone = new Set([...diff.removed, ...diff.changed.map((pair) => pair.from)]);
	const kept = from.filter((item) => !gone.has(item));
	return [...kept, ...diff.changed.map((pair) => pair.to), ...diff.added];
}

test('the difference applied to the one list gives the other', () => {
	fc.assert(
		fc.property(list, list, (from, to) => {
			expect(sameValue('emails', apply(from, diffList('emails', from, to)), to)).toBe(true);
		}),
	);
});

test('a list does not differ from itself in another order', () => {
	fc.assert(
		fc.property(list, (items) => {
			expect(isEmptyDiff(diffList('emails', items, [...items].reverse()))).toBe(true);
		}),
	);
});

test('entries are paired by key first, then by nested id, then by a former key', () => {
	const from = [
		{ address: 'a@x.io', ref: '1' },
		{ address: 'b@x.io', ref: '2' },
		{ address: 'c@x.io', ref: '3' },
	];
	const to = [
		{ address: 'B@x.io', ref: '1', kind: 'work' },
		{ address: 'new@x.io', ref: '3' },
		{ address: 'other@x.io', formerKeys: ['a@x.io'] },
	];
	const diff = diffList<EmailItem>('emails', from, to);
	expect(diff.added).toEqual([]);
	expect(diff.removed).toEqual([]);
	expect(diff.changed).toEqual([
		{ from: from[1], to: to[0] },
		{ from: from[2], to: to[1] },
		{ from: from[0], to: to[2] },
	]);
});

test('what the newer side does not say is no difference', () => {
	const from = [{ address: 'a@x.io', kind: 'home', primary: true }];
	expect(isEmptyDiff(diffList<EmailItem>('emails', from, [{ address: 'a@x.io' }]))).toBe(true);
	const noLonger = [{ address: 'a@x.io', primary: false }];
	expect(diffList<EmailItem>('emails', from, noLonger).changed).toHaveLength(1);
});

test('a second copy of an entry is neither added nor removed', () => {
	const home = { number: '207-555-0148', kind: 'home', ref: '1' };
	const fax = { number: '(207) 555-0148', kind: 'fax', ref: '2' };
	expect(isEmptyDiff(diffList('phones', [fax, home], [home]))).toBe(true);
	expect(isEmptyDiff(diffList('phones', [home], [home, fax]))).toBe(true);
	expect(listItemKey('phones', fax)).toBe(listItemKey('phones', home));
});
