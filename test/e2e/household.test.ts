/**
 * A household of three with notes, tasks and an opportunity, entered in each CRM in turn, on a real n8n with
 * the shipped template: it arrives whole in the other two, and so do edits, moves and deletes.
 */
import { mapOfObject } from '../../lib/model/field-map';
import { type ObjectName } from '../../lib/model/objects';
import { CRMS, type Crm } from '../../scripts/demo/agreement';
import type { FabricDemo } from '../../scripts/demo/fabric-demo';
import type { Template } from '../../scripts/demo/template';
import type { JsonObject } from '../../scripts/n8n-instance';
import {
	ask,
	deskWorkflow,
	endDemo,
	START_LIMIT_MS,
	startDemo,
	until,
	WAIT_LIMIT_MS,
} from './harness';
import { agreed, officeMap, OFFICE_SETTINGS, openOffice, type Office } from './office';
import { OfficeStory, POLICIES, REMOVALS } from './office-story';

jest.setTimeout(START_LIMIT_MS);

/** Every list is read every second; what takes a comparison of all records, every few seconds. */
const PACE: Record<Crm, JsonObject> = {
	wealthbox: {
		...{ fullScanMinutes: 0.05, deletedEveryPolls: 1 },
		...{ minItemPollSeconds: 1, maxItemPollSeconds: 1, itemScanMinutes: 0.05 },
	},
	redtail: {
		...{ fullScanMinutes: 0.05, noteScanMinutes: 0.03 },
		...{ minItemPollSeconds: 1, maxItemPollSeconds: 1 },
	},
	salesforce: { itemPollSeconds: 1, itemPollMaxSeconds: 1 },
};

let demo: FabricDemo;
let office: Office;
let story: OfficeStory;

/** As a person would in the triggers' panels. */
function withObjects(template: Template): Template {
	const nodes = template.nodes.map((node) => {
		const crm = CRMS.find((one) => node.type === `n8n-nodes-crm-fabric.${one}Trigger`);
		if (crm === undefined) return node;
		const { objects, ...settings } = OFFICE_SETTINGS[crm];
		const connectorSettings = JSON.stringify({ ...settings, ...PACE[crm] });
		const given = node.parameters.options as JsonObject | undefined;
		const options = { ...given, deletePolicy: POLICIES[crm], connectorSettings };
		return { ...node, parameters: { ...node.parameters, objects, options } };
	});
	return { ...template, nodes };
}

/** Stages and roles have other words in each CRM: the mapping says which. */
async function saveMapping(system: Crm, object: ObjectName): Promise<void> {
	const map = mapOfObject(officeMap(system), object);
	// Until its trigger has started, the store knows no such system.
	const saved = async () => {
		const [row] = await ask(demo, 'mapping', { system, object, map }).catch(() => []);
		return row?.origin === 'desk';
	};
	await until(`the mapping of ${object} is saved for ${system}`, saved, 45_000);
}

beforeAll(async () => {
	demo = await startDemo({
		contacts: 6,
		seed: 5,
		switches: { wealthbox: { throttle: false }, redtail: { familyWrites: true } },
		adapt: withObjects,
	});
	office = openOffice(demo.simulators);
	story = new OfficeStory(office);
	const byRequest = {
		system: '={{ $json.body.system }}',
		mappingObject: '={{ $json.body.object }}',
	};
	for (const [path, parameters] of [
		[
			'mapping',
			{ resource: 'mapping', operation: 'save', ...byRequest, map: '={{ $json.body.map }}' },
		],
		['reviews', { resource: 'review', operation: 'getAll', kinds: ['removal'], returnAll: true }],
		['dead', { resource: 'deadLetter', operation: 'getAll', returnAll: true }],
		[
			'approve',
			{
				...{ resource: 'review', operation: 'approve' },
				reviewId: { mode: 'id', value: '={{ $json.body.reviewId }}' },
			},
		],
	] as Array<[string, JsonObject]>)
		await demo.n8n.addWorkflow(deskWorkflow(path, parameters));
	await saveMapping('redtail', 'opportunity');
	await saveMapping('redtail', 'contact');
	await saveMapping('salesforce', 'opportunity');
}, START_LIMIT_MS + WAIT_LIMIT_MS);

afterAll(() => endDemo(demo), 60_000);

const real = (rows: JsonObject[]) => rows.filter((row) => Object.keys(row).length > 0);

const openReviews = async () =>
	real(await ask(demo, 'reviews')).filter(({ kind }) => kind === 'removal');

async function settled(): Promise<void> {
	await agreed(office, story.facts, WAIT_LIMIT_MS);
	const writes = () => CRMS.map((crm) => demo.simulators[crm].writes().length);
	const before = writes();
	await polled();
	expect(writes()).toEqual(before);
	expect(real(await ask(demo, 'dead'))).toEqual([]);
}

/** Everything has been read again: each of the pollers makes about seven calls a round. */
async function polled(): Promise<void> {
	const CALLS = 15;
	const calls = (crm: Crm) =>
		Object.values(demo.simulators[crm].callCounts()).reduce((sum, count) => sum + count, 0);
	const before = new Map(CRMS.map((crm) => [crm, calls(crm)]));
	await until('every CRM has been polled', () =>
		CRMS.every((crm) => calls(crm) >= (before.get(crm) ?? 0) + CALLS),
	);
}

test.each(CRMS)('a family entered in %s arrives whole in the other two', async (crm) => {
	await story.enter(crm);
	await settled();
});

test('stages, priorities and roles are the CRMs’ own words for the same', async () => {
	const words = async (crm: Crm, object: 'opportunity' | 'task', field: string) => {
		const { connector, context } = office[crm];
		const rows = (await connector.records?.[object]?.list(context, { limit: 50 })) ?? [];
		return new Set(rows.map((row) => row[field]));
	};
	expect(await words('wealthbox', 'opportunity', 'stage_name')).toEqual(new Set(['Identified']));
	expect(await words('redtail', 'opportunity', 'stage')).toEqual(new Set(['Prospecting']));
	expect(await words('salesforce', 'opportunity', 'StageName')).toEqual(new Set(['Prospecting']));
	expect(await words('wealthbox', 'task', 'priority')).toEqual(new Set(['High', 'Medium']));
	expect(await words('redtail', 'task', 'importance')).toEqual(new Set([3, 2]));
	expect(await words('salesforce', 'task', 'Priority')).toEqual(new Set(['High', 'Normal']));
});

test('edits of each CRM arrive in the other two, as far as these can', async () => {
	await story.edit();
	await settled();
});

test('who moves to another household moves everywhere', async () => {
	await story.move();
	await settled();
});

test.each(REMOVALS)('a $object deleted in $crm: $because', async (removal) => {
	await story.remove(removal);
	await agreed(office, story.facts, WAIT_LIMIT_MS);
	if (removal.asks !== null) {
		await until('a person is asked', async () => (await openReviews()).length === 1);
		for (const { reviewId } of await openReviews()) await ask(demo, 'approve', { reviewId });
		story.approved(removal);
	}
	await settled();
});

test('no call wrote what was there already', () => {
	for (const crm of CRMS) {
		const idle = demo.simulators[crm].writes().filter(({ changedAnything }) => !changedAnything);
		expect({ crm, idle }).toEqual({ crm, idle: [] });
	}
});
