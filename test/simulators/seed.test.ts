import { seedContacts, type SeedContacts } from './seed';

const CRMS = ['wealthbox', 'redtail', 'salesforce'] as const;
const PEOPLE = 2_000;

/** The e-mails that each person has, over all CRMs. */
function emailsOf(lists: SeedContacts): string[][] {
	return lists.people.map((places) =>
		CRMS.flatMap((crm) => {
			const place = places[crm];
			const contact = place === undefined ? undefined : lists[crm][place];
			return contact?.emails?.map(({ address }) => address.toLowerCase()) ?? [];
		}),
	);
}

const lists = seedContacts(PEOPLE, 7);
const overlapping = lists.people.filter((places) => Object.keys(places).length > 1);

test('the same seed gives the same people, another seed others', () => {
	expect(seedContacts(50, 7)).toEqual(seedContacts(50, 7));
	expect(seedContacts(50, 8)).not.toEqual(seedContacts(50, 7));
});

test('about 60 % of the people are in more than one CRM', () => {
	expect(overlapping.length / PEOPLE).toBeGreaterThan(0.55);
	expect(overlapping.length / PEOPLE).toBeLessThan(0.65);
});

test('one person has one e-mail wherever they are, and nobody else has it', () => {
	const owners = new Map<string, number>();
	emailsOf(lists).forEach((emails, index) => {
		const places = Object.keys(lists.people[index] ?? {}).length;
		expect(new Set(emails).size).toBeLessThanOrEqual(1);
		if (places > 1) expect(emails).toHaveLength(places);
		for (const email of new Set(emails)) {
			expect(owners.has(email)).toBe(false);
			owners.set(email, index);
		}
	});
	expect([...owners.keys()].every((email) => /\.example(\.(com|net|org))?$/.test(email))).toBe(
		true,
	);
});

test('no two people share a phone number, and all numbers are invented ones', () => {
	const owners = new Map<string, number>();
	lists.people.forEach((places, index) => {
		for (const crm of CRMS) {
			const place = places[crm];
			for (const { number } of (place !== undefined && lists[crm][place]?.phones) || []) {
				expect(number).toMatch(/^\(\d{3}\) 555-\d{4}$/);
				expect(owners.get(number) ?? index).toBe(index);
				owners.set(number, index);
			}
		}
	});
});

test.each(['firstName', 'lastName', 'jobTitle', 'birthDate', 'phones'] as const)(
	'the CRMs disagree on %s of some people',
	(field) => {
		const disagreeing = overlapping.filter((places) => {
			const values = CRMS.flatMap((crm) => {
				const place = places[crm];
				return place === undefined ? [] : [JSON.stringify(lists[crm][place]?.[field])];
			});
			return new Set(values).size > 1;
		});
		expect(disagreeing.length).toBeGreaterThan(overlapping.length * 0.05);
		expect(disagreeing.length).toBeLessThan(overlapping.length * 0.9);
	},
);
