/** Every transform: the values that it is for come back as they were, and writing is settled at once. */
import fc from 'fast-check';
import type { ScalarValue } from '../../model/fields';
import { transformSchema, type Transform } from '../../model/transform';
import { fromCrm, listToCrm, throughCrm, toCrm } from '.';

const made = (input: unknown): { transform: Transform } => ({
	transform: transformSchema.parse(input),
});

const pad = (value: number, digits: number) => String(value).padStart(digits, '0');
const day = fc
	.record({
		year: fc.integer({ min: 1900, max: 2099 }),
		month: fc.integer({ min: 1, max: 12 }),
		day: fc.integer({ min: 1, max: 28 }),
	})
	.map(({ year, month, day: of }) => `${year}-${pad(month, 2)}-${pad(of, 2)}`);
const cents = fc.integer({ min: -1e11, max: 1e11 }).map((units) => units / 100 || 0);
const word = fc.stringMatching(/^[A-Z][a-z]{1,11}$/);
const person = fc.tuple(word, word).map((names) => names.join(' '));
const number = fc.integer({ min: 2_000_000, max: 9_999_999 }).map((line) => `+1212${line}`);

/** Values of the kind that each is made for, all of which come back. */
const KINDS: Array<[string, unknown, fc.Arbitrary<ScalarValue>]> = [
	['date as American text', { kind: 'date' }, day],
	['date as text with a month name', { kind: 'date', format: 'd LLLL yyyy' }, day],
	[
		'date as a moment',
		{ kind: 'date', crm: 'datetime', zone: 'America/New_York', time: '12:00' },
		day,
	],
	[
		'date as a midnight in the east',
		{ kind: 'date', crm: 'datetime', zone: 'Pacific/Auckland' },
		day,
	],
	['money as text', { kind: 'money' }, cents],
	[
		'money as European text',
		{ kind: 'money', symbol: '€ ', decimalSeparator: ',', grouping: true },
		cents,
	],
	['money in minor units', { kind: 'money', crm: 'minor' }, cents],
	['money as a number', { kind: 'money', crm: 'number' }, cents],
	[
		'picklist',
		{
			kind: 'picklist',
			unknown: 'omit',
			values: [
				{ canonical: 'Gold', crm: 'A' },
				{ canonical: 'Silver', crm: 'B' },
			],
		},
		fc.constantFrom('Gold', 'Silver'),
	],
	['name, last first', { kind: 'name', order: 'lastFirst' }, person],
	['name in capitals', { kind: 'name', letterCase: 'upper' }, person],
	...['e164', 'national', 'international', 'digits'].map(
		(format): [string, unknown, fc.Arbitrary<ScalarValue>] => [
			`phone, ${format}`,
			{ kind: 'phone', format },
			number,
		],
	),
	['boolean words', { kind: 'boolean' }, fc.boolean()],
	[
		'boolean words of its own',
		{ kind: 'boolean', trueWords: ['Ja'], falseWords: ['Nein'] },
		fc.boolean(),
	],
	['text', { kind: 'text', maxLength: 12 }, word],
	['number as text', { kind: 'number', crm: 'text', decimals: 2 }, cents],
	['fraction as percent', { kind: 'number', factor: 100 }, cents],
];

describe.each(KINDS)('transform: %s', (_name, input, values) => {
	const mapping = made(input);

	it('brings what it is for back as it was', () => {
		fc.assert(
			fc.property(values, (value) => {
				const held = toCrm(mapping, value) as ScalarValue;
				expect(fromCrm(mapping, held)).toEqual(value);
				expect(throughCrm(mapping, value)).toEqual(value);
			}),
		);
	});

	it('writes the same again whatever it was given', () => {
		const anything = fc.oneof(values, fc.string({ maxLength: 20 }), fc.double(), fc.boolean());
		fc.assert(
			fc.property(anything, (value) => {
				const settled = throughCrm(mapping, value);
				if (settled === undefined) return;
				const written = toCrm(mapping, settled);
				expect(fromCrm(mapping, written as ScalarValue)).toEqual(settled);
			}),
		);
	});

	it('leaves nothing as nothing', () => {
		for (const nothing of [null, '']) {
			expect(toCrm(mapping, nothing)).toBe(nothing);
			expect(fromCrm(mapping, nothing)).toBe(nothing);
		}
	});
});

describe('transforms in particular', () => {
	it.each<[string, unknown, ScalarValue, ScalarValue]>([
		['a debt', { kind: 'money' }, '($1,234.50)', -1234.5],
		['a European amount', { kind: 'money', decimalSeparator: ',' }, '1.234,5 €', 1234.5],
		['cents', { kind: 'money', crm: 'minor' }, 123450, 1234.5],
		['no amount', { kind: 'money' }, 'on request', 'on request'],
		[
			'a moment late in the day',
			{ kind: 'date', crm: 'datetime', zone: 'America/New_York' },
			'2026-05-02T03:30:00Z',
			'2026-05-01',
		],
		['another country', { kind: 'phone' }, '+44 20 7946 0958', '+442079460958'],
		[
			'capitals',
			{ kind: 'name', order: 'lastFirst', letterCase: 'upper' },
			"O'BRIEN, SEAN",
			"Sean O'Brien",
		],
		['a word', { kind: 'boolean' }, ' yes', true],
	])('reads %s', (_what, input, held, canonical) => {
		expect(fromCrm(made(input), held)).toEqual(canonical);
	});

	it.each<[string, unknown, ScalarValue, ScalarValue | undefined]>([
		['an amount', { kind: 'money' }, 1234567.5, '$1,234,567.50'],
		['half a cent upwards', { kind: 'money', crm: 'minor' }, 1.005, 101],
		[
			'a foreign number whole',
			{ kind: 'phone', format: 'digits' },
			'+442079460958',
			'+442079460958',
		],
		['a text that is too long', { kind: 'text', maxLength: 4 }, 'abc😀', 'abc'],
		['an unknown value not at all', { kind: 'picklist', unknown: 'omit' }, 'Gold', undefined],
		['the default', { kind: 'picklist', unknown: 'default', defaultCrm: 'Other' }, 'Gold', 'Other'],
		['a word that is none not at all', { kind: 'boolean' }, 'perhaps', undefined],
	])('writes %s', (_what, input, canonical, held) => {
		expect(toCrm(made(input), canonical)).toEqual(held);
	});

	it('writes the numbers of a list in its form, and leaves other lists alone', () => {
		const mapping = made({ kind: 'phone' });
		const phones = [{ number: '+12125550123', kind: 'work' }];
		expect(listToCrm(mapping, 'phones', phones)).toEqual([
			{ number: '(212) 555-0123', kind: 'work' },
		]);
		const emails = [{ address: 'a@b.example' }];
		expect(listToCrm(mapping, 'emails', emails)).toBe(emails);
	});

	it.each([
		{ kind: 'date', zone: 'Mars/Olympus' },
		{ kind: 'phone', country: 'usa' },
		{ kind: 'boolean', trueWords: [] },
		{ kind: 'money', decimals: 99 },
		{ kind: 'poem' },
	])('refuses %j', (input) => {
		expect(transformSchema.safeParse(input).success).toBe(false);
	});
});
