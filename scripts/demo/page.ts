/** The demo's page: the three CRMs side by side, editable, served beside them. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { FabricDemo } from './fabric-demo';

export interface Page {
	url: string;
	stop: () => Promise<void>;
}

/** `port` 0: any free one. */
export async function startPage(demo: FabricDemo, port: number): Promise<Page> {
	const { wealthbox, redtail, salesforce } = demo.simulators;
	const settings = {
		crms: [
			{ kind: 'wealthbox', name: 'Wealthbox', origin: new URL(wealthbox.url).origin },
			{ kind: 'redtail', name: 'Redtail', origin: new URL(redtail.url).origin },
			{ kind: 'salesforce', name: 'Salesforce', origin: new URL(salesforce.url).origin },
		],
		n8n: demo.workflowUrl,
	};
	const html = readFileSync(join(__dirname, 'page.html'), 'utf8').replace(
		'{{settings}}',
		JSON.stringify(settings),
	);
	const server = createServer((request, response) => {
		const found = request.url === '/';
		response.writeHead(found ? 200 : 404, { 'Content-Type': 'text/html; charset=utf-8' });
		response.end(found ? html : 'Not found');
	});
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(port, '127.0.0.1', resolve);
	});
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
		stop: () =>
			new Promise<void>((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}
