/**
 * What n8n does in a first load, in a process of its own that may be killed at any point: the CRM nodes read,
 * the plan is made and approved, the delivery trigger carries it on. Prints a line of JSON now and then,
 * and ends when the load has ended.
 *   node --import tsx process.ts '<LoadTask as JSON>'
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createRateBudget } from '../../lib/connectors/budget';
import type { Connector, ConnectorContext } from '../../lib/connectors/connector';
import { deliverAndLook, deliverManyAndLook } from '../../lib/connectors/deliver-and-look';
import { fetchPort } from '../../lib/connectors/fetch-port';
import { connectors } from '../../lib/connectors';
import { Fabric } from '../../lib/fabric';
import type { DeliveryJob, DeliveryOutcome } from '../../lib/model/delivery';
import { openSqlite } from '../../lib/store/sqlite/dialect';
import { Store } from '../../lib/store/store';
import { inLanes } from '../../nodes/shared/crm/fabric/lanes';

export interface LoadTask {
	store: string;
	systems: Array<{ kind: string; url: string; headers: Record<string, string> }>;
}

export interface LoadLine {
	phase: string;
	page: number;
	pages: number;
	written: number;
	remaining: number;
	/** Of the plan. */
	matched: number;
	creates: number;
	updates: number;
	estimatedCalls: Record<string, number>;
	/** MB */
	memory: number;
}

const FREE = { calls: 1_000_000, windowMs: 1_000 };
const CONCURRENCY = 8;
const BATCH = 200;
const LOOK_AGAIN_MS = 100;
const TELL_EVERY_MS = 500;

interface Lane {
	connector: Connector;
	context: ConnectorContext;
}

async function main({ store: path, systems }: LoadTask): Promise<void> {
	const fabric = new Fabric(await Store.open(openSqlite(path)), connectors);
	const lanes = systems.map(laneOf);
	for (const { connector, context } of lanes) await register(fabric, connector, context);
	const run = await fabric.backfill.list(1).then(([last]) => last);
	const id = run === undefined || run.phase === 'reading' ? await read(fabric, lanes) : run.run;
	const telling = setInterval(() => void tell(fabric, id), TELL_EVERY_MS);
	if (['reading', 'placing', 'trying'].includes((await fabric.backfill.progress(id)).phase)) {
		await fabric.backfill.plan(id, { terms: { fieldRules: [] }, filters: [] });
		await tell(fabric, id);
	}
	if ((await fabric.backfill.progress(id)).phase === 'planned') await fabric.backfill.start(id, {});
	await Promise.all([carryOn(fabric, id), ...lanes.map((lane) => deliver(fabric, id, lane))]);
	clearInterval(telling);
	await tell(fabric, id);
	await fabric.close();
}

function laneOf({ kind, url, headers }: LoadTask['systems'][number]): Lane {
	const connector = connectors.get(kind);
	if (connector === undefined) throw new Error(kind);
	const now = Date.now;
	const pause = (ms: number) => sleep(ms);
	const context: ConnectorContext = {
		system: kind,
		http: fetchPort({ baseUrl: url, headers: () => headers }),
		now,
		sleep: pause,
		settings: { ...connector.defaultSettings, callsPerWindow: FREE.calls, windowSeconds: 1 },
		budget: createRateBudget({ ...FREE, now, sleep: pause }),
		log: () => undefined,
	};
	return { connector, context };
}

/** As its trigger does that starts with the planned first load. */
async function register(fabric: Fabric, connector: Connector, { settings }: ConnectorContext) {
	const { kind: name, defaultFieldMap: fieldMap } = connector;
	const isKnown = (await fabric.systems()).some((system) => system.name === name);
	await fabric.registerSystem({
		name,
		connector: name,
		priority: ['redtail', 'wealthbox', 'salesforce'].indexOf(name),
		fieldMap,
		settings,
		creates: true,
		gonePolicy: 'unlink',
		awaitsLoad: true,
	});
	if (!isKnown) await fabric.accept(name, { events: [], cursor: 'now', complete: true });
}

async function read(fabric: Fabric, lanes: readonly Lane[]): Promise<string> {
	const { run } = await fabric.backfill.begin();
	for (const { connector, context } of lanes) {
		const place = await fabric.backfill.beginReading(run, context.system);
		if (place.isDone) continue;
		let position = place.position;
		const pages = connector.readAll(context, {
			fieldMap: connector.defaultFieldMap,
			from: position as never,
			onPage: (next) => (position = next),
			signal: new AbortController().signal,
		});
		for await (const events of pages) await fabric.backfill.stage({ ...place, position, events });
		await fabric.backfill.endReading(place);
	}
	return run;
}

async function isOver(fabric: Fabric, run: string): Promise<boolean> {
	const [last] = (await fabric.desk.runs('backfill', 1)).filter(({ id }) => id === run);
	return last?.state !== 'running';
}

async function carryOn(fabric: Fabric, run: string): Promise<void> {
	while (!(await isOver(fabric, run))) {
		if (!(await fabric.backfill.advance())) await sleep(LOOK_AGAIN_MS);
	}
}

async function deliver(fabric: Fabric, run: string, lane: Lane): Promise<void> {
	while (!(await isOver(fabric, run))) {
		const jobs = await fabric.claim(lane.context.system, BATCH);
		if (jobs.length === 0) {
			await sleep(LOOK_AGAIN_MS);
			continue;
		}
		const outcomes = await written(lane, jobs);
		const reports = jobs.map(({ deliveryId, claimToken }, place) => ({
			deliveryId,
			claimToken,
			outcome: outcomes[place] as DeliveryOutcome,
		}));
		await fabric.recordResults(reports);
	}
}

async function written(
	{ connector, context }: Lane,
	jobs: readonly DeliveryJob[],
): Promise<DeliveryOutcome[]> {
	const together = await deliverManyAndLook(connector, context, jobs);
	if (together !== undefined) return together;
	const write = (job: DeliveryJob) => deliverAndLook(connector, context, job);
	return inLanes(jobs, ({ unifiedId }) => unifiedId, CONCURRENCY, write);
}

async function tell(fabric: Fabric, run: string): Promise<void> {
	const { phase, page, pages, systems, findings, estimates } = await fabric.backfill.progress(run);
	const writes = Object.values(findings.writes);
	const line: LoadLine = {
		phase,
		page,
		pages,
		written: systems.reduce((sum, { written: count }) => sum + count, 0),
		remaining: systems.reduce((sum, { remaining }) => sum + remaining, 0),
		matched: findings.matched,
		creates: writes.reduce((sum, { creates }) => sum + creates, 0),
		updates: writes.reduce((sum, { updates }) => sum + updates, 0),
		estimatedCalls: Object.fromEntries(estimates.map(({ system, calls }) => [system, calls])),
		memory: Math.round(process.memoryUsage().rss / 2 ** 20),
	};
	process.stdout.write(`${JSON.stringify(line)}\n`);
}

void main(JSON.parse(process.argv[2] ?? '{}') as LoadTask);
