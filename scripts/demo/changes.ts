/** What the demo changes at a client, one field at a time, and how a CRM shows that it has arrived. */
import { canonicalPhone } from '../../lib/model/canonical';
import type { PlainContact, PlainEdit } from '../../test/simulators/simulator';

export interface Change {
	field: string;
	what: string;
	edit: (contact: PlainContact) => PlainEdit;
	holds: (contact: PlainContact) => boolean;
}

/** Each makes the n-th change: a value that no other one has. */
export const CHANGES: Array<(n: number) => Change> = [
	(n) => ({
		field: 'jobTitle',
		what: 'job title',
		edit: () => ({ jobTitle: `Planner ${n}` }),
		holds: (contact) => contact.jobTitle === `Planner ${n}`,
	}),
	(n) => ({
		field: 'mobile',
		what: 'mobile phone',
		edit: (contact) => ({ phones: withMobile(contact, phone(n)) }),
		holds: (contact) => hasPhone(contact, phone(n)),
	}),
	(n) => ({
		field: 'birthDate',
		what: 'birth date',
		edit: () => ({ birthDate: day(n) }),
		holds: (contact) => contact.birthDate === day(n),
	}),
	(n) => ({
		field: 'lastName',
		what: 'last name',
		edit: () => ({ lastName: `Renamed${n}` }),
		holds: (contact) => contact.lastName === `Renamed${n}`,
	}),
	(n) => ({
		field: 'address',
		what: 'address',
		edit: (contact) => ({ addresses: withStreet(contact, `${n} Harbor Street`) }),
		holds: (contact) => contact.addresses.some(({ street }) => street === `${n} Harbor Street`),
	}),
];

export function phone(n: number): string {
	return `(207) 555-01${String(n).padStart(2, '0')}`;
}

function day(n: number): string {
	return `1970-03-${String((n % 28) + 1).padStart(2, '0')}`;
}

export function hasPhone({ phones }: PlainContact, number: string): boolean {
	return phones.some((item) => canonicalPhone(item.number) === canonicalPhone(number));
}

function withMobile({ phones }: PlainContact, number: string): PlainContact['phones'] {
	const isMobile = ({ kind }: { kind?: string }) => kind?.toLowerCase() === 'mobile';
	if (!phones.some(isMobile))
		return [...phones, { number, kind: 'mobile', primary: phones.length === 0 }];
	const first = phones.findIndex(isMobile);
	return phones.map((item, index) => (index === first ? { ...item, number } : item));
}

function withStreet({ addresses }: PlainContact, street: string): PlainContact['addresses'] {
	if (addresses.length === 0)
		return [
			{ street, city: 'Portland', state: 'ME', postalCode: '04101', kind: 'home', primary: true },
		];
	const chosen = Math.max(
		0,
		addresses.findIndex(({ primary }) => primary),
	);
	return addresses.map((item, index) => (index === chosen ? { ...item, street } : item));
}
