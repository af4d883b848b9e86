import fc from 'fast-check';
import type { CanonicalFields } from '../../model/fields';
import { NORMALISERS } from '../normalise';
import { checkRecord, rejectionReason, type CheckedRecord } from './check-record';
import { readRuleSet, RuleSetError, type RuleSetInput } from './rule-set';

const now = Date.parse('2026-11-22T12:00:00Z');
type RuleInput = NonNullable<RuleSetInput['rules']>[number];

function check(
	fields: CanonicalFields,
	rules: RuleInput[],
	{ isPartial = false, ...set }: Partial<RuleSetInput> & { isPartial?: boolean } = {},
): CheckedRecord {
	const ruleSet = readRuleSet({ normalise: false, ...set, rules });
	return checkRecord(fields, ruleSet, { now, isPartial });
}

const EMAILS = { emails: [{ address: 'a@x.io' }, { address: 'B@X.io ' }, { address: 'nobody' }] };

/** Rule, record, what is said: w(arned), r(ejected) or the repaired value. */
test.each<[RuleInput, CanonicalFields, string | undefined]>([
	[{ check: 'required', field: 'lastName' }, { lastName: ' ' }, 'w: Last Name is missing'],
	[{ check: 'required', field: 'lastName', on: 'reject' }, {}, 'r: Last Name is missing'],
	[{ check: 'required', field: 'emails' }, { emails: [] }, 'w: E-mails is missing'],
	[
		{ check: 'required', field: 'addresses' },
		{ addresses: [{ kind: 'home' }] },
		'w: Addresses is missing',
	],
	[{ check: 'required', field: 'addresses' }, { addresses: [{ city: 'Bar Harbor' }] }, undefined],
	[{ check: 'required', field: 'custom.tier' }, { 'custom.tier': 0 }, undefined],
	[
		{ check: 'format', field: 'birthDate', format: 'date', on: 'reject' },
		{ birthDate: 'unknown' },
		'r: Birth Date is no date',
	],
	[{ check: 'format', field: 'emails', format: 'email', on: 'repair' }, EMAILS, 'b@x.io'],
	[
		{ check: 'format', field: 'addresses.state', format: 'state', on: 'repair' },
		{ addresses: [{ state: 'maine' }] },
		'ME',
	],
	[
		{ check: 'format', field: 'addresses.state', format: 'state', on: 'reject' },
		{ addresses: [{ state: 'Bavaria', country: 'Germany' }] },
		undefined,
	],
	[
		{ check: 'allowed', field: 'custom.tier', values: ['Gold', 'Silver'], on: 'repair' },
		{ 'custom.tier': ' GOLD' },
		'Gold',
	],
	[
		{ check: 'allowed', field: 'custom.tier', values: ['Gold'], on: 'repair', otherwise: 'reject' },
		{ 'custom.tier': 'Bronze' },
		'r: tier is none of the allowed values (Gold)',
	],
	[
		{ check: 'pattern', field: 'taxId', pattern: '^\\d{3}-\\d{2}-\\d{4}$' },
		{ taxId: '12-3456789' },
		'w: Tax ID does not have the form that is asked for',
	],
	[
		{ check: 'pattern', field: 'taxId', pattern: '^\\d+$', message: 'Digits only, please' },
		{ taxId: 'x' },
		'w: Digits only, please',
	],
	[
		{ check: 'length', field: 'lastName', min: 2 },
		{ lastName: 'X' },
		'w: Last Name is shorter than 2 characters',
	],
	[
		{ check: 'length', field: 'lastName', max: 3 },
		{ lastName: 'Hale' },
		'w: Last Name is longer than 3 characters',
	],
	[
		{ check: 'length', field: 'lastName', max: 4 },
		{ lastName: '👩‍🦰ab' },
		'w: Last Name is longer than 4 characters',
	],
	[
		{ check: 'dateRange', field: 'birthDate', latest: 'today-18y', on: 'reject' },
		{ birthDate: '2008-11-23' },
		'r: Birth Date is after 2008-11-22',
	],
	[
		{ check: 'dateRange', field: 'birthDate', latest: 'today-18y' },
		{ birthDate: '11/22/2008' },
		undefined,
	],
	[
		{ check: 'dateRange', field: 'birthDate', earliest: '1910-01-01' },
		{ birthDate: '1900-01-01' },
		'w: Birth Date is before 1910-01-01',
	],
	[{ check: 'length', field: 'lastName', min: 2 }, { lastName: null }, undefined],
])('%j on %j', (rule, fields, expected) => {
	const { warnings, rejections, repairs } = check(fields, [rule]);
	const said = [
		...warnings.map(({ message }) => `w: ${message}`),
		...rejections.map(({ message }) => `r: ${message}`),
		...repairs.map(({ after }) => after),
	];
	expect(said.filter((one) => !one.includes('has no @'))).toEqual(
		expected === undefined ? [] : [expected],
	);
});

test('of a list, each entry is judged and named', () => {
	const { warnings, repairs, fields } = check(EMAILS, [
		{ check: 'format', field: 'emails', format: 'email', on: 'repair' },
	]);
	expect(warnings).toEqual([
		{
			field: 'emails',
			place: 2,
			check: 'format',
			message: 'E-mails has no @ with a domain behind it',
		},
	]);
	expect(repairs).toEqual([{ field: 'emails', place: 1, before: 'B@X.io ', after: 'b@x.io' }]);
	expect(fields.emails).toEqual([
		{ address: 'a@x.io' },
		{ address: 'b@x.io' },
		{ address: 'nobody' },
	]);
});

test('of a change, only what is said can be missing', () => {
	const rules: RuleInput[] = [{ check: 'required', field: 'lastName', on: 'reject' }];
	expect(check({ jobTitle: 'CFO' }, rules, { isPartial: true }).rejections).toEqual([]);
	expect(check({ lastName: null }, rules, { isPartial: true }).rejections).toHaveLength(1);
});

test('normalises first: the rules see what it left, and a text has one repair', () => {
	const given = { lastName: 'HALE JR', emails: [{ address: 'X@GMIAL.com' }] };
	const { fields, repairs, warnings } = check(
		given,
		[{ check: 'allowed', field: 'suffix', values: ['JR'], on: 'repair' }],
		{ normalise: true },
	);
	expect(fields).toEqual({ lastName: 'Hale', suffix: 'JR', emails: [{ address: 'x@gmial.com' }] });
	expect(repairs).toEqual([
		{ field: 'lastName', before: 'HALE JR', after: 'Hale' },
		{ field: 'suffix', before: '', after: 'JR' },
		{ field: 'emails', place: 0, before: 'X@GMIAL.com', after: 'x@gmial.com' },
	]);
	expect(warnings).toMatchObject([{ check: 'normal form', suggestion: 'x@gmail.com' }]);
	expect(given.lastName).toBe('HALE JR');
});

test('addresses are read in their own country', () => {
	const addresses = [
		{ state: 'maine', postalCode: '4101', country: 'usa' },
		{ state: 'Ontario', postalCode: 'k1a0b1', country: 'Canada' },
	];
	const { fields, warnings } = check({ addresses }, [], { normalise: true });
	expect(fields.addresses).toEqual([
		{ state: 'ME', postalCode: '04101', country: 'US' },
		{ state: 'Ontario', postalCode: 'K1A 0B1', country: 'CA' },
	]);
	expect(warnings).toEqual([]);
});

test.each<[unknown, string]>([
	[{ rules: [{ check: 'required', field: 'lastname' }] }, 'Rule 1: field: "lastname" is no field'],
	[
		{ rules: [{ check: 'pattern', field: 'taxId', pattern: '(' }] },
		'Rule 1 (Tax ID): pattern: is no regular expression',
	],
	[{ rules: [{ check: 'length', field: 'lastName' }] }, 'Rule 1 (Last Name): needs min or max'],
	[
		{ rules: [{ check: 'length', field: 'lastName', min: 3, max: 2 }] },
		'min must not be above max',
	],
	[{ rules: [{ check: 'dateRange', field: 'birthDate' }] }, 'needs earliest or latest'],
	[
		{ rules: [{ check: 'dateRange', field: 'birthDate', latest: 'tomorrow' }] },
		'latest: must be a date',
	],
	[{ rules: [{ check: 'allowed', field: 'status', values: [] }] }, 'must name at least one value'],
	[
		{ rules: [{ check: 'guess', field: 'status' }] },
		'Rule 1 (Status): check: Invalid discriminator',
	],
	[
		{ rules: [{ check: 'required', field: 'status', on: 'repair' }] },
		'Rule 1 (Status): on: Invalid enum',
	],
	[{ country: 'usa' }, 'country must be an ISO code of two capitals'],
])('%j cannot be used', (input, message) => {
	expect(() => readRuleSet(input)).toThrow(RuleSetError);
	expect(() => readRuleSet(input)).toThrow(message);
});

test('a dead letter says what is wrong, once, and no value', () => {
	const rules: RuleInput[] = [
		{ check: 'format', field: 'emails', format: 'email', on: 'reject' },
		{ check: 'required', field: 'lastName', on: 'reject' },
	];
	const secret = { emails: [{ address: 'nobody' }, { address: 'noone' }] };
	expect(rejectionReason(check(secret, rules))).toBe(
		'Data Quality rejected it: E-mails has no @ with a domain behind it; Last Name is missing.',
	);
});

const text = fc.oneof(
	fc.string({ maxLength: 20 }),
	fc.constantFrom('HALE JR', 'Dr. ann', 'maine', '4101', 'X@Gmial.com'),
);
const record = fc.record(
	{
		prefix: text,
		firstName: text,
		lastName: text,
		suffix: text,
		birthDate: fc.oneof(text, fc.constant('4/3/1961')),
		emails: fc.array(fc.record({ address: text }), { maxLength: 3 }),
		phones: fc.array(fc.record({ number: fc.oneof(text, fc.constant('207 555 0148')) }), {
			maxLength: 3,
		}),
		addresses: fc.array(fc.record({ state: text, postalCode: text, country: text }), {
			maxLength: 2,
		}),
	},
	{ requiredKeys: [] },
);

test('what was normalised once is not changed again; a repair is what its normaliser says', () => {
	const ruleSet = readRuleSet({});
	fc.assert(
		fc.property(record, (fields) => {
			const once = checkRecord(fields, ruleSet, { now });
			const twice = checkRecord(once.fields, ruleSet, { now });
			expect(twice.repairs).toEqual([]);
			expect(twice.fields).toEqual(once.fields);
			expect(twice.warnings).toEqual(once.warnings);
			for (const { field, after } of once.repairs) {
				if (field === 'emails') expect(NORMALISERS.email(after).changed).toBe(false);
			}
		}),
		{ numRuns: 300 },
	);
});
