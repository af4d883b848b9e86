/**
 * Speed of identity resolution on invented clients.
 *
 * `--invented N`: N records over four systems, one in ten the duplicate of another one with slips, made as they are
 * taken, through accept and resolve in batches of {@link BATCH}. `--graph N`: one new record at a time, half of
 * them of known clients, against a store of N clients, which is filled without the clock (identity-graph.ts).
 * `p50_ms` and so on: resolve, from the call to the commit; `accept`: the inbox before it.
 */
import type { Fabric } from '../lib/fabric';
import {
	changeEventSchema,
	recordKey,
	type ChangeEventInput,
	type RecordAddress,
} from '../lib/model/event';
import type { Store } from '../lib/store/store';
import { fillGraph } from './identity-graph';
import { figuresOf } from './identity-truth';
import { People } from './people';

const SYSTEMS = ['north', 'east', 'south', 'west'];
const BATCH = 4_000;
const PROGRESS_EVERY = 20;
const WARM_UP = 50;
const MEASURED = 1_000;

export async function inventedBench(
	fabric: Fabric,
	store: Store,
	count: number,
): Promise<Record<string, unknown>> {
	const people = new People(1);
	const seen: Array<{ person: string; record: RecordAddress }> = [];
	const began = performance.now();
	let reviews = 0;
	for (let first = 0; first < count; first += BATCH) {
		const places = Array.from({ length: Math.min(BATCH, count - first) }, (_, at) => first + at);
		const records = places.map((place) => people.record(place, SYSTEMS));
		const decisions = await take(
			fabric,
			records.map(({ event }) => event),
		);
		reviews += decisions.filter(({ decision }) => decision === 'review').length;
		for (const { person, event } of records) {
			const { system, object, crmId } = event;
			seen.push({ person, record: { system, object, crmId } });
		}
		if ((first / BATCH) % PROGRESS_EVERY === 0) progress(first, began);
	}
	const seconds = (performance.now() - began) / 1_000;
	const links = await store.read((tx) => tx.identity.links(seen.map(({ record }) => record)));
	const groups = seen.map(({ record }) => links.get(recordKey(record))?.entityId);
	return {
		records: count,
		seconds: Math.round(seconds * 10) / 10,
		records_per_s: Math.round(count / seconds),
		link: figuresOf(
			seen.map(({ person }) => person),
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
	const [accepting, resolving]: [number[], number[]] = [[], []];
	for (let done = 0; done < WARM_UP + MEASURED; done += 1) {
		const event = done % 2 === 0 ? people.stranger('new') : people.again('new', entities);
		const began = performance.now();
		await accept(fabric, [event]);
		const accepted = performance.now();
		await fabric.resolve([changeEventSchema.parse(event)]);
		if (done < WARM_UP) continue;
		accepting.push(accepted - began);
		resolving.push(performance.now() - accepted);
	}
	return {
		entities,
		...figures(resolving),
		accept: figures(accepting),
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

function figures(times: readonly number[]): Record<'p50_ms' | 'p95_ms' | 'p99_ms', number> {
	const sorted = [...times].sort((a, b) => a - b);
	return { p50_ms: at(sorted, 0.5), p95_ms: at(sorted, 0.95), p99_ms: at(sorted, 0.99) };
}

function at(sorted: readonly number[], share: number): number {
	const place = Math.min(sorted.length - 1, Math.floor(sorted.length * share));
	return Math.round((sorted[place] ?? 0) * 100) / 100;
}

function progress(done: number, began: number): void {
	const seconds = Math.round((performance.now() - began) / 1_000);
	process.stderr.write(`${done} records after ${seconds} s\n`);
}
