/** Clients of a firm as its three CRMs hold them: many in all of them, the others in one alone. */
import { createHash } from 'node:crypto';
import type { PlainEdit } from '../../test/simulators/simulator';
import { People } from '../people';
import { CRMS, type Crm } from '../../scripts/demo/agreement';

export interface Share {
	/** Contacts in each CRM. */
	contacts: number;
	/** 0 to 1: of these, clients whom the other two have, too. */
	overlap: number;
	seed: number;
}

export function clientsOf({ contacts, overlap, seed }: Share): Record<Crm, PlainEdit[]> {
	const people = new People(seed);
	const shared = Math.round(contacts * overlap);
	const lists: Record<Crm, PlainEdit[]> = { wealthbox: [], redtail: [], salesforce: [] };
	for (const [place, crm] of CRMS.entries()) {
		for (let n = 0; n < contacts; n += 1) {
			const person = n < shared ? n : (place + 1) * contacts + n;
			lists[crm].push(viewOf(people, person, place));
		}
	}
	return lists;
}

const JOBS = ['Architect', 'Dentist', 'Teacher', 'Attorney', 'Nurse', 'Surveyor', 'Owner'];
const LETTERS = 10;
const ALPHABET = 26;
const CODE_OF_A = 97;

/** What one CRM's users keep of a person: a job of another day, a birth date or a phone that is missing. */
function viewOf(people: People, person: number, place: number): PlainEdit {
	const fields = people.fields(person);
	const sum = person * 7 + place * 3;
	const number = (fields['phones'] as Array<{ number: string }> | undefined)?.[0]?.number;
	const hasPhone = sum % 10 !== 1 && number !== undefined;
	const birthDate = fields['birthDate'];
	return {
		type: 'person',
		firstName: name(person, 'first'),
		lastName: name(person, 'last'),
		jobTitle: JOBS[(person + (sum % 5 === 0 ? place : 0)) % JOBS.length],
		birthDate: sum % 4 === 1 || typeof birthDate !== 'string' ? null : birthDate,
		emails: [
			{
				address: `${letters(person, 'mailbox')}@firm${person % 11}.example.com`,
				kind: 'personal',
				primary: true,
			},
		],
		phones: hasPhone ? [{ number, kind: 'mobile', primary: true }] : [],
	};
}

/**
 * Letters that follow from the person alone: no two persons' are a typing error apart. What identity makes
 * of namesakes is measured by another bench; here everybody is to end up everywhere.
 */
function letters(person: number, what: string): string {
	const hash = createHash('sha256').update(`${what} ${person}`).digest();
	return [...hash.subarray(0, LETTERS)]
		.map((byte) => String.fromCharCode(CODE_OF_A + (byte % ALPHABET)))
		.join('');
}

function name(person: number, what: string): string {
	const text = letters(person, what);
	return text.slice(0, 1).toUpperCase() + text.slice(1);
}
