/** A demo in a folder of its own, and the small workflows that the end-to-end tests call over HTTP. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FabricDemo, type DemoOptions } from '../../scripts/demo/fabric-demo';
import type { JsonObject } from '../../scripts/n8n-instance';

/** First start of n8n on a fresh folder, first read of three CRMs, and room for a slow machine. */
export const START_LIMIT_MS = 300_000;

export async function startDemo(options: Omit<DemoOptions, 'folder'>): Promise<FabricDemo> {
	const folder = await mkdtemp(join(tmpdir(), 'crm-fabric-e2e-'));
	return FabricDemo.start({ ...options, folder });
}

export async function endDemo(demo: FabricDemo | undefined): Promise<void> {
	await demo?.stop();
	if (demo !== undefined) await rm(demo.options.folder, { recursive: true, force: true });
}

/** Only what fails takes so long; a loaded machine may need many times the usual seconds. */
export const WAIT_LIMIT_MS = 180_000;

export async function until(
	what: string,
	holds: () => boolean | Promise<boolean>,
	limitMs = WAIT_LIMIT_MS,
): Promise<void> {
	const end = Date.now() + limitMs;
	while (Date.now() < end) {
		if (await holds()) return;
		await sleep(100);
	}
	throw new Error(`Waited ${limitMs / 1000} s in vain until ${what}.`);
}

/** A workflow that answers `POST /webhook/<path>` with what one CRM Fabric node puts out. */
export function deskWorkflow(path: string, parameters: JsonObject): JsonObject {
	return {
		name: `Desk ${path}`,
		active: false,
		settings: { executionOrder: 'v1' },
		nodes: [
			{
				id: 'hook',
				name: 'Webhook',
				type: 'n8n-nodes-base.webhook',
				typeVersion: 2,
				position: [0, 0],
				webhookId: `desk-${path}`,
				parameters: {
					path,
					httpMethod: 'POST',
					responseMode: 'lastNode',
					responseData: 'allEntries',
					options: {},
				},
			},
			{
				id: 'fabric',
				name: 'CRM Fabric',
				alwaysOutputData: true,
				type: 'n8n-nodes-crm-fabric.crmFabric',
				typeVersion: 1,
				position: [220, 0],
				parameters,
				credentials: { crmFabricStoreApi: { id: 'demoStore', name: 'CRM Fabric Store (demo)' } },
			},
		],
		connections: { Webhook: { main: [[{ node: 'CRM Fabric', type: 'main', index: 0 }]] } },
	};
}

/** Calls a desk workflow; the answer is the node's items. */
export async function ask(
	demo: FabricDemo,
	path: string,
	body: JsonObject = {},
): Promise<JsonObject[]> {
	const answer = await fetch(`${demo.n8n.url}/webhook/${path}`, {
		method: 'POST',
		headers: { 'Content-Type': 'application/json' },
		body: JSON.stringify(body),
	});
	const text = await answer.text();
	if (!answer.ok)
		throw new Error(`The desk workflow ${path} answered ${answer.status}: ${text.slice(0, 500)}`);
	const parsed: unknown = JSON.parse(text);
	return Array.isArray(parsed) ? (parsed as JsonObject[]) : [parsed as JsonObject];
}
