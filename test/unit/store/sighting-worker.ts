/**
 * One of two processes, each of which sees the clients of its own CRM for the first time, one after
 * another. Prints in the end whom it made as one line of JSON.
 *   node --import tsx sighting-worker.ts '<SightingTask as JSON>'
 */
import { Fabric } from '../../../lib/fabric';
import type { ChangeEventInput } from '../../../lib/model/event';
import type { StoreLocation } from '../../../lib/store/location';
import { openBackend } from '../../../lib/store/open-backend';
import { Store } from '../../../lib/store/store';
import { iso, START } from '../support/hub';
import { memoryConnector } from '../support/memory-connector';
import { startSignal } from '../support/worker-processes';

export interface SightingTask {
	location: StoreLocation;
	system: string;
	/** How many it sees. */
	clients: number;
}

export interface SightingReport {
	created: number;
	linked: number;
}

const FIRST = 'Ada Bo Cyril Dee Eli Fay Gus Hal Ivy Jo'.split(' ');
const LAST = 'Hale Quill Ostrom Vance Brandt Ellery Pike Sorrel Umber Thorne Wexley'.split(' ');

/** Nobody is anybody's namesake. */
function seen(system: string, client: number): ChangeEventInput {
	const round = Math.floor(client / (FIRST.length * LAST.length));
	const firstName = FIRST[client % FIRST.length] ?? '';
	const lastName = `${LAST[Math.floor(client / FIRST.length) % LAST.length]}${'son'.repeat(round)}`;
	const at = iso(START + client);
	return {
		eventId: `${system}:${client}`,
		system,
		object: 'contact',
		crmId: `${client}`,
		change: 'upsert',
		kind: 'snapshot',
		fields: {
			firstName,
			lastName,
			emails: [{ address: `${firstName}.${lastName}@example.com`.toLowerCase() }],
			phones: [{ number: `+1207555${String(client).padStart(4, '0')}` }],
		},
		editedAt: at,
		readAt: at,
		receivedAt: at,
	};
}

async function main({ location, system, clients }: SightingTask): Promise<SightingReport> {
	const store = await Store.open(await openBackend(location));
	const fabric = new Fabric(store, new Map([['memory', memoryConnector('memory')]]));
	const report: SightingReport = { created: 0, linked: 0 };
	await startSignal();
	for (let client = 0; client < clients; client += 1) {
		const event = seen(system, client);
		await fabric.accept(system, { events: [event], cursor: null, complete: false });
		const batch = await fabric.nextEvents(system, 1);
		if (batch === undefined) throw new Error('What was accepted is not due.');
		const taken = batch.items.map((item) => item.event);
		const [decided] = await fabric.resolve(taken);
		if (decided?.decision === 'created') report.created += 1;
		if (decided?.decision === 'linked') report.linked += 1;
		if (decided?.decision !== 'review') await fabric.merge(taken, []);
		await fabric.finishEvents(system, batch.id, { ok: true });
	}
	await fabric.close();
	return report;
}

if (require.main === module)
	void main(JSON.parse(process.argv[2] ?? '') as SightingTask).then((report) =>
		process.stdout.write(`${JSON.stringify(report)}\n`),
	);
