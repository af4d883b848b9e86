/**
 * The first load on a real n8n: three CRMs that hold some of the same clients, a plan in the browser, a yes,
 * and agreement; nothing is written before, nothing is doubled.
 */
import { compareCrms, CRMS } from '../../scripts/demo/agreement';
import type { FabricDemo } from '../../scripts/demo/fabric-demo';
import { REVIEWER } from '../../scripts/demo/template';
import { publishFirstLoad, waitingForLoad } from './first-load';
import { formVisitor, HttpVisitor, type FormPage, type FormVisitor } from './form-visitor';
import { endDemo, START_LIMIT_MS, startDemo } from './harness';

let demo: FabricDemo;
let visitor: FormVisitor;
let formUrl: string;

beforeAll(async () => {
	demo = await startDemo({
		contacts: 60,
		seed: 5,
		switches: { wealthbox: { throttle: false } },
		adapt: waitingForLoad,
	});
	formUrl = await publishFirstLoad(demo);
	visitor = await formVisitor(REVIEWER);
}, START_LIMIT_MS);

afterAll(async () => {
	await visitor?.close();
	await endDemo(demo);
}, 60_000);

const writes = () => CRMS.map((crm) => demo.simulators[crm].writes().length);
const sizes = () => CRMS.map((crm) => demo.simulators[crm].people.list().length);

async function planPage(person: FormVisitor, name: string): Promise<FormPage> {
	await person.open(formUrl);
	return await person.submit({ 'Your name': name });
}

test('a plan that nobody wants is dropped: no CRM was written to', async () => {
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
}, 120_000);

const MAX_LOOKS = 60;

test('a plan that is approved is carried out to agreement', async () => {
	const before = sizes();
	const plan = await planPage(visitor, 'Pat');
	expect(plan.text).toContain('Nothing has been written so far');
	expect(plan.text).toMatch(/stand in several CRMs/);
	expect(plan.text).toContain('What it costs');
	expect(writes()).toEqual([0, 0, 0]);
	let page = await visitor.submit({}, 'Load all clients');
	for (let looks = 0; looks < MAX_LOOKS && !page.isLast; looks += 1) {
		page = await visitor.submit({}, 'Look again');
	}
	expect(page.title).toBe('The clients are loaded');
	const { persons, duplicates, disagreements } = compareCrms(demo.simulators);
	expect({ duplicates, disagreements }).toEqual({ duplicates: 0, disagreements: [] });
	expect(persons).toBeGreaterThan(40);
	expect(Math.min(...sizes())).toBeGreaterThan(Math.max(...before));
}, 180_000);
