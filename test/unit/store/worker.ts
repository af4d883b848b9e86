/**
 * One of several processes on one store: takes in the same events as the others, carries whatever it
 * gets through the canvas, writes whatever it may claim. Says that it is ready, waits for a line on its
 * standard input, and prints in the end what it did as one line of JSON.
 *   node --import tsx worker.ts '<WorkerTask as JSON>'
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChangeEventInput } from '../../../lib/model/event';
import { Fabric } from '../../../lib/fabric';
import type { StoreLocation } from '../../../lib/store/location';
import { openBackend } from '../../../lib/store/open-backend';
import { Store } from '../../../lib/store/store';
import { registration } from '../support/hub';
import { memoryConnector } from '../support/memory-connector';
import { startSignal } from '../support/worker-processes';

export interface WorkerTask {
	location: StoreLocation;
	systems: string[];
	/** Batches of events of one system each; everybody takes in all of them. */
	batches: ChangeEventInput[][];
}

export interface WorkerReport {
	accepted: number;
	/** Ids of events, as they were given to this process. */
	emitted: string[];
	/** Ids of events that changed something when this process merged them. */
	merged: string[];
	/** `<delivery>/<attempt>` */
	claimed: string[];
	/** `<system>/<unified id>` */
	created: string[];
}

const MAX_ROUNDS = 2_000;
const PAUSE_MS = 10;
const AT_ONCE = 7;

async function main({ location, systems, batches }: WorkerTask): Promise<WorkerReport> {
	const store = await Store.open(await openBackend(location));
	const fabric = new Fabric(store, new Map([['memory', memoryConnector('memory')]]));
	const report: WorkerReport = { accepted: 0, emitted: [], merged: [], claimed: [], created: [] };
	for (const [index, name] of systems.entries()) {
		await fabric.registerSystem(registration(name, index));
	}
	await startSignal();
	for (const events of batches) {
		const [{ system } = { system: '' }] = events;
		const taken = await fabric.accept(system, { events, cursor: null, complete: false });
		report.accepted += taken.accepted;
		await work(fabric, systems, report);
	}
	for (const system of systems) {
		await fabric.accept(system, { events: [], cursor: null, complete: true });
	}
	for (let round = 0; round < MAX_ROUNDS; round += 1) {
		if (!(await work(fabric, systems, report)) && (await isQuiet(fabric))) break;
		await sleep(PAUSE_MS);
	}
	await fabric.close();
	return report;
}

async function work(fabric: Fabric, systems: string[], report: WorkerReport): Promise<boolean> {
	let worked = false;
	for (const system of systems) {
		worked = (await carry(fabric, system, report)) || worked;
		worked = (await write(fabric, system, report)) || worked;
	}
	return worked;
}

async function carry(fabric: Fabric, system: string, report: WorkerReport): Promise<boolean> {
	const batch = await fabric.nextEvents(system, AT_ONCE);
	if (batch === undefined) return false;
	const events = batch.items.map(({ event }) => event);
	report.emitted.push(...events.map(({ eventId }) => eventId));
	await fabric.resolve(events);
	for (const { event, outcome } of await fabric.merge(events, [])) {
		if (outcome === 'applied') report.merged.push(event.eventId);
	}
	await fabric.finishEvents(system, batch.id, { ok: true });
	// A process that is never waited for does it all: SQLite's others poll for the lock.
	await sleep(PAUSE_MS);
	return true;
}

async function write(fabric: Fabric, system: string, report: WorkerReport): Promise<boolean> {
	const jobs = await fabric.claim(system, AT_ONCE);
	const results = jobs.map((job) => {
		report.claimed.push(`${job.deliveryId}/${job.attempt}`);
		if (job.operation === 'create') report.created.push(`${system}/${job.unifiedId}`);
		const crmId = job.crmId ?? `${system}-${job.unifiedId}`;
		const confirmedAt = new Date().toISOString();
		const done = { status: 'confirmed', crmId, known: job.changes, confirmedAt, calls: 1 } as const;
		return { deliveryId: job.deliveryId, claimToken: job.claimToken, outcome: done };
	});
	if (results.length > 0) await fabric.recordResults(results);
	return results.length > 0;
}

async function isQuiet(fabric: Fabric): Promise<boolean> {
	const { inbox, deliveries, systems } = await fabric.desk.metrics();
	const waiting = ['pending', 'emitted', 'open', 'claimed'];
	const isWaiting = [...inbox, ...deliveries].some(({ state }) => waiting.includes(state));
	return !isWaiting && systems.every(({ ready }) => ready);
}

if (require.main === module)
	void main(JSON.parse(process.argv[2] ?? '') as WorkerTask).then((report) =>
		process.stdout.write(`${JSON.stringify(report)}\n`),
	);
