/**
 * Takes the pictures in docs/images from a running demo, for people to look at before they are
 * committed: `npm run screenshots` (needs Debian's chromium; set CHROMIUM to use another), or only
 * those of the review queue: `npm run screenshots -- review` (`first-load`; `objects`: the panel with all
 * objects; `mapping`: the panels of mappings; `execution`: executions and the audit's answer).
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
import { contactPanel, mappingPanel, objectsPanel, savePanel } from './panel-screenshots';
import { reviewPictures } from './review-screenshots';
import {
	FOLDER,
	inPreview,
	loaded,
	open,
	outputAsTree,
	panel,
	shoot,
	signIn,
} from './screenshot-tab';

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
	const parts = ['execution', 'mapping', 'objects', undefined];
	if (parts.includes(only)) await syncPictures(only);
	if (only === undefined || only === 'review') await reviewPictures(FOLDER, shoot);
	if (only === undefined || only === 'first-load') await firstLoadPictures(FOLDER);
}

async function syncPictures(only: string | undefined): Promise<void> {
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
		if (only !== undefined) {
			await signIn(tab, demo);
			if (only === 'objects') return await objectsPanel(tab, demo);
			if (only === 'execution') {
				await execution(tab, demo);
				return await audit(tab, demo);
			}
			await mappingPanel(tab, demo);
			return await savePanel(tab, demo);
		}
		await demoPage(tab, page.url);
		await signIn(tab, demo);
		await canvas(tab, demo);
		for (const name of PANELS) await panel(tab, demo, WORKFLOW_ID, name, `panel-${slug(name)}`);
		await contactPanel(tab, demo);
		await mappingPanel(tab, demo);
		await savePanel(tab, demo);
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
	const LIMIT = 1_500;
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

/** A person edits a client in Salesforce; both arrivals are told on the right. */
async function demoPage(tab: Page, url: string): Promise<void> {
	await tab.goto(url);
	const title = tab.getByLabel('jobTitle in Salesforce').first();
	await title.fill('Chief Planner');
	await title.press('Enter');
	await tab.waitForFunction("document.querySelectorAll('#log li').length >= 4");
	await sleep(200);
	await shoot(tab, 'demo');
}

async function canvas(tab: Page, demo: FabricDemo): Promise<void> {
	await open(tab, demo, WORKFLOW_ID);
	await tab.keyboard.press('1');
	await sleep(1_500);
	await shoot(tab, 'canvas');
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
	for (const { id } of executions.slice(0, 20)) {
		const data = JSON.stringify(await demo.n8n.executionData(id));
		const wanted = data.includes('Field Merge') ? 'execution-in' : 'execution-out';
		// Our own write that comes back decides nothing: no picture of that.
		if (wanted === 'execution-in' && !data.includes('"applied"')) continue;
		if (!pictures.includes(wanted)) continue;
		pictures.splice(pictures.indexOf(wanted), 1);
		await tab.goto(`${demo.n8n.url}/workflow/${WORKFLOW_ID}/executions/${id}`);
		const node = await inPreview(
			tab,
			wanted === 'execution-in' ? 'Field Merge' : 'Delivery Result',
		);
		await shoot(tab, wanted);
		await node.dblclick();
		await loaded(tab);
		if (wanted === 'execution-in') await outputAsTree(tab, 'merge');
		await shoot(tab, `${wanted}-node`);
	}
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
	await (await inPreview(tab, 'CRM Fabric')).dblclick();
	await loaded(tab);
	await outputAsTree(tab, 'at');
	await shoot(tab, 'audit');
}

main(process.argv[2]).catch((error: unknown) => {
	console.error(error);
	process.exitCode = 1;
});
