/** Clients whom two CRMs may both know, for the tests and the pictures of the review queue. */
import type { Simulators } from '../simulators';

const person = (firstName: string, lastName: string) => ({
	type: 'person' as const,
	firstName,
	lastName,
});
const mail = (address: string) => ({ emails: [{ address, primary: true }] });
const phone = (number: string, kind: string) => ({ phones: [{ number, kind }] });

/** Parent and child under one name and number, twice; and a client whose birth date one CRM has wrong. */
export function ambiguousClients({ wealthbox, redtail }: Simulators): void {
	const robert = { ...person('Robert', 'Whitcombe'), ...phone('(617) 555-0143', 'home') };
	const home = { street: '14 Juniper Lane', city: 'Concord', state: 'MA', postalCode: '01742' };
	wealthbox.people.create({
		...{ ...robert, ...mail('robert@whitcombe.example'), birthDate: '1948-03-04' },
		...{ jobTitle: 'Retired', addresses: [{ ...home, kind: 'home', primary: true }] },
	});
	redtail.people.create({
		...{ ...robert, ...mail('bob.whitcombe@office.example'), birthDate: '1979-08-21' },
		...{ jobTitle: 'Attorney', addresses: [{ ...home, kind: 'home', primary: true }] },
	});
	const martha = { ...person('Martha', 'Oyelaran'), ...phone('(617) 555-0188', 'mobile') };
	wealthbox.people.create({ ...martha, birthDate: '1961-05-17' });
	redtail.people.create({
		...{ ...martha, ...mail('martha@oyelaran.example') },
		...{ birthDate: '1991-12-02', jobTitle: 'Surgeon' },
	});
	const priya = { ...person('Priya', 'Nandakumar'), ...phone('(617) 555-0199', 'home') };
	wealthbox.people.create({
		...{ ...priya, ...mail('priya@nandakumar.example'), birthDate: '1955-02-11' },
	});
	redtail.people.create({
		...{ ...priya, ...mail('pri@office.example'), birthDate: '1984-10-30' },
	});
}
