/**
 * The first load on a real n8n: three CRMs that hold some of the same clients, with households and what belongs to
 * them; a plan in the browser, a yes, n8n killed on the way, and agreement. Nothing is written before, nothing doubled.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { compareCrms, CRMS, type Crm } from '../../scripts/demo/agreement';
import { compareBelongings } from '../../bench/first-load/belongings';
import type { FabricDemo } from '../../scripts/demo/fabric-demo';
import { REVIEWER } from '../../scripts/demo/template';
import {
	LOAD_SWITCHES,
	moveIn,
	publishFirstLoad,
	saveOfficeMaps,
	waitingForLoad,
} from './first-load';
import { formVisitor, HttpVisitor, type FormPage, type FormVisitor } from './form-visitor';
import { endDemo, START_LIMIT_MS, startDemo, until } from './harness';
import { openOffice, type Office } from './office';

let demo: FabricDemo;
let office: Office;
let visitor: FormVisitor;
let formUrl: string;

beforeAll(async () => {
	demo = await startDemo({
		contacts: 60,
		seed: 5,
		switches: LOAD_SWITCHES,
		adapt: waitingForLoad,
		before: moveIn,
	});
	office = openOffice(demo.simulators);
	await saveOfficeMaps(demo);
	formUrl = await publishFirstLoad(demo);
	visitor = await formVisitor(REVIEWER);
}, START_LIMIT_MS);

afterAll(async () => {
	await visitor?.close();
	await endDemo(demo);
}, 60_000);

const writes = () => CRMS.map((crm) => fabricWrites(crm));
/** Not those of the people at the CRMs' screens, which came before. */
const before: Partial<Record<Crm, number>> = {};
const fabricWrites = (crm: Crm) => demo.simulators[crm].writes().length - (before[crm] ?? 0);
const sizes = () => CRMS.map((crm) => demo.simulators[crm].people.list().length);

async function planPage(person: FormVisitor, name: string): Promise<FormPage> {
	await person.open(formUrl);
	return await person.submit({ 'Your name': name });
}

test('a plan that nobody wants is dropped: no CRM was written to', async () => {
	for (const crm of CRMS) before[crm] = demo.simulators[crm].writes().length;
	const page = await planPage(new HttpVisitor(REVIEWER), 'Kim');
	expect(page.title).toBe('Load these clients?');
	expect(page.choices).toEqual([
		'Load all clients',
		'Only link those in several CRMs, create nobody',
		'Only create those whom one CRM alone has',
		'Do nothing',
	]);
	const plain = new HttpVisitor(REVIEWER);
	await planPage(plain, 'Kim');
	const end = await plain.submit({}, 'Do nothing');
	expect(end.text).toContain('Nothing was loaded');
	expect(writes()).toEqual([0, 0, 0]);
}, 180_000);

const MAX_LOOKS = 200;
/** What the killed n8n was writing waits for the end of its claims, 45 s. */
const LOOK_MS = 500;

test('a plan that is approved is carried out to agreement, though n8n is killed on the way', async () => {
	const first = sizes();
	const plan = await planPage(visitor, 'Pat');
	expect(plan.text).toContain('Nothing has been written so far');
	for (const said of ['stand in several CRMs', 'Households', 'Tasks', 'What it costs'])
		expect(plan.text).toContain(said);
	expect(writes()).toEqual([0, 0, 0]);
	await visitor.submit({}, 'Load all clients');
	await until('the first records are written', () => Math.min(...writes()) > 5);
	await demo.crashN8n();
	await demo.restartN8n();
	// The address is another one after a restart on another port.
	const again = `${demo.n8n.url}${new URL(formUrl).pathname}`;
	await visitor.open(again);
	let page = await visitor.submit({ 'Your name': 'Pat' });
	for (let looks = 0; looks < MAX_LOOKS && !page.isLast; looks += 1) {
		await sleep(LOOK_MS);
		page = await visitor.submit({}, 'Look again');
	}
	expect(page.title).toBe('The clients are loaded');
	const { persons, duplicates, disagreements } = compareCrms(demo.simulators);
	expect({ duplicates, disagreements }).toEqual({ duplicates: 0, disagreements: [] });
	expect(persons).toBeGreaterThan(40);
	expect(Math.min(...sizes())).toBeGreaterThan(Math.max(...first));
	const { records, members, differences } = await compareBelongings(office);
	expect(differences).toEqual([]);
	expect(members).toBeGreaterThan(10);
	expect(Math.min(records.household ?? 0, records.note ?? 0, records.task ?? 0)).toBeGreaterThan(
		10,
	);
}, 600_000);
