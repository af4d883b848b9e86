/** Random canonical contacts. */
import fc from 'fast-check';
import type { CanonicalFields } from '../../../lib/model/fields';

const word = fc.string({ minLength: 0, maxLength: 12 });
const nullable = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const flag = fc.option(fc.boolean(), { nil: undefined });
const said = (value: object) =>
	Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined));

function kindOf(...kinds: string[]) {
	return fc.option(fc.constantFrom(...kinds, 'ski lodge'), { nil: undefined });
}

const email = fc
	.record({
		address: fc
			.tuple(fc.stringMatching(/^[a-zA-Z]{1,6}$/), fc.constantFrom('a.example', 'B.example'))
			.map((parts) => parts.join('@')),
		kind: kindOf('personal', 'work', 'other'),
		primary: flag,
		ref: fc.option(fc.nat(900).map(String), { nil: undefined }),
	})
	.map(said);

const phone = fc
	.record({
		number: fc.oneof(
			fc.stringMatching(/^\(?[2-9]\d\d\)? ?[2-9]\d\d-?\d{4}$/),
			fc.constantFrom(
				'+442079460018',
				'+390612345678',
				'+1 218 555 0177',
				'12',
				'911',
				'ask Mary',
				'1-800-FLOWERS',
				'12185550177',
			),
			fc.stringMatching(/^\+?\d{1,15}$/),
		),
		kind: kindOf('mobile', 'home', 'work', 'fax', 'direct', 'tollfree', 'other'),
		extension: fc.option(fc.constantFrom('', '12', '900'), { nil: undefined }),
		primary: flag,
	})
	.map(said);

const part = fc.option(fc.constantFrom('', 'Duluth', '77 Mill Rd', 'MN', ' Unit  4 '), {
	nil: undefined,
});
const address = fc
	.record({
		street: part,
		street2: part,
		city: part,
		state: part,
		postalCode: part,
		country: part,
		kind: kindOf('home', 'work', 'mailing', 'other'),
		primary: flag,
	})
	.map(said);

const tag = fc.record({
	name: fc.constantFrom('Annual Review', 'annual review', 'Newsletter', 'VIP'),
});

const TEXTS = [
	'prefix',
	'firstName',
	'middleName',
	'lastName',
	'suffix',
	'nickname',
	'name',
	'companyName',
	'jobTitle',
	'status',
	'category',
	'background',
];

export const contact: fc.Arbitrary<CanonicalFields> = fc.record(
	{
		type: nullable(fc.constantFrom('person', 'organization', 'trust')),
		...Object.fromEntries(TEXTS.map((field) => [field, nullable(word)])),
		birthDate: nullable(fc.constantFrom('1966-09-30', '')),
		emails: fc.array(email, { maxLength: 4 }),
		phones: fc.array(phone, { maxLength: 4 }),
		addresses: fc.array(address, { maxLength: 3 }),
		tags: fc.array(tag, { maxLength: 3 }),
		'custom.tier': nullable(fc.oneof(word, fc.integer(), fc.boolean())),
	},
	{ requiredKeys: [] },
) as fc.Arbitrary<CanonicalFields>;
