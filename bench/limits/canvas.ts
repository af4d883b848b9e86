/** The template's canvas without n8n: the same calls in the same order, each execution with its cost. */
import type { Connector, ConnectorContext } from '../../lib/connectors/connector';
import { deliverAndLook, deliverManyAndLook } from '../../lib/connectors/deliver-and-look';
import type { DeliveryReport } from '../../lib/delivery/report';
import type { Fabric } from '../../lib/fabric';
import type { DeliveryJob, DeliveryOutcome, Urgency } from '../../lib/model/delivery';
import { inLanes } from '../../nodes/shared/crm/fabric/lanes';
import type { VirtualTime } from './virtual-time';

/** What n8n itself takes for an execution (measured: some 50 ms each). */
const EXECUTION_MS = 50;
/** As the nodes have it. */
const BATCH = 100;
const BATCH_THAT_WAITS = 20;
const CONCURRENCY = 2;
/** The nodes look every second; here that would be most of the work of a day. */
const LOOK_AGAIN_MS = 5_000;
const EXTEND_EVERY_MS = 10_000;

export interface CanvasParts {
	time: VirtualTime;
	fabric: Fabric;
	stop: AbortSignal;
	/** Told of every write that came to an end. */
	onOutcome: (job: DeliveryJob, outcome: DeliveryOutcome) => void;
}

export interface Lane {
	system: string;
	connector: Connector;
	context: ConnectorContext;
}

/** Everything that runs for one system behind its change source. */
export function startCanvas(parts: CanvasParts, lane: Lane): void {
	void emit(parts, lane.system);
	void deliver(parts, lane, ['live'], BATCH);
	void deliver(parts, lane, ['retry', 'backfill'], BATCH_THAT_WAITS);
}

async function emit({ time, fabric, stop }: CanvasParts, system: string): Promise<void> {
	const wait = waiter(time, fabric, `events:${system}`, stop);
	while (!stop.aborted) {
		const batch = await fabric.nextEvents(system, BATCH);
		if (batch === undefined) {
			await wait();
			continue;
		}
		const events = batch.items.map(({ event }) => event);
		await time.sleep(EXECUTION_MS);
		await fabric.resolve(events);
		await fabric.merge(events, []);
		await fabric.finishEvents(system, batch.id, { ok: true });
	}
}

async function deliver(
	parts: CanvasParts,
	lane: Lane,
	urgencies: readonly Urgency[],
	limit: number,
): Promise<void> {
	const { system } = lane;
	const { time, fabric, stop } = parts;
	const wait = waiter(time, fabric, 'deliveries', stop);
	while (!stop.aborted) {
		const jobs = await fabric.claim(system, limit, urgencies);
		if (jobs.length === 0) {
			await wait();
			continue;
		}
		const over = new AbortController();
		const tokens = jobs.map(({ claimToken }) => claimToken);
		const kept = keepClaims(parts, tokens, over.signal);
		await time.sleep(EXECUTION_MS);
		const reports = await written(parts, lane, jobs);
		over.abort();
		await kept;
		await fabric.recordResults(reports);
	}
}

/** As the node writes them: together where the CRM has calls for many, else in two lanes. */
async function written(
	{ onOutcome }: CanvasParts,
	{ connector, context }: Lane,
	jobs: readonly DeliveryJob[],
): Promise<DeliveryReport[]> {
	const told = (job: DeliveryJob, outcome: DeliveryOutcome) => {
		onOutcome(job, outcome);
		const { deliveryId, claimToken } = job;
		return { deliveryId, claimToken, outcome };
	};
	const outcomes = await deliverManyAndLook(connector, context, jobs);
	if (outcomes !== undefined)
		return jobs.map((job, place) => told(job, outcomes[place] as DeliveryOutcome));
	const write = async (job: DeliveryJob) =>
		told(job, await deliverAndLook(connector, context, job));
	return inLanes(jobs, ({ unifiedId }) => unifiedId, CONCURRENCY, write);
}

async function keepClaims(
	{ time, fabric }: CanvasParts,
	tokens: string[],
	over: AbortSignal,
): Promise<void> {
	for (;;) {
		await time.sleep(EXTEND_EVERY_MS, over);
		if (over.aborted) return;
		await fabric.extendClaims(tokens);
	}
}

/** Waits for the signal, or a while. */
function waiter(time: VirtualTime, fabric: Fabric, name: string, stop: AbortSignal) {
	let isCalled = false;
	let awake = new AbortController();
	fabric.signals.on(name, () => {
		isCalled = true;
		awake.abort();
	});
	return async () => {
		awake = new AbortController();
		if (!isCalled) await time.sleep(LOOK_AGAIN_MS, AbortSignal.any([awake.signal, stop]));
		isCalled = false;
	};
}
