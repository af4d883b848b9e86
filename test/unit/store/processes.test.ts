/** Several processes share one store: each event is merged once, each delivery claimed once, each client known once. */
import { join } from 'node:path';
import { verifyAudit } from '../../../lib/history/verify';
import type { ChangeEventInput } from '../../../lib/model/event';
import { Store } from '../../../lib/store/store';
import { emptyStore, STORE_KINDS } from '../../support/stores';
import { START, iso } from '../support/hub';
import { runWorkers as runProcesses } from '../support/worker-processes';
import type { WorkerReport, WorkerTask } from './worker';

const PROCESSES = 3;
const CLIENTS = 12;
const SYSTEMS = ['wealthbox', 'redtail', 'salesforce'];
const NAMES = 'Ada Bo Cy Dee Eli Fay Gus Hal Ivy Jo Kit Lea'.split(' ');
const FAMILIES =
	'Hale Quill Ostrom Vance Brandt Ellery Pike Sorrel Umber Thorne Wexley Yarrow'.split(' ');

/** All of them at the same time. */
function runWorkers(task: WorkerTask): Promise<WorkerReport[]> {
	const tasks = Array.from({ length: PROCESSES }, () => task);
	return runProcesses(join(__dirname, 'worker.ts'), tasks);
}

function event(system: string, client: number, version: number): ChangeEventInput {
	const at = iso(START + version * 1_000);
	return {
		eventId: `${system}:${client}:${version}`,
		system,
		object: 'contact',
		crmId: `${client}`,
		change: 'upsert',
		kind: 'snapshot',
		fields: {
			firstName: NAMES[client] ?? '',
			lastName: FAMILIES[client] ?? '',
			emails: [{ address: `${NAMES[client]}.${FAMILIES[client]}@example.com`.toLowerCase() }],
			jobTitle: `${system} ${version}`,
		},
		editedAt: at,
		readAt: at,
		receivedAt: at,
	};
}

/** The same clients in two systems, and edits of them; the third gets them from the fabric. */
function batches(): ChangeEventInput[][] {
	const clients = Array.from({ length: CLIENTS }, (_, client) => client);
	return [1, 2, 3].flatMap((version) =>
		['wealthbox', 'redtail'].map((system) =>
			clients.map((client) => event(system, client, version)),
		),
	);
}

const repeated = (items: string[]) => items.filter((item, index) => items.indexOf(item) !== index);

test.each(STORE_KINDS)(
	'%s',
	async (kind) => {
		const place = await emptyStore(kind);
		const task: WorkerTask = { location: place.location, systems: SYSTEMS, batches: batches() };
		const reports = await runWorkers(task);
		const all = (key: 'emitted' | 'merged' | 'claimed' | 'created') =>
			reports.flatMap((report) => report[key]);

		expect(repeated(all('emitted'))).toEqual([]);
		expect(repeated(all('merged'))).toEqual([]);
		expect(repeated(all('claimed'))).toEqual([]);
		expect(repeated(all('created'))).toEqual([]);
		const accepted = reports.reduce((sum, report) => sum + report.accepted, 0);
		expect(all('emitted')).toHaveLength(accepted);
		expect(all('merged').length).toBeGreaterThan(2 * CLIENTS);
		expect(all('created').filter((one) => one.startsWith('salesforce/'))).toHaveLength(CLIENTS);
		// It says nothing if one process did all of it.
		expect(reports.filter(({ emitted }) => emitted.length > 0).length).toBeGreaterThan(1);

		const store = await Store.open(await place.backend());
		const ids = await store.read((tx) => tx.identity.page(null, 1_000));
		const links = await store.read((tx) => tx.identity.linksOf(ids));
		expect(ids).toHaveLength(CLIENTS);
		expect(links).toHaveLength(CLIENTS * SYSTEMS.length);
		expect(await verifyAudit(store)).toMatchObject({ ok: true });
		await store.close();
		await place.remove();
	},
	120_000,
);
