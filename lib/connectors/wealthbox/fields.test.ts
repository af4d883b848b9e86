import { testContactLaws } from '../../../test/unit/connectors/contact-laws';
import type { FieldMap } from '../../model/field-map';
import type { CrmRecord } from '../connector';
import { createBody, DEFAULT_FIELD_MAP, project, toCanonical } from './fields';
import { wealthboxSettings } from './settings';

const MAP: FieldMap = [
	...DEFAULT_FIELD_MAP,
	{ field: 'custom.tier', crmField: 'custom_fields.41', direction: 'both' },
];
const SETTINGS = wealthboxSettings({});

/** Stores a body as Wealthbox does: ids for nested entries, tags as objects. */
function stored(body: CrmRecord): CrmRecord {
	let id = 600;
	const lists = ['email_addresses', 'phone_numbers', 'street_addresses'];
	const blank = Object.fromEntries(DEFAULT_FIELD_MAP.map(({ crmField }) => [crmField, null]));
	const nested = lists.map((name) => [
		name,
		((body[name] ?? []) as CrmRecord[]).map((entry) => ({ ...entry, id: (id += 1) })),
	]);
	const tags = ((body.tags ?? []) as string[]).map((name) => ({ id: (id += 1), name }));
	return { custom_fields: [], ...blank, ...body, ...Object.fromEntries(nested), tags };
}

testContactLaws(
	(desired) => project(desired, MAP, {}),
	(projected) => toCanonical(stored(createBody(projected, MAP, SETTINGS)), MAP, {}),
);

const PERSON: CrmRecord = {
	id: 30714402,
	type: 'Person',
	first_name: 'Odalys',
	suffix: '',
	middle_name: null,
	name: 'Odalys Brandt',
	birth_date: '1971-08-14',
	contact_type: 'Client',
	tags: [{ id: 811, name: 'Annual Review' }],
	email_addresses: [
		{ id: 601, address: 'odalys@brandt.example', principal: true, kind: 'Personal' },
	],
	phone_numbers: [
		{ id: 701, address: '(207) 555-0148', principal: false, extension: '', kind: 'Toll Free' },
	],
	street_addresses: [
		{
			id: 501,
			kind: 'Beach House',
			principal: true,
			street_line_1: '18 Quay Lane',
			street_line_2: '',
			city: 'Portland',
		},
	],
	custom_fields: [{ id: 41, name: 'Service tier', value: 'Gold' }],
};

describe('reading', () => {
	test('absent, null and empty stay apart; kinds and nested ids are there', () => {
		expect(toCanonical(PERSON, MAP, {})).toEqual({
			type: 'person',
			firstName: 'Odalys',
			suffix: '',
			middleName: null,
			birthDate: '1971-08-14',
			category: 'Client',
			tags: [{ ref: '811', name: 'Annual Review' }],
			emails: [{ ref: '601', address: 'odalys@brandt.example', primary: true, kind: 'personal' }],
			phones: [{ ref: '701', number: '(207) 555-0148', primary: false, kind: 'tollfree' }],
			addresses: [
				{
					ref: '501',
					kind: 'beach house',
					primary: true,
					street: '18 Quay Lane',
					city: 'Portland',
				},
			],
			'custom.tier': 'Gold',
		});
	});

	test('a household has a name, a person has name parts', () => {
		const household = { ...PERSON, type: 'Household', name: 'Brandt Household' };
		const read = toCanonical(household, MAP, {});
		expect(read.name).toBe('Brandt Household');
		expect(read).not.toHaveProperty('firstName');
	});

	test('one value beyond the limits is left out, the rest stays', () => {
		const read = toCanonical(
			{ ...PERSON, birth_date: 'in May', nickname: 'x'.repeat(10_001) },
			MAP,
			{},
		);
		expect(read).not.toHaveProperty('birthDate');
		expect(read).not.toHaveProperty('nickname');
		expect(read.firstName).toBe('Odalys');
	});

	test('fields that only go out are not read', () => {
		const map: FieldMap = [{ field: 'firstName', crmField: 'first_name', direction: 'out' }];
		expect(toCanonical(PERSON, map, {})).toEqual({});
		expect(project({ firstName: 'A' }, map, {})).toEqual({ firstName: 'A' });
	});
});

describe('kinds', () => {
	const kinds = { emails: {}, phones: { Cell: 'mobile', Office: 'work' }, addresses: {} };
	const phones = (kind: string) => [{ number: '+12075550148', kind }];

	test('the account words are a setting, both ways', () => {
		const settings = { kinds };
		const projected = project({ phones: phones('mobile') }, MAP, settings);
		expect(createBody(projected, MAP, wealthboxSettings(settings)).phone_numbers).toEqual([
			{ address: '+12075550148', kind: 'Cell' },
		]);
		const record = { phone_numbers: [{ id: 1, address: '+12075550148', kind: 'Cell' }] };
		expect(toCanonical(record, MAP, settings).phones).toEqual([
			{ ref: '1', number: '+12075550148', kind: 'mobile' },
		]);
	});

	test('a standard kind that the account lacks becomes the nearest; a foreign word is not stated', () => {
		expect(project({ phones: phones('direct') }, MAP, { kinds }).phones).toEqual(phones('work'));
		expect(project({ phones: phones('ski lodge') }, MAP, {}).phones).toEqual([
			{ number: '+12075550148' },
		]);
	});
});

test('values outside a given picklist are not wanted', () => {
	const settings = { picklists: { category: ['Client'] } };
	expect(project({ category: 'Prospect', status: 'Active' }, MAP, settings)).toEqual({
		status: 'Active',
	});
	expect(project({ category: 'client' }, MAP, settings)).toEqual({ category: 'client' });
});
