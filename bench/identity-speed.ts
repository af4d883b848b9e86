/**
 * Speed of identity resolution on invented clients.
 *
 * `--invented N`: N records over four systems, one in ten the duplicate of another one with slips, through accept and resolve
 * in batches of {@link BATCH}. `--graph N`: one new record at a time (accept and resolve, half of them of known
 * clients) against a store of N clients, which is filled without the clock.
 */
import type { Fabric } from '../lib/fabric';
import { changeEventSchema, recordKey, type ChangeEventInput } from '../lib/model/event';
import type { Store } from '../lib/store/store';
import { fillGraph } from './identity-graph';
import { figuresOf } from './identity-truth';
import { People } from './people';

const SYSTEMS = ['north', 'east', 'south', 'west'];
const BATCH = 500;
const PROGRESS_EVERY = 20;
const WARM_UP = 50;
const MEASURED = 1_000;

export async function inventedBench(
	fabric: Fabric,
	store: Store,
	count: number,
): Promise<Record<string, unknown>> {
	const people = new People(1);
	const records = people.records(count, SYSTEMS);
	const began = performance.now();
	let reviews = 0;
	for (let first = 0; first < records.length; first += BATCH) {
		const inputs = records.slice(first, first + BATCH).map(({ event }) => event);
		const decisions = await take(fabric, inputs);
		reviews += decisions.filter(({ decision }) => decision === 'review').length;
		if ((first / BATCH) % PROGRESS_EVERY === 0) progress(first, began);
	}
	const seconds = (performance.now() - began) / 1_000;
	const links = await store.read((tx) => tx.identity.links(records.map(({ event }) => event)));
	const groups = records.map(({ event }) => links.get(recordKey(event))?.entityId);
	return {
		records: count,
		seconds: Math.round(seconds * 10) / 10,
		records_per_s: Math.round(count / seconds),
		link: figuresOf(
			records.map(({ person }) => person),
			groups,
		),
		reviews,
		peak_mb: Math.round(process.resourceUsage().maxRSS / 1_024),
	};
}

export async function graphBench(
	fabric: Fabric,
	store: Store,
	entities: number,
): Promise<Record<string, unknown>> {
	const people = new People(1);
	await fillGraph(store, people, entities);
	const times: number[] = [];
	for (let done = 0; done < WARM_UP + MEASURED; done += 1) {
		const event = done % 2 === 0 ? people.stranger('new') : people.again('new', entities);
		await accept(fabric, [event]);
		const began = performance.now();
		await fabric.resolve([changeEventSchema.parse(event)]);
		if (done >= WARM_UP) times.push(performance.now() - began);
	}
	times.sort((a, b) => a - b);
	return {
		entities,
		p50_ms: at(times, 0.5),
		p95_ms: at(times, 0.95),
		p99_ms: at(times, 0.99),
		peak_mb: Math.round(process.resourceUsage().maxRSS / 1_024),
	};
}

async function take(fabric: Fabric, inputs: ChangeEventInput[]) {
	await accept(fabric, inputs);
	return fabric.resolve(inputs.map((input) => changeEventSchema.parse(input)));
}

async function accept(fabric: Fabric, events: ChangeEventInput[]): Promise<void> {
	await fabric.accept('bench', { events, cursor: null, complete: false });
}

function at(sorted: readonly number[], share: number): number {
	const place = Math.min(sorted.length - 1, Math.floor(sorted.length * share));
	return Math.round((sorted[place] ?? 0) * 100) / 100;
}

function progress(done: number, began: number): void {
	const seconds = Math.round((performance.now() - began) / 1_000);
	process.stderr.write(`${done} records after ${seconds} s\n`);
}
