/**
 * A household of three with notes, tasks and an opportunity, entered in each CRM in turn, on a real n8n with
 * the shipped template: it arrives whole in the other two, and so do edits, moves and deletes.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { mapOfObject } from '../../lib/model/field-map';
import { type ObjectName } from '../../lib/model/objects';
import { CRMS, type Crm } from '../../scripts/demo/agreement';
import type { FabricDemo } from '../../scripts/demo/fabric-demo';
import { WORKFLOW_ID, type Template } from '../../scripts/demo/template';
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
import { OfficeStory, REMOVALS } from './office-story';
import { policyOf, RemovalStory, verdictOf, type Treatment } from './removal-story';

jest.setTimeout(START_LIMIT_MS);

/** Lists are read every other second; what takes a comparison of all records, every few seconds. */
const PACE: Record<Crm, JsonObject> = {
	wealthbox: {
		...{ fullScanMinutes: 0.1, deletedEveryPolls: 1 },
		...{ minItemPollSeconds: 2, maxItemPollSeconds: 2, itemScanMinutes: 0.1 },
	},
	redtail: {
		// A scan of the notes is a call for each contact.
		...{ fullScanMinutes: 0.1, noteScanMinutes: 0.15 },
		...{ minItemPollSeconds: 2, maxItemPollSeconds: 2 },
	},
	salesforce: { itemPollSeconds: 2, itemPollMaxSeconds: 2 },
};

const LOOK_MS = 1_000;

let demo: FabricDemo;
let office: Office;
let story: OfficeStory;
let removals: readonly RemovalStory[] = [];

type Treated = Readonly<Record<Crm, Treatment>>;

/** What becomes of a record whose twin elsewhere was deleted; the second ones are set in the course of the tests. */
const TREATED: readonly [Treated, Treated] = [
	{ wealthbox: 'delete', redtail: 'ask, yes', salesforce: 'ignore' },
	{ wealthbox: 'ask, no', redtail: 'archive', salesforce: 'delete' },
];

/** As a person would in the triggers' panels. */
function withObjects(template: Template): Template {
	const nodes = template.nodes.map((node) => {
		const crm = CRMS.find((one) => node.type === `n8n-nodes-crm-fabric.${one}Trigger`);
		if (crm === undefined) return node;
		const { objects, ...settings } = OFFICE_SETTINGS[crm];
		const connectorSettings = JSON.stringify({ ...settings, ...PACE[crm] });
		const given = node.parameters.options as JsonObject | undefined;
		const deletePolicy = policyOf(TREATED[0][crm]);
		// More is deleted here within the hour than the breaker lets through by itself.
		const options = { ...given, deletePolicy, mostRemovals: 0, connectorSettings };
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
	const review = { reviewId: { mode: 'id', value: '={{ $json.body.reviewId }}' } };
	for (const [path, parameters] of [
		[
			'mapping',
			{ resource: 'mapping', operation: 'save', ...byRequest, map: '={{ $json.body.map }}' },
		],
		['reviews', { resource: 'review', operation: 'getAll', kinds: ['removal'], returnAll: true }],
		['dead', { resource: 'deadLetter', operation: 'getAll', returnAll: true }],
		['approve', { resource: 'review', operation: 'approve', ...review }],
		['reject', { resource: 'review', operation: 'reject', ...review }],
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

const facts = () => [...story.facts, ...removals.flatMap((one) => one.facts)];

/** All agree, and once what is still under way is through, everything is read again and nothing more is written. */
async function settled(): Promise<void> {
	const ROUNDS = 4;
	await agreed(office, facts(), WAIT_LIMIT_MS);
	const writes = () => CRMS.map((crm) => demo.simulators[crm].writes().length).join();
	let before = '';
	for (let round = 0; round < ROUNDS && before !== writes(); round += 1) {
		before = writes();
		await polled();
	}
	expect(writes()).toEqual(before);
	await agreed(office, facts(), 0);
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
	await agreed(office, facts(), WAIT_LIMIT_MS);
	if (removal.asks !== null) {
		await until('a person is asked', async () => (await openReviews()).length === 1);
		for (const { reviewId } of await openReviews()) await ask(demo, 'approve', { reviewId });
		story.approved(removal);
	}
	await settled();
});

/** In the triggers' panels, of the published workflow. */
async function treat(treated: Treated): Promise<void> {
	const { n8n } = demo;
	const workflow = (await n8n.api('GET', `/workflows/${WORKFLOW_ID}`)) as unknown as Template;
	const nodes = workflow.nodes.map((node) => {
		const crm = CRMS.find((one) => node.type === `n8n-nodes-crm-fabric.${one}Trigger`);
		if (crm === undefined) return node;
		const given = node.parameters.options as JsonObject;
		const options = { ...given, deletePolicy: policyOf(treated[crm]) };
		return { ...node, parameters: { ...node.parameters, options } };
	});
	const { name, connections, settings, versionId } = workflow;
	const changed = { name, nodes, connections, settings, versionId };
	await n8n.api('PATCH', `/workflows/${WORKFLOW_ID}`, changed);
	await n8n.publish(WORKFLOW_ID);
	await n8n.published(WORKFLOW_ID);
}

/** People answer what they are asked, as it comes, until every CRM holds what it should. */
async function answers(treated: Treated): Promise<void> {
	await until('every CRM holds what it should', async () => {
		// Each look is an execution of n8n, which has enough to do.
		await sleep(LOOK_MS);
		const open = await openReviews();
		for (const { reviewId, system, removal } of open) {
			const { operation } = (removal ?? {}) as JsonObject;
			const verdict = verdictOf(treated[system as Crm], operation);
			// It may have become needless meanwhile.
			await ask(demo, verdict, { reviewId }).catch(() => undefined);
		}
		const isAgreed = () => agreed(office, facts(), 0).then(() => true);
		return open.length === 0 && (await isAgreed().catch(() => false));
	}).catch(() => undefined);
	await settled();
}

/** Where a removal changes nothing elsewhere, all agree before it is noticed: its question comes after. */
async function answered(treated: Treated): Promise<void> {
	const ROUNDS = 3;
	let open: JsonObject[] = [];
	for (let round = 0; round < ROUNDS; round += 1) {
		await answers(treated);
		open = await openReviews();
		if (open.length === 0) return;
	}
	expect(open).toEqual([]);
}

describe.each([
	['delete, ask, ignore', TREATED[0], 'Vance'],
	['ask, archive, delete', TREATED[1], 'Wexley'],
] as const)(
	'deletes in each CRM in turn; Wealthbox, Redtail, Salesforce: %s',
	(_, treated, tag) => {
		let own: readonly RemovalStory[];
		const each = async (step: (one: RemovalStory) => Promise<void>) => {
			for (const one of own) await step(one);
			await answered(treated);
		};

		beforeAll(async () => {
			if (treated !== TREATED[0]) await treat(treated);
			own = CRMS.map((crm) => new RemovalStory(office, crm, treated, tag));
			removals = [...removals, ...own];
		});

		test('a family is entered', () => each((one) => one.enter()));

		test('a note, a task, an event, an opportunity', () => each((one) => one.removeItems()));

		test('a client with what belongs to it, who comes back in Salesforce', async () => {
			const inSalesforce = own[CRMS.indexOf('salesforce')];
			const crmId = (await inSalesforce?.clientId()) ?? '';
			await each((one) => one.removeClient());
			await inSalesforce?.undeleteClient(crmId);
			await answered(treated);
		});

		test('a household with its members', () => each((one) => one.removeHousehold()));
	},
);

/** Executions run at once: a family may be gone, and its members' places with it, when one of them is to leave it. */
const isOvertaken = ({ method, status, path }: { method: string; status: number; path: string }) =>
	method === 'DELETE' && status === 404 && /\/members\/\d+$/.test(path);

test('no call wrote what was there already', () => {
	for (const crm of CRMS) {
		const idle = demo.simulators[crm]
			.writes()
			.filter((write) => !write.changedAnything && !isOvertaken(write));
		expect({ crm, idle }).toEqual({ crm, idle: [] });
	}
});
