/**
 * Do the three CRMs agree? Computed from what the CRMs hold, not from what the fabric believes.
 * Compared is what all three can hold; Salesforce has one e-mail and five phone fields.
 */
import {
	canonicalEmail,
	canonicalPhone,
	canonicalText,
	listItemKey,
} from '../../lib/model/canonical';
import type { AddressItem } from '../../lib/model/fields';
import type { Simulators } from '../../test/simulators';
import type { PlainContact } from '../../test/simulators/simulator';

export const CRMS = ['wealthbox', 'redtail', 'salesforce'] as const;
export type Crm = (typeof CRMS)[number];

export interface Disagreement {
	/** Primary e-mail, else the name: what tells the persons of the demo apart. */
	person: string;
	/** A field name, or `missing`. */
	what: string;
}

export interface Agreement {
	persons: number;
	/** Records beyond one a person and CRM. */
	duplicates: number;
	disagreements: Disagreement[];
}

export function compareCrms(simulators: Simulators): Agreement {
	const persons = new Map<string, Map<Crm, PlainContact[]>>();
	for (const crm of CRMS) {
		for (const contact of simulators[crm].people.list()) {
			if (contact.type !== 'person') continue;
			const key = personKey(contact);
			const records = persons.get(key) ?? new Map<Crm, PlainContact[]>();
			records.set(crm, [...(records.get(crm) ?? []), contact]);
			persons.set(key, records);
		}
	}
	const disagreements: Disagreement[] = [];
	let duplicates = 0;
	for (const [person, records] of persons) {
		const all = [...records.values()].flat();
		duplicates += all.length - records.size;
		if (records.size < CRMS.length) disagreements.push({ person, what: 'missing' });
		disagreements.push(...differences(person, all));
	}
	return { persons: persons.size, duplicates, disagreements };
}

function personKey(contact: PlainContact): string {
	const email = primaryEmail(contact);
	return email === ''
		? `${contact.firstName ?? ''} ${contact.lastName ?? ''}`.trim().toLowerCase()
		: email;
}

export function primaryEmail({ emails }: PlainContact): string {
	const primary = emails.find((item) => item.primary) ?? emails[0];
	return primary === undefined ? '' : canonicalEmail(primary.address);
}

function differences(person: string, records: PlainContact[]): Disagreement[] {
	const views = records.map(comparable);
	const fields = Object.keys(views[0] ?? {});
	return fields
		.filter((field) => new Set(views.map((view) => view[field])).size > 1)
		.map((what) => ({ person, what }));
}

/** Salesforce shows five numbers at most; a person with more is compared by what it can show. */
const MAX_PHONES = 3;

function comparable(contact: PlainContact): Record<string, string> {
	const numbers = [...new Set(contact.phones.map(({ number }) => canonicalPhone(number)))].sort();
	const address = contact.addresses.find((item) => item.primary) ?? contact.addresses[0];
	return {
		firstName: plain(contact.firstName),
		lastName: plain(contact.lastName),
		jobTitle: plain(contact.jobTitle),
		birthDate: plain(contact.birthDate),
		email: primaryEmail(contact),
		phones: numbers.length > MAX_PHONES ? '' : numbers.join(' '),
		address: address === undefined ? '' : listItemKey('addresses', withoutKind(address)),
	};
}

function withoutKind({
	street,
	city,
	state,
	postalCode,
	country,
}: PlainContact['addresses'][number]): AddressItem {
	return { street, city, state, postalCode, country };
}

function plain(value: string | null | undefined): string {
	return canonicalText(value ?? '');
}
