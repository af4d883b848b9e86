/**
 * One of two processes, each of which sees the clients of its own CRM for the first time, one after
 * another. Prints in the end whom it made as one line of JSON.
 *   node --import tsx sighting-worker.ts '<SightingTask as JSON>'
 */
import { createHash } from 'node:crypto';
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
const HEADS = 'Bram Cor Dun Fitz Glen Hux Kings Lang Mont Nor Pem Rutt Stav Thorn Wy Zell'.split(
	' ',
);
const TAILS = 'bury combe dale ford gate hurst land more ness quist ridge shaw thwaite wick'.split(
	' ',
);

const two = (number: number) => String(number).padStart(2, '0');
const mailbox = (client: number) =>
	createHash('sha256').update(`client ${client}`).digest('hex').slice(0, 14);

/** Nobody is anybody's namesake, up to 2,240 of them, nor has an address or birth date like another's. */
function seen(system: string, client: number): ChangeEventInput {
	const firstName = FIRST[client % FIRST.length] ?? '';
	const family = Math.floor(client / FIRST.length);
	const head = HEADS[family % HEADS.length] ?? '';
	const lastName = `${head}${TAILS[Math.floor(family / HEADS.length) % TAILS.length] ?? ''}`;
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
			birthDate: `${1930 + ((client * 29) % 67)}-${two(1 + ((client * 5) % 12))}-${two(1 + ((client * 11) % 28))}`,
			emails: [{ address: `${mailbox(client)}@example.com` }],
			phones: [{ number: `+1207555${String((client * 7_919) % 10_000).padStart(4, '0')}` }],
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
