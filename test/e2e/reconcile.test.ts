/**
 * nightly-reconcile.json on a real n8n: what changed in a CRM without anybody being told is reported, and repaired
 * once that is allowed. Redtail moves no edit time for a phone number or a note: its polls cannot see them.
 */
import { randomUUID } from 'node:crypto';
import { compareCrms, CRMS, primaryEmail } from '../../scripts/demo/agreement';
import type { FabricDemo } from '../../scripts/demo/fabric-demo';
import { demoCredentials, fillIn, readTemplate, type Template } from '../../scripts/demo/template';
import type { JsonObject } from '../../scripts/n8n-instance';
import type { PlainContact } from '../simulators/simulator';
import { endDemo, START_LIMIT_MS, startDemo, until } from './harness';
import { OFFICE_SETTINGS, openOffice, recordsOf, type Office } from './office';
import { screenOf } from './office-people';

jest.setTimeout(START_LIMIT_MS);

const NOTE = 'Wants to retire in the spring.';
const PHONE = '2075550188';
/** What was edited a minute ago is read again as a rule: here one second is enough. */
const PACE = {
	...{ minItemPollSeconds: 1, maxItemPollSeconds: 1, itemPollSeconds: 1, itemPollMaxSeconds: 1 },
	overlapSeconds: 1,
};

let demo: FabricDemo;
let office: Office;
let dryRun: string;
let repair: string;
/** In Redtail: whose phone, and whose note. */
let called: PlainContact;

function withNotes(template: Template): Template {
	const nodes = template.nodes.map((node) => {
		const crm = CRMS.find((one) => node.type === `n8n-nodes-crm-fabric.${one}Trigger`);
		if (crm === undefined) return node;
		// JSON leaves out what is undefined: the objects are those of the panel.
		const settings = { ...OFFICE_SETTINGS[crm], ...PACE, objects: undefined };
		const connectorSettings = JSON.stringify(settings);
		const options = { ...(node.parameters.options as JsonObject), connectorSettings };
		return { ...node, parameters: { ...node.parameters, objects: ['contact', 'note'], options } };
	});
	return { ...template, nodes };
}

/** The template as a person would import it, credentials chosen. */
async function addNightly(isDry: boolean): Promise<string> {
	const credentials = demoCredentials(demo.simulators, demo.storeFile);
	const id = randomUUID();
	const workflow = fillIn(readTemplate('nightly-reconcile'), id, credentials, {
		minPollSeconds: 1,
		maxPollSeconds: 1,
	});
	const nodes = workflow.nodes.map((node) =>
		node.name === 'Settings' ? { ...node, parameters: withDryRun(node.parameters, isDry) } : node,
	);
	return await demo.n8n.addWorkflow({ ...workflow, nodes });
}

function withDryRun(parameters: JsonObject, value: boolean): JsonObject {
	const { assignments } = parameters.assignments as { assignments: JsonObject[] };
	return {
		...parameters,
		assignments: { assignments: assignments.map((one) => ({ ...one, value })) },
	};
}

/** Pressed in the editor instead of waiting for 2 in the morning; answers what each node put out first. */
async function run(workflow: string): Promise<(node: string) => JsonObject> {
	const { executionId } = (await demo.n8n.api('POST', `/workflows/${workflow}/run`, {
		triggerToStartFrom: { name: 'Every Night' },
	})) as { executionId: string };
	const ended = async () => {
		const all = await demo.n8n.executions(workflow);
		const own = all.find(({ id }) => String(id) === String(executionId));
		if (own !== undefined && ['error', 'crashed', 'canceled'].includes(own.status))
			throw new Error(`The nightly run ended with ${own.status}.`);
		return own?.status === 'success';
	};
	await until('the nightly run has ended', ended);
	const { resultData } = (await demo.n8n.executionData(executionId)) as {
		resultData: {
			runData: Record<string, Array<{ data: { main: Array<Array<{ json: JsonObject }>> } }>>;
		};
	};
	return (node) => resultData.runData[node]?.[0]?.data.main[0]?.[0]?.json ?? {};
}

const found = (report: JsonObject) =>
	Object.fromEntries(
		Object.entries(report.counts as Record<string, number>).filter(([, count]) => count > 0),
	);
const writes = () => CRMS.map((crm) => demo.simulators[crm].writes().length);
const inOthers = (contact: PlainContact) =>
	(['wealthbox', 'salesforce'] as const).map((crm) =>
		demo.simulators[crm].people.list().find((one) => primaryEmail(one) === primaryEmail(contact)),
	);
const phonesOf = (contact: PlainContact | undefined) =>
	(contact?.phones ?? []).map(({ number }) => number.replace(/\D/g, '').slice(-7));
const hasPhone = () => inOthers(called).map((one) => phonesOf(one).includes('5550188'));
const notesIn = async () =>
	(
		await Promise.all(
			CRMS.map(async (crm) => {
				const records = await recordsOf(office[crm]);
				return records.some(({ object, fields }) => object === 'note' && fields.text === NOTE);
			}),
		)
	).slice();

/** Redtail's code of a kind of phone that the contact has none of. */
function freeKind({ phones }: PlainContact): number | undefined {
	const codes = Object.entries({ home: 1, work: 2, mobile: 3 });
	return codes.find(([kind]) => !phones.some((phone) => phone.kind === kind))?.[1];
}

/** Everything that is polled has been polled. */
async function polled(): Promise<void> {
	const CALLS = 8;
	const calls = () =>
		Object.values(demo.simulators.redtail.callCounts()).reduce((sum, count) => sum + count, 0);
	const before = calls();
	await until('Redtail has been polled', () => calls() >= before + CALLS);
}

beforeAll(async () => {
	demo = await startDemo({
		contacts: 12,
		seed: 5,
		switches: {
			wealthbox: { throttle: false },
			redtail: { subRecordBumps: false, noteBumps: false },
		},
		adapt: withNotes,
	});
	office = openOffice(demo.simulators);
	await until('the first read has brought agreement', () => {
		const { persons, disagreements } = compareCrms(demo.simulators);
		return persons > 0 && disagreements.length === 0;
	});
	await polled();
	dryRun = await addNightly(true);
	repair = await addNightly(false);
	const people = demo.simulators.redtail.people
		.list()
		.filter((contact) => contact.type === 'person' && primaryEmail(contact) !== '');
	// Salesforce has one field for each kind of number.
	const one = people.find((contact) => freeKind(contact) !== undefined);
	const other = people.find((contact) => contact !== one);
	if (one === undefined || other === undefined) throw new Error('Redtail holds nobody.');
	called = one;
	await office.redtail.context.http({
		...{ method: 'POST', url: `/contacts/${one.id}/phones` },
		json: { number: PHONE, country_code: 1, phone_type: freeKind(one), is_primary: false },
	});
	await screenOf(office.redtail).note({ object: 'contact', crmId: other.id }, NOTE);
	await polled();
}, START_LIMIT_MS * 2);

afterAll(() => endDemo(demo), 60_000);

test('the first nights only report: which records differ, in which fields; nothing is written', async () => {
	expect(hasPhone()).toEqual([false, false]);
	const before = writes();
	const output = await run(dryRun);
	const report = output('Reconcile Redtail');
	expect(report).toMatchObject({ dryRun: true, complete: true, state: 'finished' });
	expect(found(report)).toEqual({ missedEdit: 1, newRecord: 1 });
	expect(report.samples).toEqual(
		expect.arrayContaining([
			expect.objectContaining({
				...{ finding: 'missedEdit', object: 'contact', crmId: called.id, fields: ['phones'] },
			}),
			expect.objectContaining({ finding: 'newRecord', object: 'note' }),
		]),
	);
	expect(found(output('Reconcile Wealthbox'))).toEqual({});
	expect(found(output('Reconcile Salesforce'))).toEqual({});
	const { text, auditTrailOk, needsPerson } = output('Report');
	expect(String(text)).toMatch(/Redtail: \d+ records read, newRecord 1, missedEdit 1/);
	expect(String(text)).toContain('Wealthbox: ');
	expect(String(text)).toContain('Only reported; nothing was repaired.');
	expect({ auditTrailOk, needsPerson }).toEqual({ auditTrailOk: true, needsPerson: false });
	await polled();
	expect(writes()).toEqual(before);
	expect(hasPhone()).toEqual([false, false]);
});

test('once allowed, it repairs what it reports, and the next night finds nothing', async () => {
	const output = await run(repair);
	expect(found(output('Reconcile Redtail'))).toEqual({ missedEdit: 1, newRecord: 1 });
	expect(String(output('Report').text)).not.toContain('Only reported');
	await until('the phone number is everywhere', () => hasPhone().every(Boolean));
	await until('the note is everywhere', async () => (await notesIn()).every(Boolean));
	const next = await run(repair);
	for (const crm of ['Wealthbox', 'Redtail', 'Salesforce'])
		expect({ crm, found: found(next(`Reconcile ${crm}`)) }).toEqual({ crm, found: {} });
	expect(String(next('Report').text)).toMatch(/Redtail: \d+ records read, nothing differs/);
	expect(compareCrms(demo.simulators)).toMatchObject({ duplicates: 0, disagreements: [] });
});
