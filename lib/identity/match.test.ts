import type { CanonicalFields } from '../model/fields';
import { limitOf } from './assess';
import { bandOf, DEFAULT_THRESHOLDS, evidenceOf } from './bands';
import { foldProfile } from './compare/fold-profile';
import { DEFAULT_MATCH_OPTIONS, match, type MatchOptions } from './match';

const mail = (address: string) => ({ emails: [{ address }] });
const phone = (number: string) => ({ phones: [{ number }] });
const SHARED = { ...mail('hale@x.io'), ...phone('207-555-0148') };
const HOME = {
	addresses: [{ street: '12 Elm Street', city: 'Bath', state: 'ME', postalCode: '04530' }],
};
const name = (firstName: string, lastName = 'Hale') => ({ firstName, lastName });
const born = (birthDate: string) => ({ birthDate });

interface Side {
	fields: CanonicalFields;
	keys?: Record<string, string>;
}

function matched(one: Side, other: Side, options: Partial<MatchOptions> = {}) {
	const [a, b] = [one, other].map(({ fields, keys = {} }) =>
		foldProfile({ fields, externalKeys: keys }),
	);
	if (a === undefined || b === undefined) throw new Error('Two sides are needed.');
	const found = match(a, b, { ...DEFAULT_MATCH_OPTIONS, ...options });
	expect(match(b, a, { ...DEFAULT_MATCH_OPTIONS, ...options }).bits).toBeCloseTo(found.bits, 6);
	const band = bandOf({ ...found, limit: limitOf(found.rules) }, DEFAULT_THRESHOLDS);
	return { ...found, band, evidence: evidenceOf(found) };
}

const bandFor = (one: CanonicalFields, other: CanonicalFields) =>
	matched({ fields: one }, { fields: other }).band;

test.each([
	['the same', name('Robert')],
	['a short form', name('Bob')],
	['an initial', name('R')],
	['accents and case', name('ROB\u00c9RT')],
])('name and e-mail agree: linked (%s)', (_what, one) => {
	const found = matched(
		{ fields: { ...one, ...mail('B@x.io') } },
		{ fields: { ...name('Robert'), ...mail('b@x.io') } },
	);
	expect(found.band).toBe('link');
	expect(found.evidence.by).toBe('email');
});

test.each([
	['first and last name changed about', name('Hale', 'Robert'), name('Robert')],
	['a compound last name', name('Ana', 'Garcia Lopez'), name('Ana', 'Garcia')],
	['a compound first name', name('Mei-Ling'), name('Mei')],
	['a mistyped last name', name('Robert', 'Hael'), name('Robert', 'Hale')],
	['the nickname of the other', { ...name('Robert'), nickname: 'Bunny' }, name('Bunny')],
])('with the same birth date and e-mail they are linked: %s', (_what, one, other) => {
	const more = { ...born('1961-05-04'), ...mail('rhale@x.io') };
	expect(bandFor({ ...one, ...more }, { ...other, ...more })).toBe('link');
});

test.each([
	['another first name', name('Ann'), name('Robert')],
	['a first name that is only alike', name('Paula'), name('Paul')],
	['another suffix', { ...name('John'), suffix: 'Jr.' }, { ...name('John'), suffix: 'Sr.' }],
	['a suffix behind the name', name('John', 'Hale Jr'), { ...name('John'), suffix: 'III' }],
	[
		'another middle name',
		{ ...name('John'), middleName: 'A' },
		{ ...name('John'), middleName: 'B' },
	],
	[
		'a generation apart',
		{ ...name('John'), ...born('1931-02-03') },
		{ ...name('John'), ...born('1961-05-04') },
	],
])('a family that shares all else is never linked by itself: %s', (_what, one, other) => {
	expect(bandFor({ ...one, ...SHARED, ...HOME }, { ...other, ...SHARED, ...HOME })).not.toBe(
		'link',
	);
});

test('spouses, and parent and child by their suffix, are not even asked about', () => {
	const [jr, sr] = [
		{ ...name('John'), suffix: 'Jr' },
		{ ...name('John'), suffix: 'Sr' },
	];
	expect(bandFor({ ...jr, ...SHARED }, { ...sr, ...SHARED })).toBe('below');
	expect(bandFor({ ...name('Ann'), ...phone('1') }, { ...name('Robert'), ...phone('1') })).toBe(
		'below',
	);
});

test.each([
	['swapped day and month', '1961-05-04', '1961-04-05'],
	['one digit', '1961-05-04', '1961-05-14'],
])('a mistyped birth date (%s) speaks for it, another one against it', (_what, one, other) => {
	const levelOf = (left: string, right: string) => {
		const { fields } = matched({ fields: born(left) }, { fields: born(right) });
		return fields.find(({ field }) => field === 'birthDate')?.weight ?? 0;
	};
	expect(levelOf(one, other)).toBeGreaterThan(0);
	expect(levelOf(one, '1990-12-31')).toBeLessThan(0);
	expect(levelOf('1970-01-01', '1970-01-01')).toBe(0);
});

test.each([
	['another number', 'ann.hale1@hale.io', 'ann.hale2@hale.io'],
	['another letter at a big provider', 'ann.hale.k@gmail.com', 'ann.hale.p@gmail.com'],
])('namesakes whose e-mails differ by %s are never linked by them', (_what, one, other) => {
	const [ann, namesake] = [one, other].map((address) => ({ ...name('Ann'), ...mail(address) }));
	expect(bandFor(ann ?? {}, namesake ?? {})).not.toBe('link');
});

test('a slip in an address of their own links one name, but not two that are only alike', () => {
	const [one, other] = [mail('ann.hale@hale.io'), mail('ann.hael@hale.io')];
	expect(bandFor({ ...name('Ann'), ...one }, { ...name('Ann'), ...other })).toBe('link');
	expect(bandFor({ ...name('Ann'), ...one }, { ...name('Ann', 'Hael'), ...other })).toBe('review');
});

test('a name alone, with its city or company, is a question; an e-mail alone too', () => {
	const near = { companyName: 'Acme LLC', addresses: [{ city: 'Bath', state: 'ME' }] };
	expect(bandFor(name('Robert'), name('Robert'))).toBe('review');
	expect(bandFor({ ...name('Robert'), ...near }, { ...name('Robert'), ...near })).toBe('review');
	expect(bandFor(mail('b@x.io'), mail('b@x.io'))).toBe('review');
});

test('an office phone that many share weighs next to nothing', () => {
	const both = [
		{ ...name('Ann'), ...phone('1') },
		{ ...name('Ann', 'Winters'), ...phone('1') },
	];
	const [one = {}, other = {}] = both;
	const frequencies = { records: 5_000, countOf: () => 40 };
	const [rare, common] = [{}, { frequencies }].map((options) =>
		matched({ fields: one }, { fields: other }, options),
	);
	expect(common?.band).toBe('below');
	expect(rare?.bits).toBeGreaterThan((common?.bits ?? 0) + 5);
});

test('rare names say more than common ones', () => {
	const side = { fields: name('Robert') };
	const share = (count: number) =>
		matched(side, side, { frequencies: { records: 10_000, countOf: () => count } }).bits;
	expect(share(2)).toBeGreaterThan(share(300) + 3);
});

describe('identifiers', () => {
	const same = { ...name('Robert'), ...SHARED, ...born('1961-05-04') };

	test('another key of one issuer never merges by score; keys of two issuers say nothing', () => {
		const one = { fields: same, keys: { custodian: 'A-1' } };
		expect(matched(one, { fields: same, keys: { custodian: 'A-2' } }).band).toBe('review');
		expect(matched(one, { fields: same, keys: { planner: 'A-1' } }).band).toBe('link');
	});

	test('the same key of one issuer links by itself', () => {
		const side = { fields: {}, keys: { custodian: 'A-1' } };
		expect(matched(side, side)).toMatchObject({ band: 'link', evidence: { by: 'external-key' } });
	});

	test('a tax id that is a typo apart weighs against, one further apart leads to review', () => {
		const tax = (taxId: string) => ({ fields: { ...same, taxId } });
		expect(matched(tax('123-45-6789'), tax('123456789')).band).toBe('link');
		expect(matched(tax('123-45-6789'), tax('123-45-6780')).band).toBe('link');
		const other = [tax('123-45-6789'), tax('987-65-4320')] as const;
		expect(matched(...other).band).toBe('review');
		expect(matched(...other, { rules: { otherTaxId: 'weigh' } }).band).toBe('link');
		expect(matched(tax('000-00-0000'), tax('000-00-0000')).fields).not.toContainEqual(
			expect.objectContaining({ field: 'taxId' }),
		);
	});
});

test('a person is no organisation, and a household none of its members', () => {
	const same = { ...name('Robert'), ...SHARED };
	for (const type of ['organization', 'household']) {
		const found = matched({ fields: { ...same, type } }, { fields: { ...same, type: 'person' } });
		expect(found).toMatchObject({ band: 'below', bits: 0, rules: [{ rule: 'other kind' }] });
	}
});

test('evidence names levels and sentences, never values', () => {
	const one = {
		...name('Robert'),
		...SHARED,
		...HOME,
		...born('1961-05-04'),
		taxId: '123-45-6789',
	};
	const other = { ...one, taxId: '987-65-4320', firstName: 'Roberto' };
	const { evidence } = matched({ fields: one }, { fields: other });
	expect(evidence.rules).toEqual([
		expect.objectContaining({ rule: 'other tax id', limit: 'review' }),
	]);
	expect(JSON.stringify(evidence)).not.toMatch(/Robert|Hale|x\.io|555|Elm|1961|6789/i);
});
