import fc from 'fast-check';
import type { Shadow } from '../merge/shadow';
import { partOfShadow, rememberShadow, shadowText, wholeShadow } from './shadow-text';

const text = fc.oneof(
	fc.string(),
	fc.constantFrom('"', '\\', '\\"', '}}}', '{"fields":{', '"emails":{', ',"jobTitle":{"value":1}'),
);
const flight = fc.record({ value: text, at: fc.nat() });
const field = fc.record(
	{
		value: fc.oneof(text, fc.array(fc.record({ address: text, kind: text }))),
		seenAt: fc.nat(),
		before: fc.record({ value: text, seenAt: fc.nat() }),
		written: fc.array(flight, { maxLength: 3 }),
	},
	{ requiredKeys: ['value', 'seenAt'] },
);
const NAMES = ['jobTitle', 'name', 'emails', 'custom.a', 'custom.a-b'];
const fields = fc.dictionary(fc.constantFrom(...NAMES), field);
const record = fc.record(
	{
		goneAt: fc.nat(),
		removedBy: fc.constant('person'),
		removal: fc.record({ operation: fc.constant('delete'), over: fc.nat() }),
	},
	{ requiredKeys: [] },
);
const shadow = fc.tuple(record, fields, fc.boolean()).map(([known, held, isFirst]) => {
	const whole = isFirst ? { fields: held, ...known } : { ...known, fields: held };
	return whole as unknown as Shadow;
});

test('a part of a shadow holds the asked fields as the whole does, and all that is known of the record', () => {
	fc.assert(
		fc.property(shadow, fc.subarray(NAMES), fc.boolean(), (whole, names, isOurs) => {
			const written = isOurs ? shadowText(whole) : JSON.stringify(whole);
			const part = partOfShadow(written, names);
			for (const name of names) expect(part.fields[name]).toEqual(whole.fields[name]);
			expect({ ...part, fields: {} }).toEqual({ ...whole, fields: {} });
		}),
		{ numRuns: 500 },
	);
});

test('of a plain shadow the other fields are left out', () => {
	const known = { value: 'CFO', seenAt: 1 };
	const written = shadowText({ fields: { jobTitle: known, name: { value: '', seenAt: 2 } } });
	expect(partOfShadow(written, ['jobTitle'])).toEqual({ fields: { jobTitle: known } });
	expect(partOfShadow(written, ['emails'])).toEqual({ fields: {} });
});

test('a remembered shadow counts only while its text is the same', () => {
	const older: Shadow = { fields: { jobTitle: { value: 'CFO', seenAt: 1 } } };
	const newer: Shadow = { fields: { jobTitle: { value: 'CEO', seenAt: 2 } } };
	rememberShadow('test/contact/1', shadowText(older), older);
	expect(wholeShadow('test/contact/1', shadowText(older))).toBe(older);
	expect(wholeShadow('test/contact/1', shadowText(newer))).toEqual(newer);
	expect(wholeShadow('test/contact/2', shadowText(newer))).toEqual(newer);
});
