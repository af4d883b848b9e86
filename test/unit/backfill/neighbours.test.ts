/** Who stands on one page, and who after whom: however the keys fall, what names others never comes before them. */
import { Neighbours, type Stage } from '../../../lib/backfill/neighbours';

interface Row {
	seq: number;
	stage: Stage;
	ties: string[];
}

/** A family of so many, with so many notes each; the household listed before its members, as one list may. */
function family(name: string, people: number, notes: number): Row[] {
	const members = Array.from({ length: people }, (_, place) => `${name}/contact/${place}`);
	const home = `${name}/household`;
	let seq = 0;
	const row = (stage: Stage, ties: string[]): Row => ({ seq: (seq += 1), stage, ties });
	return [
		row(1, [home, ...members]),
		...members.map((member) => row(0, [member])),
		...[home, ...members].flatMap((of) => Array.from({ length: notes }, () => row(2, [of]))),
	];
}

function placed(rows: readonly Row[]): { pages: number[][]; pageOf: (row?: Row) => number } {
	const neighbours = new Neighbours();
	for (const row of rows) neighbours.add(row);
	const { pages } = neighbours.place();
	return { pages, pageOf: (row) => pages.findIndex((page) => page.includes(row?.seq ?? -1)) };
}

const NAMES = Array.from({ length: 20 }, (_, place) => `family ${place}`);

test.each(NAMES)('%s: a household stands with its members, whatever is noted of them', (name) => {
	const rows = family(name, 4, 90);
	const { pages, pageOf } = placed(rows);
	const clients = rows.filter(({ stage }) => stage < 2);
	expect(new Set(clients.map(pageOf)).size).toBe(1);
	const notes = rows.filter(({ stage }) => stage === 2).map(pageOf);
	expect(Math.min(...notes)).toBeGreaterThanOrEqual(pageOf(clients[0]));
	expect(pages.flat().sort((a, b) => a - b)).toEqual(rows.map(({ seq }) => seq));
});

test.each(NAMES)(
	'%s: a household that overflows comes after all its members, its notes after it',
	(name) => {
		const rows = family(name, 350, 1);
		const { pages, pageOf } = placed(rows);
		const home = pageOf(rows[0]);
		const pagesOf = (wanted: Stage) => rows.filter(({ stage }) => stage === wanted).map(pageOf);
		expect(Math.max(...pagesOf(0))).toBeLessThanOrEqual(home);
		expect(pageOf(rows[351])).toBeGreaterThanOrEqual(home);
		expect(pages.flat().sort((a, b) => a - b)).toEqual(rows.map(({ seq }) => seq));
	},
);
