import fc from 'fast-check';
import type { PhoneItem } from '../model/fields';
import { placeInSlots, slotAttributes, type Slot } from './slots';

const SLOTS: Slot[] = [
	{ slot: 'primary', crmField: 'Phone' },
	{ slot: 'mobile', crmField: 'MobilePhone' },
	{ slot: 'home', crmField: 'HomePhone' },
	{ slot: 'work', crmField: 'WorkPhone' },
	{ slot: 'work#2', crmField: 'WorkPhone2' },
	{ slot: 'other', crmField: 'OtherPhone' },
];

const phones = fc.uniqueArray(fc.integer({ min: 0, max: 99 }), { maxLength: 8 }).chain((numbers) =>
	fc.tuple(
		...numbers.map((number) =>
			fc.record(
				{
					number: fc.constant(`207-555-01${number}`),
					kind: fc.constantFrom('mobile', 'home', 'work', 'fax'),
					primary: fc.boolean(),
				},
				{ requiredKeys: ['number'] },
			),
		),
	),
);

/** What is read back from the CRM's fields. */
function read(placed: ReadonlyMap<string, PhoneItem>): PhoneItem[] {
	return SLOTS.flatMap(({ slot, crmField }) => {
		const item = placed.get(crmField);
		return item ? [{ number: item.number, ...slotAttributes(slot) }] : [];
	});
}

test('what was read from the fields goes back into the same fields', () => {
	fc.assert(
		fc.property(phones, (items) => {
			const placed = placeInSlots(items, SLOTS);
			const again = placeInSlots(read(placed), SLOTS);
			const numbers = (map: ReadonlyMap<string, PhoneItem>) =>
				[...map].map(([field, { number }]) => [field, number]).sort();
			expect(numbers(again)).toEqual(numbers(placed));
		}),
	);
});

test('no entry stands in two fields, and an entry of a kind stands in a field of that kind', () => {
	fc.assert(
		fc.property(phones, (items) => {
			const placed = placeInSlots(items, SLOTS);
			const stand = [...placed.values()];
			expect(new Set(stand).size).toBe(stand.length);
			for (const { slot, crmField } of SLOTS) {
				const { kind } = slotAttributes(slot);
				const item = placed.get(crmField);
				if (kind !== undefined && item !== undefined) expect(item.kind).toBe(kind);
			}
		}),
	);
});

test('the flagged entry is the primary one, else the first', () => {
	const [a, b] = [
		{ number: '1', kind: 'home' },
		{ number: '2', kind: 'home', primary: true },
	];
	expect(placeInSlots<PhoneItem>([a, b], SLOTS).get('Phone')).toBe(b);
	expect(placeInSlots<PhoneItem>([a], SLOTS).get('Phone')).toBe(a);
	expect(placeInSlots<PhoneItem>([], SLOTS).size).toBe(0);
});

test('numbered fields fill in order, and what has no room goes to the other field', () => {
	const items = ['1', '2', '3', '4'].map((number) => ({ number, kind: 'work' }));
	const placed = placeInSlots<PhoneItem>(items, SLOTS);
	const fields = ['Phone', 'WorkPhone', 'WorkPhone2', 'OtherPhone'];
	expect(fields.map((field) => placed.get(field)?.number)).toEqual(['1', '2', '3', '4']);
});
