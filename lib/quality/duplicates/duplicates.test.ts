import fc from 'fast-check';
import type { CanonicalFields } from '../../model/fields';
import { clustersOf } from './clusters';
import { findDuplicates, type DuplicateOptions } from './find-duplicates';
import type { QualityItem } from './item';
import { chooseMaster } from './master';
import { mergedFields } from './merged';

const mail = (address: string) => ({ emails: [{ address }] });
const JANE: CanonicalFields = {
	type: 'person',
	firstName: 'Jane',
	lastName: 'Okafor',
	...mail('jane@okafor.io'),
};
const JANE_AGAIN: CanonicalFields = {
	...JANE,
	firstName: 'Jane',
	phones: [{ number: '207 555 0148' }],
};
const OTHERS: CanonicalFields[] = [
	{ type: 'person', firstName: 'Abel', lastName: 'Quist', ...mail('abel@quist.io') },
	{ type: 'person', firstName: 'Mara', lastName: 'Lindqvist', ...mail('mara@lind.io') },
];

function items(...list: CanonicalFields[]): QualityItem[] {
	return list.map((fields, place) => ({ id: `${place}`, fields }));
}

function search(list: QualityItem[], options: DuplicateOptions = {}) {
	return findDuplicates(list, { pause: () => Promise.resolve(), ...options });
}

test('finds the two, names the evidence and the master, and merges their values', async () => {
	const report = await search(items(JANE, ...OTHERS, JANE_AGAIN));
	expect(report).toMatchObject({ items: 4, surplus: 1, keptApart: [] });
	expect(report.clusters).toMatchObject([
		{
			id: 'D1',
			members: ['3', '0'],
			confidence: 'sure',
			links: [{ a: '0', b: '3', evidence: { by: 'email' } }],
			master: { id: '3', reasons: ['most complete (4 fields)'] },
			merged: {
				phones: { from: ['3'], because: 'union' },
				lastName: { because: 'same everywhere' },
			},
		},
	]);
});

const FATHER: CanonicalFields = {
	...JANE,
	firstName: 'Robert',
	suffix: 'Sr.',
	phones: [{ number: '207 555 0148' }],
};
const SON: CanonicalFields = { ...FATHER, suffix: 'Jr.' };
const EITHER: CanonicalFields = { ...FATHER, suffix: '' };

test('a rule between two members splits what a chain of alike pairs would join', async () => {
	const { clusters, keptApart } = await search(items(FATHER, EITHER, SON));
	expect(clusters.flatMap(({ members }) => members)).toHaveLength(2);
	expect(clusters[0]?.members).not.toEqual(expect.arrayContaining(['0', '2']));
	expect(keptApart).toMatchObject([{ a: '0', b: '2', rule: 'other generation' }]);
});

test('what a person has said is respected', async () => {
	const { clusters, keptApart } = await search(items(JANE, JANE_AGAIN), { isApart: () => true });
	expect(clusters).toEqual([]);
	expect(keptApart).toMatchObject([{ rule: 'decision' }]);
});

test('what is linked to one client already is a duplicate, however it looks', async () => {
	const list = items(JANE, OTHERS[0] as CanonicalFields).map((one) => ({
		...one,
		sameAs: 'U1001',
	}));
	const { clusters } = await search(list);
	expect(clusters).toMatchObject([{ confidence: 'sure', links: [{ evidence: { by: 'linked' } }] }]);
});

test('doubtful pairs are left out unless they are asked for, and mark their cluster', async () => {
	const list = items(
		{ type: 'person', firstName: 'Jane', lastName: 'Okafor' },
		{ type: 'person', firstName: 'Jane', lastName: 'Okafor' },
	);
	expect((await search(list)).clusters).toEqual([]);
	const { clusters } = await search(list, { includeDoubtful: true });
	expect(clusters).toMatchObject([{ members: ['0', '1'], confidence: 'doubtful' }]);
});

test('a family\u2019s e-mail makes no family one client', async () => {
	const family = ['Ann', 'Bo', 'Cy', 'Di'].map((firstName) => ({ ...JANE, firstName }));
	expect((await search(items(...family))).clusters).toEqual([]);
});

describe('master', () => {
	const [small, large]: CanonicalFields[] = [
		{ lastName: 'Hale' },
		{ lastName: 'Hale', firstName: 'Jo' },
	];
	test.each<[string, Array<Partial<QualityItem>>, string, string]>([
		['completeness', [{ fields: small }, { fields: large }], 'b', 'most complete (2 fields)'],
		['freshness', [{ changedAt: 2e12 }, { changedAt: 1e12 }], 'a', 'changed last (2033-05-18)'],
		['activity', [{ activity: 1 }, { activity: 9 }], 'b', 'most active'],
		['nothing', [{}, {}], 'a', 'as good as the others; the smallest id'],
	])('by %s', (_what, given, id, reason) => {
		const members = given.map((one, place) => ({
			id: 'ab'[place] ?? '',
			fields: small ?? {},
			...one,
		}));
		expect(chooseMaster(members)).toMatchObject({ id, reasons: [reason] });
		expect(chooseMaster([...members].reverse()).id).toBe(id);
	});
});

describe('merged values', () => {
	const [a, b]: [QualityItem, QualityItem] = [
		{ id: 'a', fields: { jobTitle: 'CFO', firstName: 'J', lastName: 'Hale' } },
		{ id: 'b', fields: { jobTitle: 'CEO', firstName: 'Jane', lastName: 'hale', nickname: 'Jo' } },
	];
	test.each<[string, QualityItem[], string, unknown, string[], string]>([
		['the only value', [a, b], 'nickname', 'Jo', ['b'], 'only value'],
		['the longer one', [a, b], 'firstName', 'Jane', ['b'], 'most complete'],
		['the master\u2019s of equals', [a, b], 'jobTitle', 'CFO', ['a'], 'master'],
		[
			'the newer record\u2019s',
			[
				{ ...a, changedAt: 1 },
				{ ...b, changedAt: 2 },
			],
			'jobTitle',
			'CEO',
			['b'],
			'most recent',
		],
		[
			'the newer field\u2019s',
			[
				{ ...a, changedAt: 1, fieldChangedAt: { jobTitle: 9 } },
				{ ...b, changedAt: 2 },
			],
			'jobTitle',
			'CFO',
			['a'],
			'most recent',
		],
	])('%s', (_what, members, field, value, from, because) => {
		expect(mergedFields(members)[field]).toEqual({ value, from, because });
	});

	test('lists have every entry once, and one primary', () => {
		const list = (...entries: Array<{ address: string; primary?: boolean; ref?: string }>) => ({
			emails: entries,
		});
		const merged = mergedFields([
			{ id: 'a', fields: list({ address: 'x@x.io', primary: true, ref: '1' }) },
			{
				id: 'b',
				fields: list({ address: 'X@x.io', primary: true }, { address: 'y@x.io', primary: true }),
			},
		]);
		expect(merged.emails).toEqual({
			value: [
				{ address: 'x@x.io', primary: true },
				{ address: 'y@x.io', primary: false },
			],
			from: ['a', 'b'],
			because: 'union',
		});
	});
});

const place = fc.integer({ min: 0, max: 11 });
const pair = fc
	.record({ a: place, b: place, bits: fc.integer({ min: 0, max: 4 }) })
	.filter(({ a, b }) => a !== b);

test('clusters: disjoint, joined by links, without a pair that is apart, whatever the order', () => {
	const data = fc.record({ pairs: fc.array(pair), apart: fc.array(fc.tuple(place, place)) });
	fc.assert(
		fc.property(data, fc.infiniteStream(fc.nat()), ({ pairs, apart }, shuffle) => {
			const barred = new Set(apart.flatMap(([a, b]) => [`${a}/${b}`, `${b}/${a}`]));
			const isApart = (a: number, b: number) => barred.has(`${a}/${b}`);
			const groups = clustersOf(pairs, isApart, String);
			const members = groups.flat();
			expect(new Set(members).size).toBe(members.length);
			for (const group of groups) {
				expect(group.length).toBeGreaterThan(1);
				const reached = new Set([group[0]]);
				for (let round = 0; round < group.length; round += 1)
					for (const { a, b } of pairs)
						if (group.includes(a) && group.includes(b) && (reached.has(a) || reached.has(b)))
							reached.add(a).add(b);
				expect(reached.size).toBe(group.length);
				for (const a of group)
					for (const b of group) if (a !== b) expect(isApart(a, b)).toBe(false);
			}
			const keyed = pairs.map((one) => ({ one, key: shuffle.next().value ?? 0 }));
			const other = keyed.sort((a, b) => a.key - b.key).map(({ one }) => one);
			expect(clustersOf(other, isApart, String)).toEqual(groups);
		}),
	);
});
