import fc from 'fast-check';
import { checkRecord } from '../rules/check-record';
import { readRuleSet } from '../rules/rule-set';
import { guessMapping, type KeyMapping } from './mapping';
import { readItem, writeItem, type PlainItem } from './plain-item';

const now = Date.parse('2026-11-22T12:00:00Z');

function repaired(
	item: PlainItem,
	mapping: KeyMapping[] = guessMapping(Object.keys(item)),
): PlainItem {
	const read = readItem(item, mapping);
	return writeItem(item, read, checkRecord(read.fields, readRuleSet({}), { now }).repairs);
}

test.each([
	['First Name', 'firstName'],
	['last_name', 'lastName'],
	['E-Mail', 'emails'],
	['DOB', 'birthDate'],
	['Zip Code', 'addresses.postalCode'],
	['cell_phone', 'phones'],
	['MailingState', 'addresses.state'],
	['soc_sec_id', 'taxId'],
])('the key %j holds %s', (key, field) => {
	expect(guessMapping([key, 'note', 'id'])).toEqual([{ key, field }]);
});

test('a name in parts is preferred to the whole one', () => {
	const fields = guessMapping(['Name', 'First Name', 'Last Name']).map(({ field }) => field);
	expect(fields).toEqual(['firstName', 'lastName']);
});

test('repairs go back to the keys that the values came from; the rest is as it was', () => {
	const item = {
		id: 7,
		first_name: 'JANE',
		last_name: 'HALE JR',
		email: 'Jane@X.io',
		email2: 'HALE@x.io ',
		phone: 2075550148,
		state: 'maine',
		zip: 4101,
		notes: { keep: ' ME ' },
	};
	expect(repaired(item)).toEqual({
		...item,
		first_name: 'Jane',
		last_name: 'Hale',
		suffix: 'Jr.',
		email: 'jane@x.io',
		email2: 'hale@x.io',
		phone: '+12075550148',
		state: 'ME',
		zip: '04101',
	});
	expect(item.first_name).toBe('JANE');
});

test('lists of texts and of objects, and keys inside keys', () => {
	const item = {
		emails: [{ email: 'A@x.io', kind: 'work' }, 'B@x.io'],
		person: { last: 'HALE' },
		addresses: [{ state: 'maine' }, { state: 'new york' }],
	};
	const mapping = [...guessMapping(Object.keys(item)), { key: 'person.last', field: 'lastName' }];
	expect(repaired(item, mapping)).toEqual({
		emails: [{ email: 'a@x.io', kind: 'work' }, 'b@x.io'],
		person: { last: 'Hale' },
		addresses: [{ state: 'ME' }, { state: 'NY' }],
	});
});

test('a whole name is read in its parts, which get keys of their own', () => {
	expect(repaired({ Name: 'HALE, DR. ROBERT J., JR.' })).toEqual({
		Name: 'HALE, DR. ROBERT J., JR.',
		prefix: 'Dr.',
		firstName: 'Robert',
		middleName: 'J.',
		lastName: 'Hale',
		suffix: 'Jr.',
	});
});

test('what is no text is named, not guessed', () => {
	const { fields, unread } = readItem({ last_name: { a: 1 }, email: [[1]] }, [
		{ key: 'last_name', field: 'lastName' },
		{ key: 'email', field: 'emails' },
		{ key: 'none', field: 'firstName' },
	]);
	expect([fields, unread]).toEqual([{}, ['last_name', 'email']]);
});

test('no key reaches into the prototype', () => {
	const item = JSON.parse('{"__proto__": {"x": "A"}, "constructor": "B"}') as PlainItem;
	const mapping = ['__proto__.x', '__proto__', 'constructor'].map((key) => ({
		key,
		field: 'lastName',
	}));
	expect(readItem(item, mapping).fields).toEqual({});
	expect(({} as PlainItem).x).toBeUndefined();
});

test('repairing twice is repairing once, whatever the item', () => {
	const keys = fc.constantFrom(
		'first_name',
		'Last Name',
		'Name',
		'email',
		'emails',
		'phone',
		'state',
		'zip',
		'note',
	);
	const value = fc.oneof(
		fc.string(),
		fc.constantFrom('HALE JR', 'DR. JANE', 'maine', 'X@Y.io'),
		fc.integer(),
		fc.constant(null),
		fc.array(fc.string(), { maxLength: 2 }),
	);
	fc.assert(
		fc.property(fc.dictionary(keys, value), (item) => {
			const mapping = guessMapping(Object.keys(item));
			const once = repaired(item, mapping);
			expect(repaired(once, mapping)).toEqual(once);
		}),
		{ numRuns: 300 },
	);
});
