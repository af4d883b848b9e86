/** What is done in the browser's tab to take a picture of n8n. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import type { FabricDemo } from './demo/fabric-demo';

export const FOLDER = join(__dirname, '..', 'docs', 'images');

export async function shoot(tab: Page, name: string): Promise<void> {
	await tab.screenshot({ path: join(FOLDER, `${name}.png`) });
	console.log(`${name}.png`);
}

export async function signIn(tab: Page, demo: FabricDemo): Promise<void> {
	await tab.goto(`${demo.n8n.url}/signin`);
	await tab.fill('input[name=emailOrLdapLoginId]', demo.owner.email);
	await tab.fill('input[type=password]', demo.owner.password);
	await tab.keyboard.press('Enter');
	await tab.waitForURL((address) => !address.pathname.includes('signin'));
}

export async function open(tab: Page, demo: FabricDemo, workflowId: string): Promise<void> {
	await tab.goto(`${demo.n8n.url}/workflow/${workflowId}`);
	await tab.waitForSelector('[data-test-id=canvas-node]');
	await sleep(2_500);
}

export async function panel(
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
	await loaded(tab);
	await shoot(tab, picture);
}

/** What a panel asks a CRM for takes its time. */
export async function loaded(tab: Page): Promise<void> {
	await sleep(2_500);
	await tab.waitForFunction('!/Fetching|Loading/.test(document.body.innerText)');
	await sleep(500);
}

/** Brings the part of a panel that begins with this label into the picture. */
export async function scrollTo(tab: Page, label: string): Promise<void> {
	await tab.getByText(label, { exact: true }).first().scrollIntoViewIfNeeded();
	await tab
		.getByText(label, { exact: true })
		.first()
		.evaluate((part) => part.scrollIntoView());
	await sleep(500);
}

const MOST_TURNS = 40;
const WHEEL_TURN = 400;

/** What a node gave as a tree of names and values, with the part of this name at the top. */
export async function outputAsTree(tab: Page, name: string): Promise<void> {
	for (const frame of tab.frames()) {
		const output = frame.locator('[data-test-id=output-panel]');
		if (!(await output.isVisible().catch(() => false))) continue;
		await output.locator('[data-test-id=radio-button-schema]').click();
		const part = output.getByText(name, { exact: true }).first();
		await output.hover();
		// Only what is near the visible part of the tree is in the page.
		for (let turns = 0; turns < MOST_TURNS && !(await part.isVisible()); turns += 1) {
			await tab.mouse.wheel(0, WHEEL_TURN);
			await sleep(200);
		}
		await part.evaluate((element) => element.scrollIntoView());
		await sleep(500);
		return;
	}
	throw new Error('No output of a node is open.');
}

/** The preview of an execution is a frame of its own, which takes its time. */
export async function inPreview(tab: Page, node: string): Promise<Locator> {
	const selector = `[data-test-id=canvas-node][data-node-name="${node}"]`;
	const TRIES = 120;
	for (let tries = 0; tries < TRIES; tries += 1) {
		for (const frame of tab.frames()) {
			const found = frame.locator(selector).first();
			if (!(await found.isVisible().catch(() => false))) continue;
			await sleep(2_500);
			return found;
		}
		await sleep(500);
	}
	throw new Error(`The preview shows no node ${node}.`);
}
