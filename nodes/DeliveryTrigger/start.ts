/** Runs a lane for every system of the store, also for those that appear later. */
import type { ITriggerFunctions, ITriggerResponse } from 'n8n-workflow';
import { handedOutTogether, writesAtOnce, type Fabric, type SystemRow } from '../../lib';
import { sleep } from '../shared/connector-context';
import { closeWithin } from '../shared/trigger/closing';
import { STORE_BACKOFF, untilDone } from '../shared/trigger/retrying';
import { carryBackfillsOn } from './backfills';
import { deliverBatch, runLane, type LaneOptions } from './lane';
import { DEFAULT_BATCH_SIZE, DEFAULT_TIMEOUT_MINUTES } from './properties';

type LaneSettings = Pick<LaneOptions, 'executionTimeoutMs'> & {
	/** Deliveries per Execution of the panel. */
	batchSize: number;
	/** Empty: all systems. */
	systems: string[];
};

export function startDeliveryTrigger(context: ITriggerFunctions, fabric: Fabric): ITriggerResponse {
	const settings = readSettings(context);
	if (context.getMode() === 'manual') {
		// No closeFunction: n8n calls it before the nodes behind run, and the claims live on with those.
		return { manualTriggerFunction: async () => await deliverSample(context, fabric, settings) };
	}
	const controller = new AbortController();
	const { signal } = controller;
	const work = Promise.all([
		runLanes(context, fabric, settings, signal),
		carryBackfillsOn(context, fabric, signal),
	]);
	return { closeFunction: async () => await closeWithin(controller, work) };
}

const NEW_SYSTEMS_EVERY_MS = 1_000;

/** Runs until `stop` aborts and every lane has ended. Never rejects. */
async function runLanes(
	context: ITriggerFunctions,
	fabric: Fabric,
	settings: LaneSettings,
	stop: AbortSignal,
): Promise<void> {
	const lanes = new Map<string, Promise<void>>();
	const onFailure = (error: unknown) =>
		context.logger.warn('The store did not tell which systems there are; trying again', {
			reason: error instanceof Error ? error.message : String(error),
		});
	const retry = { stop, backoff: STORE_BACKOFF, onFailure };
	// Their settings change while the lanes run.
	const known = new Map<string, SystemRow>();
	while (!stop.aborted) {
		const rows = (await untilDone(async () => await systemsOf(fabric, settings), retry)) ?? [];
		for (const row of rows) {
			const { name: system } = row;
			known.set(system, row);
			if (lanes.has(system)) continue;
			const together = () => togetherIn(fabric, known.get(system) ?? row);
			lanes.set(system, runAll({ ...settings, context, fabric, system, stop }, together));
		}
		await sleep(NEW_SYSTEMS_EVERY_MS, stop);
	}
	await Promise.all(lanes.values());
}

/** A batch of single writes that can wait is short, so that nothing is held up by many of them. */
const MOST_THAT_WAIT = 20;

/** A retry has a lane of its own, so that it does not stand behind many a backfill's writes. */
async function runAll(
	options: Omit<LaneOptions, 'batchSize'> & LaneSettings,
	together: () => Together,
): Promise<void> {
	const { batchSize: size } = options;
	await Promise.all([
		runLane({ ...options, urgencies: ['live'], batchSize: () => size }),
		runLane({
			...options,
			urgencies: ['retry'],
			batchSize: () => sizeOf(size, together().inOneCall),
		}),
		runLane({
			...options,
			urgencies: ['backfill'],
			batchSize: () => sizeOf(size, together().atMost),
		}),
	]);
}

/** Deliveries that are written together. */
interface Together {
	/** In the calls of one collection. */
	inOneCall: number;
	/** In whatever way the CRM has for many. */
	atMost: number;
}

/** What is written together goes together, unless the panel asks for smaller executions than usual. */
function sizeOf(size: number, together: number): number {
	if (together === 1) return Math.min(MOST_THAT_WAIT, size);
	return size < DEFAULT_BATCH_SIZE ? size : Math.max(together, size);
}

function togetherIn(fabric: Fabric, { connector: kind, settings }: SystemRow): Together {
	const connector = fabric.connector(kind);
	const inOneCall = writesAtOnce(connector, settings);
	return { inOneCall, atMost: handedOutTogether(connector, settings) };
}

async function systemsOf(fabric: Fabric, { systems }: LaneSettings): Promise<SystemRow[]> {
	const rows = await fabric.systems();
	return systems.length === 0 ? rows : rows.filter(({ name }) => systems.includes(name));
}

const SAMPLE_SIZE = 3;

/**
 * For the editor's test step. It really claims: a write without a claim would go out a second time.
 * The end of the test run gives back what no Delivery Result answered.
 */
async function deliverSample(
	context: ITriggerFunctions,
	fabric: Fabric,
	settings: LaneSettings,
): Promise<void> {
	const { signal: stop } = new AbortController();
	const size = Math.min(SAMPLE_SIZE, settings.batchSize);
	for (const { name: system } of await systemsOf(fabric, settings)) {
		const jobs = await fabric.claim(system, size);
		if (jobs.length === 0) continue;
		// n8n runs the nodes behind only after this function, so their end is not awaited here.
		void deliverBatch({ ...settings, context, fabric, system, stop }, jobs);
		return;
	}
	context.emit([[]]);
}

function readSettings(context: ITriggerFunctions): LaneSettings {
	const options = context.getNodeParameter('options', {}) as { executionTimeoutMinutes?: unknown };
	const systems = context.getNodeParameter('systems', []);
	const minutes = atLeastOne(options.executionTimeoutMinutes, DEFAULT_TIMEOUT_MINUTES);
	return {
		batchSize: atLeastOne(
			context.getNodeParameter('batchSize', DEFAULT_BATCH_SIZE),
			DEFAULT_BATCH_SIZE,
		),
		executionTimeoutMs: minutes * 60_000,
		systems: Array.isArray(systems) ? systems.map(String) : [],
	};
}

function atLeastOne(value: unknown, otherwise: number): number {
	const number = Math.floor(Number(value));
	return Number.isFinite(number) && number >= 1 ? number : otherwise;
}
