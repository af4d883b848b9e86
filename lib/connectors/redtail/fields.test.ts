import { testContactLaws } from '../../../test/unit/connectors/contact-laws';
import type { FieldMap } from '../../model/field-map';
import type { CrmRecord } from '../connector';
import { createBody, DEFAULT_FIELD_MAP, project, toCanonical } from './fields';
import { redtailSettings } from './settings';

const MAP: FieldMap = [
	...DEFAULT_FIELD_MAP,
	{ field: 'custom.tier', crmField: 'udfs.12', direction: 'both' },
];
const SETTINGS = redtailSettings({});

/** Stores a body as Redtail does: ids for sub-records; picklists are still texts here. */
function stored(body: CrmRecord, tier: unknown): CrmRecord {
	let id = 9100;
	const blank = Object.fromEntries(DEFAULT_FIELD_MAP.map(({ crmField }) => [crmField, null]));
	const subs = ['emails', 'phones', 'addresses'].map((name) => [
		name,
		((body[name] ?? []) as CrmRecord[]).map((entry) => ({
			...entry,
			id: (id += 1),
			deleted: false,
		})),
	]);
	const contact_udfs = [{ id: 5001, contact_udf_field_id: 12, field_value: tier, deleted: false }];
	return { ...blank, ...body, ...Object.fromEntries(subs), tag_memberships: [], contact_udfs };
}

testContactLaws(
	(desired) => project(desired, MAP, {}),
	(projected) => {
		const tier = projected['custom.tier'] ?? null;
		return toCanonical(stored(createBody(projected, MAP, SETTINGS), tier), MAP, {});
	},
);

const PERSON: CrmRecord = {
	id: 812345,
	type: 'Individual',
	first_name: 'Teodor',
	middle_name: '',
	company_name: 'Almqvist AB',
	dob: '1966-09-30',
	status_id: 1,
	status: 'Active',
	suffix: 'Jr.',
	emails: [
		{
			id: 9301,
			address: 'teo@almqvist.example',
			email_type: 1,
			custom_type_title: null,
			is_primary: true,
			deleted: false,
		},
		{ id: 9302, address: 'old@almqvist.example', email_type: 1, is_primary: false, deleted: true },
	],
	phones: [
		{
			id: 9201,
			country_code: 1,
			number: '2185550177',
			extension: null,
			phone_type: 3,
			is_primary: true,
		},
		{
			id: 9202,
			country_code: 1,
			number: '12185550178',
			extension: '7',
			phone_type: 5,
			custom_type_title: 'Ski Lodge',
			is_primary: false,
		},
	],
	tag_memberships: [{ id: 55, name: 'Newsletter', deleted: false }],
};

describe('reading', () => {
	test('kinds, E.164 numbers, nested ids; what was not asked for is not said', () => {
		expect(toCanonical(PERSON, MAP, {})).toEqual({
			type: 'person',
			firstName: 'Teodor',
			middleName: '',
			companyName: 'Almqvist AB',
			birthDate: '1966-09-30',
			status: 'Active',
			suffix: 'Jr.',
			emails: [{ ref: '9301', address: 'teo@almqvist.example', kind: 'personal', primary: true }],
			phones: [
				{ ref: '9201', number: '+12185550177', kind: 'mobile', primary: true },
				{ ref: '9202', number: '+12185550178', extension: '7', kind: 'ski lodge', primary: false },
			],
			tags: [{ ref: '55', name: 'Newsletter' }],
		});
	});

	test.each([
		['Business', 'organization'],
		['Association', 'organization'],
		['Union', 'organization'],
		['Trust', 'trust'],
	])('%s is a %s, and its company name is its name', (type, canonical) => {
		const read = toCanonical({ ...PERSON, type }, MAP, {});
		expect(read).toMatchObject({ type: canonical, name: 'Almqvist AB' });
		expect(read).not.toHaveProperty('companyName');
	});
});

describe('writing', () => {
	test('tags and suffix are not written', () => {
		const both: FieldMap = [
			{ field: 'tags', crmField: 'tag_memberships', direction: 'both' },
			{ field: 'suffix', crmField: 'suffix', direction: 'both' },
		];
		expect(project({ tags: [{ name: 'VIP' }], suffix: 'Jr.' }, both, {})).toEqual({});
	});

	test('phones go as national number and country code', () => {
		const phones = [{ number: '+44 20 7946 0018', kind: 'direct', primary: true }];
		expect(createBody({ phones }, MAP, SETTINGS).phones).toEqual([
			{
				number: '2079460018',
				country_code: 44,
				phone_type: 6,
				custom_type_title: null,
				is_primary: true,
			},
		]);
	});

	test('a household has a place only under the type chosen for it', () => {
		const settings = { householdType: 'Association' };
		const body = createBody(
			{ type: 'household', name: 'Almqvist Family' },
			MAP,
			redtailSettings(settings),
		);
		expect(body).toEqual({ type: 'Crm::Contact::Association', company_name: 'Almqvist Family' });
		expect(toCanonical({ ...PERSON, type: 'Association' }, MAP, settings).type).toBe('household');
	});
});
