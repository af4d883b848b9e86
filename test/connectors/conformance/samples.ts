/** Invented clients and what is kept about them, such as every CRM can hold. */
import fc from 'fast-check';
import type { ItemObject } from '../../../lib/connectors/objects/crm-object';
import type { CanonicalFields } from '../../../lib/model/fields';

const word = fc.stringMatching(/^[A-Z][a-zé'-]{1,10}$/);
const phrase = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(' '));
const orNothing = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });

const email = fc
	.record({
		address: fc.stringMatching(/^[a-z]{3,9}\.[a-z]{3,9}$/).map((box) => `${box}@hollis.example`),
		kind: fc.constantFrom('personal', 'work'),
	})
	.map((entry) => ({ ...entry }));
const phone = fc.record({
	number: fc.stringMatching(/^\([2-9]0[2-9]\) 555-\d{4}$/),
	kind: fc.constantFrom('mobile', 'home', 'work'),
});
const address = fc.record({
	street: fc.stringMatching(/^[1-9]\d? [A-Z][a-z]{3,8} Lane$/),
	city: word,
	state: fc.constantFrom('ME', 'MN', 'CO'),
	postalCode: fc.stringMatching(/^[1-9]\d{4}$/),
	kind: fc.constant('home'),
});

/** The first entry is the primary one. */
function ranked<T extends object>(entry: fc.Arbitrary<T>, keyOf: (entry: T) => string) {
	return fc
		.uniqueArray(entry, { maxLength: 2, selector: keyOf })
		.map((entries) => entries.map((one, place) => ({ ...one, primary: place === 0 })));
}

/** A person with a name; everything else may be missing, cleared or there. */
export const people: fc.Arbitrary<CanonicalFields> = fc
	.record(
		{
			...{ firstName: word, lastName: word },
			middleName: orNothing(word),
			jobTitle: orNothing(phrase),
			birthDate: orNothing(fc.constantFrom('1966-09-30', '1980-02-29', '2001-12-31')),
			background: orNothing(phrase),
			emails: ranked(email, ({ address: text }) => text),
			phones: ranked(phone, ({ number }) => number.replace(/\D/g, '')),
			addresses: ranked(address, ({ street }) => street.toLowerCase()),
		},
		{ requiredKeys: ['firstName', 'lastName'] },
	)
	.map((fields) => ({ type: 'person', ...fields }));

export interface ItemSample {
	/** What it is made with, beside its client. */
	made: CanonicalFields;
	/** What is changed then. */
	changed: CanonicalFields;
}

/** Households are made of contacts in some CRMs: they are no sample. */
export const ITEM_SAMPLES: Partial<Record<ItemObject, ItemSample>> = {
	note: {
		made: { text: 'Met at the office.\nWants to talk about the house & the boat.' },
		changed: { text: 'Met at the office: the boat is sold.' },
	},
	task: {
		made: { subject: 'Send the papers', text: 'By post.', dueDate: '2026-12-04', done: false },
		changed: { subject: 'Send all the papers', dueDate: '2026-12-11' },
	},
	event: {
		made: {
			...{ subject: 'Annual review', text: 'With the daughter.', location: 'Office' },
			...{ startsAt: '2026-12-04T15:00:00.000Z', endsAt: '2026-12-04T16:00:00.000Z' },
		},
		changed: { subject: 'Annual review, second part' },
	},
	opportunity: {
		made: { name: 'Rollover', amount: 250_000, stage: 'Identified', closeDate: '2027-01-29' },
		changed: { amount: 275_000, closeDate: '2027-02-26' },
	},
};
