import fc from 'fast-check';
import type { FieldMap } from '../../model/field-map';
import {
	ADDRESS_KINDS,
	canonicalFieldsSchema,
	EMAIL_KINDS,
	PHONE_KINDS,
	type CanonicalFields,
} from '../../model/fields';
import { defaultFieldMap, effectiveMap, project, toCanonical, toCrmValues } from './fields';
import { writesOut } from '../../model/field-map';

const FULL_MAP: FieldMap = [
	...defaultFieldMap.map((mapping) =>
		mapping.direction === 'off' ? { ...mapping, direction: 'both' as const } : mapping,
	),
	{ field: 'custom.tier', crmField: 'Tier__c', direction: 'both' },
	{ field: 'custom.score', crmField: 'Score__c', direction: 'both' },
	{ field: 'emails.work', crmField: 'Work_Email__c', direction: 'both' },
	{ field: 'addresses.home', crmField: 'Home__c', direction: 'both' },
	{ field: 'tags', crmField: 'Tags__c', direction: 'both' },
];

const text = fc.oneof(
	fc.string({ maxLength: 30 }),
	fc.constantFrom('  Ines  ', 'a\nb', 'x5', '5 x 6', '1980-04-12T10:00:00.000+0000', ';', 'ext. 9'),
);
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const kinds = (list: readonly string[]) => optional(fc.constantFrom(...list));
const flag = optional(fc.boolean());
const nonEmpty = text.filter((value) => value.length > 0);

const address = fc.record(
	{
		street: text,
		street2: text,
		city: text,
		state: text,
		postalCode: text,
		country: text,
		kind: fc.constantFrom(...ADDRESS_KINDS),
		primary: fc.boolean(),
	},
	{ requiredKeys: [] },
);
const scalar = fc.option(text, { nil: null });

const contact = fc
	.record(
		{
			type: fc.constantFrom('person', null),
			prefix: scalar,
			firstName: scalar,
			middleName: scalar,
			lastName: scalar,
			suffix: scalar,
			nickname: scalar,
			companyName: scalar,
			jobTitle: scalar,
			birthDate: fc.constantFrom('1980-04-12', '', null),
			background: scalar,
			'custom.tier': fc.oneof(scalar, fc.boolean()),
			'custom.score': fc.oneof(
				fc.double({ noNaN: true, noDefaultInfinity: true }),
				fc.constant(null),
			),
			emails: fc.array(fc.record({ address: nonEmpty, kind: kinds(EMAIL_KINDS), primary: flag }), {
				maxLength: 4,
			}),
			phones: fc.array(
				fc.record({
					number: nonEmpty,
					extension: optional(text),
					kind: kinds(PHONE_KINDS),
					primary: flag,
				}),
				{ maxLength: 7 },
			),
			addresses: fc.array(address, { maxLength: 4 }),
			tags: fc.array(fc.record({ name: nonEmpty }), { maxLength: 4 }),
		},
		{ requiredKeys: [] },
	)
	.map((fields) => JSON.parse(JSON.stringify(fields)) as CanonicalFields);

/** What the API would show after the values were written: trimmed, empty text as null. */
function written(values: Record<string, unknown>): Record<string, unknown> {
	const stored = Object.entries(values).map(([name, value]) => {
		const trimmed = typeof value === 'string' ? value.trim() : value;
		return [name, trimmed === '' ? null : trimmed];
	});
	return JSON.parse(JSON.stringify(Object.fromEntries(stored))) as Record<string, unknown>;
}

test('a record that was written reads as its projection, and the projection is a fixed point', () => {
	fc.assert(
		fc.property(contact, fc.constantFrom(FULL_MAP, defaultFieldMap), (desired, map) => {
			const projected = project(desired, map, {});
			const writable = effectiveMap(map, {}).filter(writesOut);
			const read = toCanonical(written(toCrmValues(projected, writable)), map, {});
			expect(canonicalFieldsSchema.safeParse(projected).success).toBe(true);
			for (const [field, value] of Object.entries(projected))
				expect([field, read[field]]).toEqual([field, value]);
			expect(project(projected, map, {})).toEqual(projected);
			const fromDesired = toCanonical(written(toCrmValues(desired, writable)), map, {});
			for (const [field, value] of Object.entries(projected))
				expect([field, fromDesired[field]]).toEqual([field, value]);
		}),
		{ numRuns: 500 },
	);
});

test('other clients than persons have no place among contacts', () => {
	const desired = { name: 'The Brunners', emails: [{ address: 'a@b.test' }] };
	for (const type of ['household', 'organization', 'trust']) {
		expect(project({ ...desired, type }, defaultFieldMap, {})).toEqual({});
	}
	expect(project({ ...desired, type: null }, defaultFieldMap, {})).toMatchObject({
		type: 'person',
	});
});

test('each entry finds its place, and what finds none is dropped', () => {
	const desired: CanonicalFields = {
		emails: [{ address: 'first@b.test' }, { address: 'main@b.test', primary: true }],
		phones: [
			{ number: '1', kind: 'direct' },
			{ number: '2', kind: 'mobile', primary: true },
			{ number: '3', kind: 'mobile' },
		],
		nickname: 'Ini',
	};
	expect(project(desired, defaultFieldMap, {})).toEqual({
		emails: [{ address: 'main@b.test', primary: true, ref: 'Email' }],
		phones: [
			{ number: '2', kind: 'mobile', ref: 'MobilePhone' },
			{ number: '1', ref: 'OtherPhone' },
		],
	});
});

test('a street of several lines, and an extension, come and go', () => {
	const record = {
		MailingStreet: 'Seeweg 4\r\n3rd floor\r\nleft',
		MailingCity: 'Zug',
		Phone: '(415) 555-0101 ext. 12',
	};
	const read = toCanonical(record, defaultFieldMap, {});
	expect(read).toEqual({
		type: 'person',
		phones: [{ number: '(415) 555-0101', extension: '12', kind: 'work', ref: 'Phone' }],
		addresses: [
			{
				street: 'Seeweg 4',
				street2: '3rd floor\nleft',
				city: 'Zug',
				primary: true,
				ref: 'MailingAddress',
			},
		],
	});
	expect(toCrmValues(read, defaultFieldMap)).toMatchObject({
		MailingStreet: 'Seeweg 4\n3rd floor\nleft',
		Phone: '(415) 555-0101 x12',
		OtherCity: null,
		MobilePhone: null,
	});
});

test('what a record does not say is absent; what it says to be empty is null', () => {
	expect(toCanonical({ FirstName: null, Email: null }, defaultFieldMap, {})).toEqual({
		type: 'person',
		firstName: null,
		emails: [],
	});
});

test('the account name is only ever read, and only when it is wanted', () => {
	const record = { Account: { Name: 'Brunner AG' } };
	const settings = { companyFromAccount: true };
	expect(toCanonical(record, defaultFieldMap, {})).not.toHaveProperty('companyName');
	expect(toCanonical(record, defaultFieldMap, settings)).toMatchObject({
		companyName: 'Brunner AG',
	});
	expect(toCanonical({ Account: null }, defaultFieldMap, settings)).toMatchObject({
		companyName: null,
	});
	expect(project({ companyName: 'Brunner AG' }, FULL_MAP, settings)).toEqual({});
});

test('times are brought to one form, whichever interface gave them', () => {
	const map: FieldMap = [{ field: 'custom.met', crmField: 'Met__c', direction: 'both' }];
	for (const met of [
		'2026-11-22T08:35:12.000+0000',
		'2026-11-22T08:35:12Z',
		'2026-11-22T09:35:12+01:00',
	]) {
		expect(toCanonical({ Met__c: met }, map, {})).toMatchObject({
			'custom.met': '2026-11-22T08:35:12.000Z',
		});
	}
});

test('a text beyond the fabric’s limit is not said, and the rest of the record is', () => {
	const read = toCanonical(
		{ Description: 'x'.repeat(20_000), LastName: 'Brunner' },
		defaultFieldMap,
		{},
	);
	expect(read).toEqual({ type: 'person', lastName: 'Brunner' });
});
