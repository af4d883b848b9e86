/**
 * Takes the pictures in docs/images from a running demo, for people to look at before they are
 * committed: `npm run screenshots` (needs Debian's chromium; set CHROMIUM to use another), or only
 * those of the review queue: `npm run screenshots -- review` (`objects`: the panel with all objects).
 */
import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium, type Page } from 'playwright-core';
import { deskWorkflow } from '../test/e2e/harness';
import { compareCrms } from './demo/agreement';
import { FabricDemo } from './demo/fabric-demo';
import { startPage } from './demo/page';
import { WORKFLOW_ID } from './demo/template';
import { firstLoadPictures } from './first-load-screenshots';
import { reviewPictures } from './review-screenshots';

const FOLDER = join(__dirname, '..', 'docs', 'images');
const VIEW = { width: 1600, height: 1000 };
const FLAGS =
	'--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';
const PANELS = [
	'Wealthbox Trigger',
	'Redtail Trigger',
	'Salesforce Trigger',
	'Identity Resolve',
	'Field Merge',
	'Delivery Trigger',
	'Wealthbox',
	'Redtail',
	'Salesforce',
	'Delivery Result',
];

async function main(only: string | undefined): Promise<void> {
	mkdirSync(FOLDER, { recursive: true });
	if (only === undefined || only === 'objects') await syncPictures(only === 'objects');
	if (only === undefined || only === 'review') await reviewPictures(FOLDER, shoot);
	if (only === undefined || only === 'first-load') await firstLoadPictures(FOLDER);
}

async function syncPictures(objectsAlone: boolean): Promise<void> {
	const folder = await mkdtemp(join(tmpdir(), 'crm-fabric-pictures-'));
	const demo = await FabricDemo.start({ folder, contacts: 40, onProgress: console.log });
	const page = await startPage(demo, 0);
	const browser = await chromium.launch({
		executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
		args: FLAGS.split(' '),
	});
	try {
		await firstRead(demo);
		const tab = await browser.newPage({ viewport: VIEW });
		if (objectsAlone) {
			await signIn(tab, demo);
			await objectsPanel(tab, demo);
			return;
		}
		await demoPage(tab, page.url, demo);
		await signIn(tab, demo);
		await canvas(tab, demo);
		for (const name of PANELS) await panel(tab, demo, WORKFLOW_ID, name, `panel-${slug(name)}`);
		await contactPanel(tab, demo);
		await mappingPanel(tab, demo);
		await objectsPanel(tab, demo);
		await execution(tab, demo);
		await audit(tab, demo);
	} finally {
		await browser.close();
		await page.stop();
		await demo.stop();
		await rm(folder, { recursive: true, force: true });
	}
}

async function firstRead(demo: FabricDemo): Promise<void> {
	const LIMIT = 600;
	for (
		let round = 0;
		round < LIMIT && compareCrms(demo.simulators).disagreements.length > 0;
		round += 1
	)
		await sleep(200);
}

function slug(name: string): string {
	return name.toLowerCase().replace(/[^a-z]+/g, '-');
}

async function shoot(tab: Page, name: string): Promise<void> {
	await tab.screenshot({ path: join(FOLDER, `${name}.png`) });
	console.log(`${name}.png`);
}

async function demoPage(tab: Page, url: string, { simulators }: FabricDemo): Promise<void> {
	await tab.goto(url);
	await tab.waitForSelector('td input');
	const [contact] = simulators.salesforce.people.list();
	if (contact !== undefined)
		simulators.salesforce.people.edit(contact.id, { jobTitle: 'Chief Planner' });
	await sleep(2_000);
	await shoot(tab, 'demo');
}

async function signIn(tab: Page, demo: FabricDemo): Promise<void> {
	await tab.goto(`${demo.n8n.url}/signin`);
	await tab.fill('input[name=emailOrLdapLoginId]', demo.owner.email);
	await tab.fill('input[type=password]', demo.owner.password);
	await tab.keyboard.press('Enter');
	await tab.waitForURL((address) => !address.pathname.includes('signin'));
}

async function open(tab: Page, demo: FabricDemo, workflowId: string): Promise<void> {
	await tab.goto(`${demo.n8n.url}/workflow/${workflowId}`);
	await tab.waitForSelector('[data-test-id=canvas-node]');
	await sleep(2_500);
}

async function canvas(tab: Page, demo: FabricDemo): Promise<void> {
	await open(tab, demo, WORKFLOW_ID);
	await tab.keyboard.press('1');
	await sleep(1_500);
	await shoot(tab, 'canvas');
}

async function panel(
	tab: Page,
	demo: FabricDemo,
	workflowId: string,
	node: string,
	picture: string,
): Promise<void> {
	await open(tab, demo, workflowId);
	await tab.keyboard.press('1');
	await sleep(800);
	await tab.locator(`[data-test-id=canvas-node][data-node-name="${node}"]`).first().dblclick();
	await sleep(2_500);
	await shoot(tab, picture);
}

/** The CRM node as an action: its fields are the CRM's own, loaded from it. */
async function contactPanel(tab: Page, demo: FabricDemo): Promise<void> {
	const id = await demo.n8n.addUnpublished({
		name: 'New contact',
		settings: {},
		connections: {},
		nodes: [
			{
				id: 'contact',
				name: 'Create a contact',
				type: 'n8n-nodes-crm-fabric.wealthbox',
				typeVersion: 1,
				position: [0, 0],
				parameters: { resource: 'contact', operation: 'create' },
				credentials: { wealthboxApi: { id: 'demoWealthbox', name: 'Wealthbox (simulated)' } },
			},
		],
	});
	await panel(tab, demo, id, 'Create a contact', 'panel-contact-create');
}

/** A trigger with everything chosen, and some of the options that come with it. */
async function objectsPanel(tab: Page, demo: FabricDemo): Promise<void> {
	const options = { deletePolicy: 'ask', memberTitle: 'Other Dependent', itemScanMinutes: 240 };
	const objects = ['contact', 'household', 'opportunity', 'note', 'task', 'event'];
	const id = await demo.n8n.addUnpublished({
		name: 'Objects',
		settings: {},
		connections: {},
		nodes: [
			{
				id: 'objects-1',
				name: 'Wealthbox Trigger',
				type: 'n8n-nodes-crm-fabric.wealthboxTrigger',
				typeVersion: 1,
				position: [0, 0],
				parameters: { system: 'wealthbox', objects, options },
				credentials: {
					crmFabricStoreApi: { id: 'demoStore', name: 'CRM Fabric Store (demo)' },
					wealthboxApi: { id: 'demoWealthbox', name: 'Wealthbox (simulated)' },
				},
			},
		],
	});
	await panel(tab, demo, id, 'Wealthbox Trigger', 'panel-objects');
}

/** A trigger whose mapping is chosen field by field, and rules in Field Merge. */
async function mappingPanel(tab: Page, demo: FabricDemo): Promise<void> {
	const store = { crmFabricStoreApi: { id: 'demoStore', name: 'CRM Fabric Store (demo)' } };
	const node = { typeVersion: 1, position: [0, 0] };
	const rules = [
		{ field: 'birthDate', policy: 'onlyFrom', system: 'salesforce' },
		{ field: 'jobTitle', policy: 'sourcePriority' },
	];
	const id = await demo.n8n.addUnpublished({
		name: 'Mapping and rules',
		settings: {},
		connections: {},
		nodes: [
			{
				...node,
				id: 'mapping-1',
				name: 'Wealthbox Trigger',
				type: 'n8n-nodes-crm-fabric.wealthboxTrigger',
				parameters: { system: 'wealthbox', fieldMapping: 'custom' },
				credentials: {
					...store,
					wealthboxApi: { id: 'demoWealthbox', name: 'Wealthbox (simulated)' },
				},
			},
			{
				...node,
				position: [220, 0],
				id: 'rules-1',
				name: 'Field Merge',
				type: 'n8n-nodes-crm-fabric.fieldMerge',
				parameters: { fieldRules: { rules } },
				credentials: store,
			},
		],
	});
	await panel(tab, demo, id, 'Wealthbox Trigger', 'panel-field-mapping');
	await panel(tab, demo, id, 'Field Merge', 'panel-field-rules');
}

async function execution(tab: Page, demo: FabricDemo): Promise<void> {
	const { wealthbox } = demo.simulators;
	const [contact] = wealthbox.people.list();
	if (contact !== undefined) wealthbox.people.edit(contact.id, { jobTitle: 'Harbor Master' });
	await sleep(4_000);
	const executions = (await demo.n8n.executions(WORKFLOW_ID)).filter(
		({ status }) => status === 'success',
	);
	const pictures = ['execution-in', 'execution-out'];
	for (const { id } of executions.slice(0, 6)) {
		const data = JSON.stringify(await demo.n8n.executionData(id));
		const wanted = data.includes('Field Merge') ? 'execution-in' : 'execution-out';
		if (!pictures.includes(wanted)) continue;
		pictures.splice(pictures.indexOf(wanted), 1);
		await tab.goto(`${demo.n8n.url}/workflow/${WORKFLOW_ID}/executions/${id}`);
		await sleep(5_000);
		await shoot(tab, wanted);
		const node = wanted === 'execution-in' ? 'Field Merge' : 'Delivery Result';
		await openInPreview(tab, node);
		await shoot(tab, `${wanted}-node`);
	}
}

/** The preview of an execution is a frame of its own. */
async function openInPreview(tab: Page, node: string): Promise<void> {
	const selector = `[data-test-id=canvas-node][data-node-name="${node}"]`;
	const TRIES = 20;
	for (let tries = 0; tries < TRIES; tries += 1) {
		for (const frame of tab.frames()) {
			const found = frame.locator(selector).first();
			if (!(await found.isVisible().catch(() => false))) continue;
			await found.dblclick();
			await sleep(2_500);
			return;
		}
		await sleep(500);
	}
	throw new Error(`The preview shows no node ${node}.`);
}

async function audit(tab: Page, demo: FabricDemo): Promise<void> {
	const [contact] = demo.simulators.wealthbox.people.list();
	if (contact === undefined)
		throw new Error('The simulated Wealthbox holds no client to ask about.');
	const workflow = deskWorkflow('who', {
		resource: 'audit',
		operation: 'whoChanged',
		clientBy: 'record',
		system: 'wealthbox',
		recordId: contact.id,
		field: 'jobTitle',
		lastOnly: false,
	});
	const id = await demo.n8n.addWorkflow(workflow);
	await fetch(`${demo.n8n.url}/webhook/who`, { method: 'POST' });
	await sleep(1_500);
	await panel(tab, demo, id, 'CRM Fabric', 'panel-crm-fabric');
	const [latest] = await demo.n8n.executions(id);
	await tab.goto(`${demo.n8n.url}/workflow/${id}/executions/${latest?.id}`);
	await sleep(4_000);
	await openInPreview(tab, 'CRM Fabric');
	await shoot(tab, 'audit');
}

main(process.argv[2]).catch((error: unknown) => {
	console.error(error);
	process.exitCode = 1;
});
