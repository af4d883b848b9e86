/**
 * What n8n does in a first load, in a process of its own that may be killed at any point: the CRM nodes read,
 * the plan is made and approved, the delivery trigger carries it on. Prints a line of JSON now and then,
 * and ends when the load has ended.
 *   node --import tsx process.ts '<LoadTask as JSON>'
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createRateBudget } from '../../lib/connectors/budget';
import { handedOutTogether } from '../../lib/connectors/capability';
import type { Connector, ConnectorContext, Json } from '../../lib/connectors/connector';
import { deliverAndLook, deliverManyAndLook } from '../../lib/connectors/deliver-and-look';
import { fetchPort } from '../../lib/connectors/fetch-port';
import { notesOf } from '../../lib/connectors/notes';
import { connectors } from '../../lib/connectors';
import { readSystem } from '../../lib/backfill/read-system';
import { Fabric } from '../../lib/fabric';
import type { DeliveryJob, DeliveryOutcome } from '../../lib/model/delivery';
import { openSqlite } from '../../lib/store/sqlite/dialect';
import { Store } from '../../lib/store/store';
import type { Crm } from '../../scripts/demo/agreement';
import { officeMap, OFFICE_SETTINGS } from '../../test/e2e/office';
import { inLanes } from '../../nodes/shared/crm/fabric/lanes';

export interface LoadTask {
	store: string;
	systems: Array<{ kind: Crm; url: string; headers: Record<string, string> }>;
	/** Households, notes, ... are loaded, too. */
	withObjects: boolean;
	/** Salesforce's setting of that name. */
	bulkAbove: number;
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
	kind: Crm;
	connector: Connector;
	context: ConnectorContext;
}

async function main({ store: path, systems, withObjects, bulkAbove }: LoadTask): Promise<void> {
	const fabric = new Fabric(await Store.open(openSqlite(path)), connectors);
	const own = { ...KEYED, bulkAbove };
	const lanes = systems.map((system) => laneOf(fabric, system, { withObjects, own }));
	for (const lane of lanes) await register(fabric, lane, withObjects);
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

/** With it creates can be upserts, and so go in bulk. */
const KEYED = { externalIdField: 'Fabric_Id__c' };

interface LaneSettings {
	withObjects: boolean;
	/** Salesforce's. */
	own: Record<string, Json>;
}

function laneOf(
	fabric: Fabric,
	{ kind, url, headers }: LoadTask['systems'][number],
	{ withObjects, own }: LaneSettings,
): Lane {
	const connector = connectors.get(kind);
	if (connector === undefined) throw new Error(kind);
	const now = Date.now;
	const pause = (ms: number) => sleep(ms);
	const context: ConnectorContext = {
		system: kind,
		http: fetchPort({ baseUrl: url, headers: () => headers }),
		now,
		sleep: pause,
		settings: {
			...{ ...connector.defaultSettings, ...(withObjects ? OFFICE_SETTINGS[kind] : {}) },
			...{ callsPerWindow: FREE.calls, windowSeconds: 1 },
			...(kind === 'salesforce' ? own : {}),
		},
		budget: createRateBudget({ ...FREE, now, sleep: pause }),
		notes: notesOf(fabric.budgets, kind),
		log: () => undefined,
	};
	return { kind, connector, context };
}

/** As its trigger does that starts with the planned first load. */
async function register(
	fabric: Fabric,
	{ connector, context: { settings }, kind: name }: Lane,
	withObjects: boolean,
) {
	const fieldMap = withObjects ? officeMap(name) : connector.defaultFieldMap;
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
	const { signal } = new AbortController();
	const systems = await fabric.systems();
	for (const { connector, context } of lanes) {
		const fieldMap = systems.find(({ name }) => name === context.system)?.fieldMap ?? [];
		const asked = { connector, context, fieldMap, run, again: false, signal };
		await readSystem(fabric.backfill, asked);
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
	const most = Math.max(BATCH, handedOutTogether(lane.connector, lane.context.settings));
	while (!(await isOver(fabric, run))) {
		const jobs = await fabric.claim(lane.context.system, most);
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
	const writes = Object.values(findings).flatMap((found) => Object.values(found.writes));
	const line: LoadLine = {
		phase,
		page,
		pages,
		written: systems.reduce((sum, { written: count }) => sum + count, 0),
		remaining: systems.reduce((sum, { remaining }) => sum + remaining, 0),
		matched: findings.contact?.matched ?? 0,
		creates: writes.reduce((sum, { creates }) => sum + creates, 0),
		updates: writes.reduce((sum, { updates }) => sum + updates, 0),
		estimatedCalls: Object.fromEntries(estimates.map(({ system, calls }) => [system, calls])),
		memory: Math.round(process.memoryUsage().rss / 2 ** 20),
	};
	process.stdout.write(`${JSON.stringify(line)}\n`);
}

void main(JSON.parse(process.argv[2] ?? '{}') as LoadTask);
