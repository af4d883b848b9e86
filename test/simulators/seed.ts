/**
 * Invented clients for the three CRMs: the same people, kept by different hands. Reserved example
 * domains and 555 numbers only; any likeness is chance.
 */
import type { PlainContact, PlainEdit } from './simulator';

export interface SeedPerson {
	/** Position in the list of each CRM that has this person. */
	wealthbox?: number;
	redtail?: number;
	salesforce?: number;
}

export interface SeedContacts {
	wealthbox: PlainEdit[];
	redtail: PlainEdit[];
	salesforce: PlainEdit[];
	/** The truth: who is the same person. */
	people: SeedPerson[];
}

type Crm = keyof SeedPerson;
type Random = () => number;

const CRMS: readonly Crm[] = ['wealthbox', 'redtail', 'salesforce'];
/** Shares of the people who are in all three CRMs, and in exactly two; together the overlap. */
const IN_ALL = 0.4;
const IN_TWO = 0.2;
const MAX_PEOPLE = 200_000;

/** First names with the short form that some colleague typed instead. */
const FIRST_NAMES: ReadonlyArray<[string, string]> = [
	['Robert', 'Bob'],
	['Katherine', 'Kate'],
	['William', 'Bill'],
	['Elizabeth', 'Liz'],
	['Michael', 'Mike'],
	['Margaret', 'Peggy'],
	['Jennifer', 'Jen'],
	['Christopher', 'Chris'],
	['Patricia', 'Pat'],
	['Thomas', 'Tom'],
	['Susan', 'Sue'],
	['Daniel', 'Dan'],
	['Deborah', 'Debbie'],
	['Anthony', 'Tony'],
	['Samantha', 'Sam'],
	['Gregory', 'Greg'],
	['Victoria', 'Vicky'],
	['Benjamin', 'Ben'],
	['Rebecca', 'Becky'],
	['Alexander', 'Alex'],
	['Nathaniel', 'Nate'],
	['Theodore', 'Ted'],
	['Philip', 'Phil'],
	['Joaquín', 'Joaquin'],
	['Ngozi', 'Ngozi'],
	['Mei-Ling', 'Mei'],
	['Yusuf', 'Yusuf'],
	['Siobhán', 'Siobhan'],
];

const LAST_NAMES = (
	'Almqvist Brandt Castellano Delacroix Eriksen Fairbanks Grabowski Hollingsworth Ibarra Jankowski ' +
	'Kowalczyk Lindholm MacAllister Nakagawa Okonkwo Petersen Quintero Rasmussen Sandoval Thibodeaux ' +
	"Underwood Vasquez Whitfield Xiong Yamamoto Zielinski O'Rourke Abernathy Blackwood Chaudhary " +
	'Dombrowski Esposito Fitzgerald Gallagher Haverford Iyer Jefferson Kaminski Lockwood Mendoza'
).split(' ');

const JOBS: ReadonlyArray<[string, string]> = [
	['Architect', 'Principal Architect'],
	['Dentist', 'Dental Surgeon'],
	['Teacher', 'High School Teacher'],
	['Attorney', 'Lawyer'],
	['Software Engineer', 'Developer'],
	['Owner', 'Business Owner'],
	['Nurse', 'Registered Nurse'],
	['Retired', 'Retired Surveyor'],
];

const CITIES: ReadonlyArray<{ city: string; state: string; abbreviation: string; zip: string }> = [
	{ city: 'Portland', state: 'Maine', abbreviation: 'ME', zip: '04101' },
	{ city: 'Duluth', state: 'Minnesota', abbreviation: 'MN', zip: '55802' },
	{ city: 'Boulder', state: 'Colorado', abbreviation: 'CO', zip: '80302' },
	{ city: 'Savannah', state: 'Georgia', abbreviation: 'GA', zip: '31401' },
	{ city: 'Eugene', state: 'Oregon', abbreviation: 'OR', zip: '97401' },
];

const STREETS = ['Quay', 'Mill', 'Harbor', 'Orchard', 'Juniper', 'Station', 'Prospect', 'Willow'];
const MAIL_DOMAINS = [
	'mail.example',
	'post.example.com',
	'letters.example.net',
	'inbox.example.org',
];
const AREA_CODES = '207 218 303 404 503 612 617 646 703 720 802 857 912 917 971'.split(' ');
const TAGS = ['Annual Review', 'Newsletter', 'Golf Outing', 'Referral Source'];

/** Mulberry32: small, quick, the same everywhere. */
function randomFrom(seed: number): Random {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

function pick<T>(random: Random, items: readonly T[]): T {
	return items[Math.floor(random() * items.length)] as T;
}

/** No two calls with different `index` give the same number, below 149,000. */
function phoneNumber(index: number): string {
	const area = AREA_CODES[index % AREA_CODES.length];
	const line = 100 + Math.floor(index / AREA_CODES.length);
	return `(${area}) 555-${String(line).padStart(4, '0')}`;
}

interface Person {
	first: string;
	short: string;
	last: string;
	email: string;
	birthDate: string;
	jobs: [string, string];
	mobile: string;
	otherPhone: string;
	street: string;
	place: (typeof CITIES)[number];
	tags: string[];
}

const asciiWord = (name: string) =>
	name
		.normalize('NFD')
		.replace(/[^A-Za-z]/g, '')
		.toLowerCase();

/** Tries before a second person of the same name is let in: namesakes come when the names run out. */
const NAME_TRIES = 50;

function inventName(random: Random, takenMailboxes: ReadonlySet<string>) {
	for (let tries = 1; ; tries += 1) {
		const [first, short] = pick(random, FIRST_NAMES);
		const last = pick(random, LAST_NAMES);
		const plain = `${asciiWord(first)}.${asciiWord(last)}`;
		if (!takenMailboxes.has(plain) || tries >= NAME_TRIES) return { first, short, last, plain };
	}
}

function invent(random: Random, index: number, takenMailboxes: Set<string>): Person {
	const { first, short, last, plain } = inventName(random, takenMailboxes);
	const mailbox = takenMailboxes.has(plain) ? `${plain}${index}` : plain;
	takenMailboxes.add(mailbox);
	const two = (limit: number) => String(1 + Math.floor(random() * limit)).padStart(2, '0');
	const phoneIndex = (2 * index) % 148_000;
	return {
		first,
		short,
		last,
		email: `${mailbox}@${pick(random, MAIL_DOMAINS)}`,
		birthDate: `${1938 + Math.floor(random() * 62)}-${two(12)}-${two(28)}`,
		jobs: pick(random, JOBS),
		mobile: phoneNumber(phoneIndex),
		otherPhone: phoneNumber(phoneIndex + 1),
		street: `${1 + Math.floor(random() * 400)} ${pick(random, STREETS)}`,
		place: pick(random, CITIES),
		tags: TAGS.filter(() => random() < 0.25),
	};
}

/** Street and state as each CRM's users write them. */
function addressIn(crm: Crm, person: Person): PlainContact['addresses'][number] {
	const { street, place } = person;
	return {
		street: `${street} ${crm === 'redtail' ? 'St' : 'Street'}`,
		city: place.city,
		state: crm === 'wealthbox' ? place.state : place.abbreviation,
		postalCode: place.zip,
		kind: crm === 'salesforce' ? 'mailing' : 'home',
		primary: true,
	};
}

/** One CRM's view of a person. What differs is drawn for each CRM; the e-mail's letters stay. */
function viewOf(random: Random, crm: Crm, person: Person, hasEmail: boolean): PlainEdit {
	const shouts = random() < 0.08;
	const first = random() < 0.2 ? person.short : person.first;
	const cased = (name: string) => (shouts ? name.toUpperCase() : name);
	const email = random() < 0.1 ? person.email.toUpperCase() : person.email;
	const number = random() < 0.25 ? person.otherPhone : person.mobile;
	return {
		type: 'person',
		firstName: cased(first),
		lastName: cased(person.last),
		jobTitle: random() < 0.15 ? null : person.jobs[random() < 0.3 ? 1 : 0],
		birthDate: random() < 0.25 ? null : person.birthDate,
		...(crm !== 'salesforce' && { status: 'Active', tags: person.tags }),
		emails: hasEmail ? [{ address: email, kind: 'personal', primary: true }] : [],
		phones: random() < 0.1 ? [] : [{ number, kind: 'mobile', primary: true }],
		addresses: random() < 0.2 ? [] : [addressIn(crm, person)],
	};
}

/** Which CRMs have this person. */
function presence(random: Random): Crm[] {
	const draw = random();
	if (draw < IN_ALL) return [...CRMS];
	const chosen = pick(random, CRMS);
	return draw < IN_ALL + IN_TWO ? CRMS.filter((crm) => crm !== chosen) : [chosen];
}

/**
 * The clients of three CRMs: `count` people in all, about 60 % of them in more than one CRM. The
 * same arguments give the same lists. A person in more than one CRM has the same e-mail in each
 * (upper or lower case); no two people share an e-mail. Throws a RangeError above 200,000 people.
 */
export function seedContacts(count: number, seed: number): SeedContacts {
	if (!Number.isInteger(count) || count < 0 || count > MAX_PEOPLE) {
		throw new RangeError(`The number of contacts must be a whole number up to ${MAX_PEOPLE}`);
	}
	const random = randomFrom(seed);
	const taken = new Set<string>();
	const lists: SeedContacts = { wealthbox: [], redtail: [], salesforce: [], people: [] };
	for (let index = 0; index < count; index++) {
		const person = invent(random, index, taken);
		const crms = presence(random);
		const hasEmail = crms.length > 1 || random() < 0.85;
		const places: SeedPerson = {};
		for (const crm of crms) {
			places[crm] = lists[crm].push(viewOf(random, crm, person, hasEmail)) - 1;
		}
		lists.people.push(places);
	}
	return lists;
}
