import fc from 'fast-check';
import { FORMATS, NORMALISERS, partTitles, splitFullName, type Format } from '.';
import type { NormaliseOptions } from './normalised';

type Row = [before: string, after: string, problem?: string, options?: NormaliseOptions];

const ROWS: Partial<Record<Format, Row[]>> = {
	name: [
		['  Jane  Anne ', 'Jane Anne'],
		['JANE', 'Jane'],
		["CHRISTINE O'NEILL-MCDONALD", "Christine O'Neill-McDonald"],
		['macdonald', 'MacDonald'],
		['MACKIE', 'Mackie'],
		['machado', 'Machado'],
		["d'angelo", "D'Angelo"],
		['VAN DER BERG', 'van der Berg'],
		['de la cruz', 'de la Cruz'],
		['LA RUE', 'La Rue'],
		['DE', 'De'],
		['DeShawn', 'DeShawn'],
		['van Buren', 'van Buren'],
		['TJ', 'TJ'],
		['JP', 'JP'],
		['ED', 'Ed'],
		['hale iii', 'Hale III'],
		['ÉLODIE', 'Élodie'],
		['王', '王'],
		['4 Seasons', '4 Seasons', 'name-digits'],
		['jane@x.com', 'jane@x.com', 'name-email'],
	],
	title: [
		['mr', 'Mr.'],
		['DR.', 'Dr.'],
		['Sir', 'Sir'],
	],
	suffix: [
		['jr', 'Jr.'],
		['PHD cfp', 'PhD, CFP'],
		['Jr., CFP', 'Jr., CFP'],
		['of Kent', 'of Kent'],
	],
	email: [
		[' Jane.Doe@Example.COM ', 'jane.doe@example.com'],
		['mailto:jane@example.com', 'jane@example.com'],
		['jane@gmial.com', 'jane@gmial.com', 'email-domain'],
		['jane@hale.con', 'jane@hale.con', 'email-domain'],
		['jane@ymail.com', 'jane@ymail.com'],
		['jane@mail.com', 'jane@mail.com'],
		['jane@gmail,com', 'jane@gmail,com', 'email-typing'],
		['jane @gmail.com', 'jane @gmail.com', 'email-typing'],
		['jane.example.com', 'jane.example.com', 'email-at'],
		['jane@@example.com', 'jane@@example.com', 'email-at'],
		['jane@example', 'jane@example', 'email-format'],
		['', ''],
	],
	phone: [
		['(207) 555-0148', '+12075550148', undefined],
		['207.555.0148 x12', '+12075550148 ext. 12'],
		['020 7946 0958', '+442079460958', undefined, { country: 'GB' }],
		['+44 20 7946 0958', '+442079460958'],
		['555-0148', '555-0148', 'phone-format'],
		['call me', 'call me', 'phone-format'],
		['(000) 555-0148', '(000) 555-0148', 'phone-unassigned'],
	],
	state: [
		['maine', 'ME'],
		['Me.', 'ME'],
		['D.C.', 'DC'],
		['New  york', 'NY'],
		['ny', 'New York', undefined, { regions: 'name' }],
		['dc', 'District of Columbia', undefined, { regions: 'name' }],
		['Bavaria', 'Bavaria', 'state'],
		['Bavaria', 'Bavaria', undefined, { country: 'DE' }],
	],
	country: [
		['U.S.A.', 'US'],
		['united states', 'US'],
		['Deutschland', 'DE'],
		['gbr', 'GB'],
		['Côte d’Ivoire', 'CI'],
		['gb', 'United Kingdom', undefined, { regions: 'name' }],
		['Freedonia', 'Freedonia', 'country'],
	],
	postalCode: [
		['04101', '04101'],
		['041011234', '04101-1234'],
		['4101', '04101', undefined, { state: 'Maine' }],
		['4101', '4101', 'postal-code-zero'],
		['k1a0b1', 'K1A 0B1', undefined, { country: 'CA' }],
		['sw1a1aa', 'SW1A 1AA', undefined, { country: 'GB' }],
		['80331', '80331', undefined, { country: 'DE' }],
		['ABC', 'ABC', 'postal-code'],
		['ABC', 'ABC', 'postal-code', { country: 'CA' }],
	],
	date: [
		['1961-04-03', '1961-04-03'],
		['19610403', '1961-04-03'],
		['1961-04-03T00:00:00Z', '1961-04-03'],
		['4/3/1961', '1961-04-03'],
		['4/3/1961', '1961-03-04', undefined, { country: 'GB' }],
		['4/3/1961', '1961-03-04', undefined, { dateOrder: 'dayFirst' }],
		['3.4.1961', '1961-04-03'],
		['April 3rd, 1961', '1961-04-03'],
		['3 Apr 1961', '1961-04-03'],
		['13/4/1961', '13/4/1961', 'date-order'],
		['4/3/61', '4/3/61', 'date-century'],
		['2026-02-30', '2026-02-30', 'date-format'],
		['1900-01-01', '1900-01-01', 'date-placeholder'],
	],
	text: [['  Hale \t Partners ', 'Hale Partners']],
};

const rows = Object.entries(ROWS).flatMap(([format, list]) =>
	list.map((row) => [format as Format, ...row] as const),
);

test.each(rows)('%s: %j is %j', (...row) => {
	const [format, before, after, problem, options] = row as [Format, ...Row];
	const result = NORMALISERS[format](before, options);
	expect(result).toMatchObject({ value: after, changed: before !== after });
	expect(result.problem?.code).toBe(problem);
});

test('each format has its rows or the reason is known', () => {
	expect(Object.keys(ROWS).sort()).toEqual([...FORMATS].sort());
});

test.each([
	['email', 'jane@gmial.com', 'jane@gmail.com'],
	['email', 'jane.@ hale.com', undefined],
	['email', 'jane@gmail,com', 'jane@gmail.com'],
	['date', '13/4/1961', '1961-04-13'],
	['postalCode', '4101', '04101'],
] as const)('%s: of %j it guesses %j, and says no more', (format, text, suggestion) => {
	const { value, problem } = NORMALISERS[format](text);
	expect([value, problem?.suggestion]).toEqual([text, suggestion]);
});

/** Values as people type them, and any text. */
const known = fc.constantFrom(...rows.flatMap(([, before, after]) => [before, after]));
const typed = fc.oneof(
	fc.constantFrom('__proto__', 'constructor'),
	known,
	fc.string(),
	fc.string({ unit: 'grapheme' }),
	known.map((text) => text.toUpperCase()),
);

test.each(FORMATS)(
	'%s: a second time changes nothing, and no message tells the value',
	(format) => {
		fc.assert(
			fc.property(typed, fc.constantFrom('US', 'GB', 'DE'), (text, country) => {
				const once = NORMALISERS[format](text, { country });
				const twice = NORMALISERS[format](once.value, { country });
				expect([twice.value, twice.changed]).toEqual([once.value, false]);
				expect(typeof once.value).toBe('string');
				expect(once.changed).toBe(once.value !== text);
				if (text.length > 6) expect(once.problem?.message ?? '').not.toContain(text);
			}),
			{ numRuns: 500 },
		);
	},
);

test.each([
	[{ firstName: 'Dr. Jane', lastName: 'Hale' }, ['Dr.', 'Jane', '', 'Hale', '']],
	[{ firstName: 'Miss', lastName: 'Hale' }, ['', 'Miss', '', 'Hale', '']],
	[{ firstName: 'Robert', lastName: 'Hale, Jr' }, ['', 'Robert', '', 'Hale', 'Jr.']],
	[{ firstName: 'Robert', lastName: 'Hale Jr. CFP' }, ['', 'Robert', '', 'Hale', 'Jr., CFP']],
	[{ firstName: 'Yo-Yo', lastName: 'Ma' }, ['', 'Yo-Yo', '', 'Ma', '']],
	[
		{ prefix: 'Prof.', firstName: 'Dr Jane', lastName: 'Hale' },
		['Prof.', 'Dr Jane', '', 'Hale', ''],
	],
])('titles and suffixes of %j', (given, expected) => {
	expect(Object.values(partTitles(given).value)).toEqual(expected);
});

test.each([
	['Dr. Robert J. Hale Jr.', ['Dr.', 'Robert', 'J.', 'Hale', 'Jr.']],
	['Hale, Dr. Robert J.', ['Dr.', 'Robert', 'J.', 'Hale', '']],
	['Hale, Robert, Jr.', ['', 'Robert', '', 'Hale', 'Jr.']],
	['Ludwig van der Rohe', ['', 'Ludwig', '', 'van der Rohe', '']],
	['Jane Hale, CFP', ['', 'Jane', '', 'Hale', 'CFP']],
	['Cher', ['', 'Cher', '', '', '']],
	['', ['', '', '', '', '']],
])('parts of the name %j', (text, expected) => {
	expect(Object.values(splitFullName(text))).toEqual(expected);
});
