/** Names of the invented clients: no two of them could be taken for a slip of the pen. */
const FIRST = ['Ada', 'Bruno', 'Clara', 'Dmitri', 'Esther', 'Farouk', 'Greta', 'Hugo'];
const LAST = [
	'Abernathy',
	'Bolotnikov',
	'Castellano',
	'Drummond',
	'Eriksen',
	'Fujimoto',
	'Guggenheim',
	'Hawthorne',
	'Ibrahimovic',
	'Jablonski',
	'Kowalczyk',
	'Lindqvist',
	'Mbeki',
	'Nakagawa',
	'Oyelaran',
	'Papadakis',
	'Quisenberry',
	'Rutherford',
	'Szymanska',
	'Thibodeaux',
	'Umarov',
	'Villanueva',
	'Weatherspoon',
	'Xenakis',
	'Yamashita',
	'Zubiri',
];

export interface ClientName {
	firstName: string;
	lastName: string;
	/** The address by which everybody knows the client. */
	address: string;
	/** Its other addresses end so. */
	domain: string;
}

export function nameOf(client: number): ClientName {
	const round = Math.floor((client - 1) / LAST.length);
	const firstName = FIRST[(client + round) % FIRST.length] ?? 'Ada';
	const lastName = `${LAST[(client - 1) % LAST.length]}${'ova'.repeat(round)}`;
	const domain = `${lastName.toLowerCase()}.example`;
	return { firstName, lastName, domain, address: `${firstName.toLowerCase()}@${domain}` };
}
