import type { CanonicalFields } from '../model/fields';
import { DEFAULT_THRESHOLDS, score } from './score';

const { link, review } = DEFAULT_THRESHOLDS;
const mail = (address: string) => ({ emails: [{ address }] });
const phone = (number: string) => ({ phones: [{ number }] });
const SHARED = { ...mail('hale@x.io'), ...phone('207-555-0148') };
const name = (firstName: string, lastName = 'Hale') => ({ firstName, lastName });

const scoreOf = (
	one: CanonicalFields,
	other: CanonicalFields,
	keys: Record<string, string> = {},
	otherKeys: Record<string, string> = {},
) => score({ fields: one, externalKeys: keys }, { fields: other, externalKeys: otherKeys });

test('the same name and e-mail are the same client, nicknames too', () => {
	for (const first of ['Robert', 'Bob', 'R']) {
		const found = scoreOf(
			{ ...name(first), ...mail('B@x.io') },
			{ ...name('Robert'), ...mail('b@x.io') },
		);
		expect(found.score).toBeGreaterThanOrEqual(link);
		expect(found.by).toBe('email');
	}
});

test.each([
	['another first name', name('Ann'), name('Robert')],
	['a first name that is only alike', name('Paula'), name('Paul')],
	['another suffix', { ...name('John'), suffix: 'Jr.' }, { ...name('John'), suffix: 'Sr.' }],
	[
		'another middle name',
		{ ...name('John'), middleName: 'A' },
		{ ...name('John'), middleName: 'B' },
	],
])('a family that shares e-mail and phone is never linked by itself: %s', (_what, one, other) => {
	expect(scoreOf({ ...one, ...SHARED }, { ...other, ...SHARED }).score).toBeLessThan(link);
});

test('a typing error in the first name does not stand against the same birth date', () => {
	const born = { birthDate: '1961-05-04' };
	const [one, other] = [
		{ ...name('Jonathon'), ...mail('j@x.io'), ...born },
		{ ...name('Jonathan'), ...mail('j@x.io'), ...born },
	];
	expect(scoreOf(one, other).score).toBeGreaterThanOrEqual(link);
	const younger = { ...other, birthDate: '1990-01-01' };
	expect(scoreOf(one, younger).score).toBeLessThan(link);
});

test('a name alone is a question, an e-mail alone too', () => {
	for (const [one, other] of [
		[name('Robert'), name('Bob')],
		[mail('b@x.io'), mail('b@x.io')],
	] as const) {
		const found = scoreOf(one, other).score;
		expect(found).toBeGreaterThanOrEqual(review);
		expect(found).toBeLessThan(link);
	}
});

test('a shared office phone is no question', () => {
	const found = scoreOf(
		{ ...name('Ann'), ...phone('1') },
		{ ...name('Robert', 'Winters'), ...phone('1') },
	);
	expect(found.score).toBeLessThan(review);
});

test('another key of the same issuer, another type: other clients', () => {
	const same = { ...name('Robert'), ...SHARED };
	expect(scoreOf(same, same, { custodian: 'A-1' }, { custodian: 'A-2' }).score).toBeLessThan(
		review,
	);
	expect(scoreOf(same, same, { custodian: 'A-1' }, { planner: 'A-1' }).score).toBeGreaterThan(link);
	expect(scoreOf({ ...same, type: 'household' }, { ...same, type: 'person' }).score).toBe(0);
});

test('the same key of one issuer links by itself', () => {
	const found = scoreOf({}, {}, { custodian: 'A-1' }, { custodian: 'A-1' });
	expect(found).toMatchObject({ by: 'external-key' });
	expect(found.score).toBeGreaterThanOrEqual(link);
});
