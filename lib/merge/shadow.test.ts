import { planRecord } from '../delivery/plan';
import { registration } from '../../test/unit/support/hub';
import { memoryConnector } from '../../test/unit/support/memory-connector';
import type { CanonicalFields } from '../model/fields';
import { confirm, intend, knownFields, land, see, withdraw, type Shadow } from './shadow';

const system = {
	...registration('redtail'),
	fieldMapVersion: 1,
	readyAt: 0,
	readyAfter: 0,
	awaitsLoad: false,
};
/** What would be written to a record with this shadow. */
const plan = (wanted: CanonicalFields, shadow: Shadow) =>
	planRecord(memoryConnector('memory'), system, wanted, shadow).changes;

const email = (address: string, ref = address) => ({ address, ref });
const [a, b, p] = [email('a@x.io'), email('b@x.io'), email('p@x.io')];
const seen = see(see({ fields: {} }, 'emails', [a], 10), 'jobTitle', 'CFO', 10);

test('an older sight does not take the place of a newer one', () => {
	expect(see(seen, 'jobTitle', 'COO', 9)).toBe(seen);
	expect(knownFields(see(seen, 'jobTitle', 'COO', 11))).toMatchObject({ jobTitle: 'COO' });
});

describe('confirm', () => {
	test('an entry that a person added meanwhile is left for the change source to find', () => {
		const shadow = confirm(seen, { emails: [a, b] }, { emails: [a, p, b] }, 20);
		expect(knownFields(shadow)['emails']).toEqual([a, b]);
	});

	test('what was learned of the list since the write was begun stays known', () => {
		const sent = intend(seen, { emails: [a, b] });
		const learned = see(sent, 'emails', [a, p], 15);
		const shadow = confirm(learned, { emails: [a, b] }, { emails: [a, { ...b, ref: '9' }] }, 20);
		expect(knownFields(shadow)['emails']).toEqual([a, p, { ...b, ref: '9' }]);
	});

	test('the CRM\u2019s own spelling of an entry is known, and is not written again', () => {
		const spelt = email('b+x.io@relay.io');
		const shadow = confirm(seen, { emails: [a, b] }, { emails: [a, spelt] }, 20);
		expect(knownFields(shadow)['emails']).toEqual([a, spelt]);
		expect(plan({ emails: [a, b] }, shadow)).toEqual({});
		expect(plan({ emails: [a, p] }, shadow)).toEqual({ emails: [a, p] });
	});

	test('so is that of a text, until a person changes it', () => {
		const shadow = confirm(seen, { jobTitle: 'ceo' }, { jobTitle: 'CEO Ltd' }, 20);
		expect(plan({ jobTitle: 'ceo' }, shadow)).toEqual({});
		const edited = see(shadow, 'jobTitle', 'COO', 30);
		expect(plan({ jobTitle: 'ceo' }, edited)).toEqual({ jobTitle: 'ceo' });
	});

	test('a field that the answer does not tell holds what was sent', () => {
		const shadow = confirm(intend(seen, { jobTitle: 'CEO' }), { jobTitle: 'CEO' }, {}, 20);
		expect(knownFields(shadow)['jobTitle']).toBe('CEO');
		expect(shadow.fields['jobTitle']?.inFlight).toBeUndefined();
	});

	test('a field that was not written is no news, but in a record of our own making', () => {
		const told = { jobTitle: 'CEO', firstName: 'Eve' };
		expect(knownFields(confirm(seen, { jobTitle: 'CEO' }, told, 20))).not.toHaveProperty(
			'firstName',
		);
		expect(knownFields(confirm({ fields: {} }, { jobTitle: 'CEO' }, told, 20))).toEqual(told);
	});

	test('part of a write: what is not there yet is still to be written', () => {
		const sent = intend(seen, { emails: [a, b], jobTitle: 'CEO' });
		const half = confirm(sent, { emails: [a, b], jobTitle: 'CEO' }, { emails: [a] }, 20, true);
		expect(plan({ emails: [a, b], jobTitle: 'CEO' }, half)).toEqual({
			emails: [a, b],
			jobTitle: 'CEO',
		});
		expect(half.fields['emails']?.inFlight).toEqual([{ value: [a, b], from: [a] }]);
	});

	test('a later sight of the record stands', () => {
		const sent = intend(seen, { jobTitle: 'CEO' });
		const edited = see(sent, 'jobTitle', 'COO', 25);
		const shadow = confirm(edited, { jobTitle: 'CEO' }, { jobTitle: 'CEO' }, 20);
		expect(shadow.fields['jobTitle']).toMatchObject({ value: 'COO', seenAt: 25, writtenAt: 20 });
		expect(shadow.fields['jobTitle']?.inFlight).toBeUndefined();
	});
});

describe('in flight', () => {
	test('a write that may have been done is written over, though the shadow agrees', () => {
		const sent = intend(seen, { jobTitle: 'CEO' });
		expect(plan({ jobTitle: 'CFO' }, sent)).toEqual({ jobTitle: 'CFO' });
	});

	test('one that was refused is forgotten, an earlier try of it is not', () => {
		const once = intend(seen, { jobTitle: 'CEO' });
		const refused = withdraw(once, { jobTitle: 'CEO' });
		expect(refused.fields['jobTitle']?.inFlight).toBeUndefined();
		const twice = withdraw(intend(once, { jobTitle: 'CEO' }), { jobTitle: 'CEO' });
		expect(twice.fields['jobTitle']?.inFlight).toEqual([{ value: 'CEO', from: 'CFO' }]);
		const other = withdraw(intend(once, { jobTitle: 'COO' }), { jobTitle: 'COO' });
		expect(other.fields['jobTitle']?.inFlight).toEqual([{ value: 'CEO', from: 'CFO' }]);
	});

	test('one that was seen has landed', () => {
		const landed = land(intend(seen, { jobTitle: 'CEO' }), 'jobTitle', 'CEO', 15);
		expect(landed.fields['jobTitle']).toMatchObject({
			written: [{ value: 'CEO', at: 15 }],
			writtenAt: 15,
			before: { value: 'CFO', seenAt: 10 },
		});
		expect(landed.fields['jobTitle']?.inFlight).toBeUndefined();
	});

	test('what was sent and what was confirmed is one note where both are the same, and counts as two', () => {
		const write = (shadow: Shadow, value: string, at: number, held = value) =>
			confirm(intend(shadow, { jobTitle: value }), { jobTitle: value }, { jobTitle: held }, at);
		const once = write(seen, 'CEO', 20);
		expect(once.fields['jobTitle']?.written).toEqual([{ value: 'CEO', at: 20, exact: true }]);
		const other = write(once, 'COO', 30, 'C.O.O.');
		expect(other.fields['jobTitle']?.written).toEqual([
			{ value: 'CEO', at: 20, exact: true },
			{ value: 'COO', at: 30 },
			{ value: 'C.O.O.', at: 30 },
		]);
		const later = write(write(other, 'CTO', 40), 'CIO', 50);
		expect(later.fields['jobTitle']?.written?.map(({ value }) => value)).toEqual([
			'C.O.O.',
			'CTO',
			'CIO',
		]);
	});

	test('of a list it is one note although the CRM gave its entries ids', () => {
		const to = { emails: [{ ...a, formerKeys: ['x@y.io'] }] };
		const told = { emails: [{ ...a, ref: '7' }] };
		const written = confirm(intend(seen, to), to, told, 20).fields['emails']?.written;
		expect(written).toEqual([{ value: told.emails, from: [a], at: 20, exact: true }]);
	});

	test('tries that were never answered are known as ours once a later one is confirmed', () => {
		const tries = intend(intend(seen, { jobTitle: 'CEO' }), { jobTitle: 'COO' });
		const shadow = confirm(tries, { jobTitle: 'COO' }, { jobTitle: 'COO' }, 20);
		const written = shadow.fields['jobTitle']?.written?.map(({ value }) => value);
		expect(written).toEqual(['CEO', 'COO']);
	});

	test('what they may have left in a list stays in doubt until the record is seen', () => {
		const tries = intend(intend(seen, { emails: [a, b] }), { emails: [a] });
		const once = confirm(tries, { emails: [a] }, { emails: [a] }, 20);
		const twice = confirm(intend(once, { emails: [a, p] }), { emails: [a, p] }, {}, 30);
		expect(twice.fields['emails']?.stray?.map(({ value }) => value)).toEqual([[a, b]]);
		expect(see(twice, 'emails', [a, b, p], 40).fields['emails']?.stray).toBeUndefined();
	});
});
