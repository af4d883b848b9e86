/**
 * How fast does the hub take edits of known records, and how near is that to what its database can
 * do at all?
 *
 * Set-up (not timed): a store with {@link CLIENTS} clients, each with a linked record in three CRMs
 * (the real field maps), all of it read, merged and delivered.
 *
 * Hub (timed): batches of {@link BATCH} events of one CRM in turn, each an edit by a person of
 * another known record: whole records as polled from Wealthbox and Redtail, deltas as streamed from
 * Salesforce; what is edited see bench/crms.ts. Each batch goes through the facade as the nodes call
 * it: accept (schema check, dedupe, inbox, cursor), nextEvents, resolve (the link of each record),
 * merge (registers, shadows, identity keys, audit trail, and a delivery for each of the other two
 * records) and finishEvents. Only these calls are timed. Echoes and other reads without news never
 * become events; there are none here.
 *
 * Raw (timed): the very rows that the hub wrote for that batch, read back from its database (audit,
 * inbox, registers, shadows, changed identity keys and blocks, deliveries, cursor), are written to a
 * copy of the database, same tables, indexes and settings, made before the first timed batch: one plain
 * prepared statement a row (insert, upsert, or update of the event's state when it was emitted and
 * when it was settled) in transactions as the hub's. Values are ready to bind but for JSON, which is
 * made of objects within the timed part as in the hub, each text once. Hub and raw take turns, batch
 * by batch, so that whatever else the machine does meets both alike.
 *
 * Between batches (not timed) the deliveries are claimed and confirmed, as a CRM node would, so
 * that every edit opens deliveries anew; the rows that this wrote are written to the copy as well, so
 * that both databases have the same history. At the end both must hold the same.
 *
 * `rss_first_mb`, `rss_last_mb`: the process's mean resident set after the batches of the first and
 * the last 10,000 events.
 */
import { connectors } from '../lib/connectors';
import type { DeliveryReport } from '../lib/delivery/report';
import { Fabric } from '../lib/fabric';
import type { DeliveryJob } from '../lib/model/delivery';
import type { ChangeEventInput } from '../lib/model/event';
import { readOptions } from './arguments';
import { Crms, registration, SYSTEMS, type System } from './crms';
import { benchDatabases, type BenchDatabases, type PlainDatabase } from './database';
import { PlainWriter, type PlainBatch } from './plain-writer';
import { RowReader, type BatchOfRecords, type Delivered } from './rows';

const BATCH = 100;
const CLIENTS = 5_000;
const LOAD_BATCH = 200;
const MEMORY_WINDOW = 10_000;
/** Coprime to any number of clients used here: edits jump about among the clients. */
const STRIDE = 7_919;
const START = Date.parse('2026-03-02T09:00:00.000Z');
const STEP_MS = 1_000;
const CLAIMED_AT_ONCE = 200;
const PROGRESS_EVERY = 50;

type Measured = Record<
	'events_per_s' | 'raw_events_per_s' | 'ratio' | 'rss_first_mb' | 'rss_last_mb',
	number
>;

export async function hubBench(args: string[]): Promise<Measured & { store: string }> {
	const options = readOptions(args, ['events']);
	const events = options.count('events', 100_000);
	const databases = await benchDatabases(options.store);
	try {
		const bench = new HubBench(databases, events);
		await bench.fill();
		return { store: options.store, ...(await bench.measure()) };
	} finally {
		await databases.remove();
	}
}

class HubBench {
	private readonly crms: Crms;
	private readonly batches: number;
	private now = START;
	private picked = 0;
	private hubMs = 0;
	private rawMs = 0;
	/** Of this process, without the database server's. */
	private readonly cpuUs = { hub: 0, raw: 0 };

	constructor(
		private readonly databases: BenchDatabases,
		events: number,
	) {
		this.batches = Math.ceil(events / BATCH);
		this.crms = new Crms(Math.max(BATCH, Math.min(CLIENTS, Math.ceil(events / 4))));
	}

	/** Every record read once, linked, merged and delivered. */
	async fill(): Promise<void> {
		const fabric = await this.openFabric();
		for (const system of SYSTEMS) await fabric.registerSystem(registration(system));
		for (const system of SYSTEMS) {
			for (let first = 0; first < this.crms.clients; first += LOAD_BATCH) {
				const count = Math.min(LOAD_BATCH, this.crms.clients - first);
				const clients = Array.from({ length: count }, (_, index) => first + index);
				const at = this.tick();
				await this.take(
					fabric,
					system,
					clients.map((client) => this.crms.firstRead(system, client, at)),
				);
			}
			await fabric.accept(system, { events: [], cursor: null, complete: true });
			progress(`${this.crms.clients} records of ${system} read`);
		}
		await this.deliver(fabric);
		await fabric.close();
	}

	async measure(): Promise<Measured> {
		const copy = await this.databases.openCopy();
		const store = await this.databases.openReader();
		const fabric = await this.openFabric();
		const [reader, writer] = [new RowReader(store), new PlainWriter(copy)];
		const memory: number[] = [];
		for (let done = 0; done < this.batches; done += 1) {
			const batch = this.nextBatch(done);
			await reader.before(batch);
			await this.timeHub(fabric, batch);
			const plain = writer.layOut(await reader.after(batch));
			await this.timeRaw(writer, plain);
			await reader.lookAtEnds();
			await this.deliver(fabric, async (jobs) =>
				writer.write(writer.layOutDelivered(await reader.delivered(jobs))),
			);
			memory.push(process.memoryUsage.rss());
			if ((done + 1) % PROGRESS_EVERY === 0)
				progress(
					`${(done + 1) * BATCH} events: ${JSON.stringify(this.result(memory))} ${this.cpuOf((done + 1) * BATCH)}`,
				);
		}
		await fabric.close();
		await assertSame(store, copy);
		await store.close();
		await copy.close();
		return this.result(memory);
	}

	private openFabric(): Promise<Fabric> {
		const clock = { now: () => this.now, random: () => 0.5 };
		return this.databases.openStore().then((store) => new Fabric(store, connectors, clock));
	}

	private tick(): number {
		this.now += STEP_MS;
		return this.now;
	}

	private nextBatch(index: number): EditBatch {
		const system = SYSTEMS[index % SYSTEMS.length] as System;
		const at = this.tick();
		const events = Array.from({ length: BATCH }, () => {
			this.picked += 1;
			return this.crms.edit(system, (this.picked * STRIDE) % this.crms.clients, at);
		});
		return { system, events, crmIds: events.map(({ crmId }) => crmId) };
	}

	private async timeHub(fabric: Fabric, { system, events }: EditBatch): Promise<void> {
		const cpu = process.cpuUsage();
		const began = performance.now();
		const applied = await this.take(fabric, system, events);
		this.hubMs += performance.now() - began;
		this.cpuUs.hub += sumOf(process.cpuUsage(cpu));
		if (applied !== events.length)
			throw new Error(`Of ${events.length} edits only ${applied} were applied.`);
	}

	private async timeRaw(writer: PlainWriter, batch: PlainBatch): Promise<void> {
		const cpu = process.cpuUsage();
		const began = performance.now();
		await writer.write(batch);
		this.rawMs += performance.now() - began;
		this.cpuUs.raw += sumOf(process.cpuUsage(cpu));
	}

	/** One batch through the facade, as the nodes call it. Answers how many events were applied. */
	private async take(fabric: Fabric, system: System, read: ChangeEventInput[]): Promise<number> {
		await fabric.accept(system, { events: read, cursor: { at: this.now }, complete: false });
		const batch = await fabric.nextEvents(system, read.length);
		if (batch === undefined) return 0;
		const events = batch.items.map(({ event }) => event);
		await fabric.resolve(events);
		const reports = await fabric.merge(events, []);
		await fabric.finishEvents(system, batch.id, { ok: true });
		return reports.filter(({ outcome }) => outcome === 'applied').length;
	}

	/** Every delivery that is due is written to its record and confirmed; `note` is told after each step. */
	private async deliver(
		fabric: Fabric,
		note: (jobs: Delivered[]) => Promise<void> = async () => {},
	): Promise<void> {
		for (const system of SYSTEMS) {
			for (;;) {
				const jobs = await fabric.claim(system, CLAIMED_AT_ONCE);
				if (jobs.length === 0) break;
				const targets = jobs.map(({ deliveryId, crmId }) => ({
					deliveryId,
					system,
					crmId: crmId ?? '',
				}));
				await note(targets);
				const confirmedAt = new Date(this.tick()).toISOString();
				await fabric.recordResults(jobs.map((job) => this.write(system, job, confirmedAt)));
				await note(targets);
			}
		}
	}

	private write(system: System, job: DeliveryJob, confirmedAt: string): DeliveryReport {
		const { deliveryId, claimToken, crmId, changes } = job;
		if (crmId === null) throw new Error('A record was to be created; all exist already.');
		const known = this.crms.write(system, crmId, changes);
		const outcome = { status: 'confirmed', crmId, known, confirmedAt, calls: 1 } as const;
		return { deliveryId, claimToken, outcome };
	}

	/** What a busy machine falsifies least. */
	private cpuOf(events: number): string {
		const { hub, raw } = this.cpuUs;
		return `CPU us an event: hub ${Math.round(hub / events)}, raw ${Math.round(raw / events)}`;
	}

	private result(memory: readonly number[]): Measured {
		const events = memory.length * BATCH;
		const window = Math.max(1, Math.min(MEMORY_WINDOW / BATCH, Math.floor(memory.length / 2)));
		return {
			events_per_s: Math.round(events / (this.hubMs / 1_000)),
			raw_events_per_s: Math.round(events / (this.rawMs / 1_000)),
			ratio: Number((this.rawMs / this.hubMs).toFixed(3)),
			rss_first_mb: megabytes(memory.slice(0, window)),
			rss_last_mb: megabytes(memory.slice(-window)),
		};
	}
}

/** The copy must hold what the hub's database holds: else the raw part wrote other rows. */
async function assertSame(hub: PlainDatabase, copy: PlainDatabase): Promise<void> {
	for (const [table, size] of Object.entries(SIZES)) {
		const query = `select count(*) as rows, sum(length(${size})) as size from ${table}`;
		const [left, right] = [await hub.rows(query), await copy.rows(query)];
		if (JSON.stringify(left) !== JSON.stringify(right))
			throw new Error(`Table ${table} is not the same in both databases after the run.`);
	}
}

/** What is added up of each table that the hub writes to. */
const SIZES: Record<string, string> = {
	inbox: `state || event`,
	audit: `hash || coalesce(register, '')`,
	registers: 'register',
	shadows: 'shadow',
	identity_keys: 'key || entity_id',
	identity_blocks: `hash || ' ' || record || ' ' || entity`,
	deliveries: `state || coalesce(changes, '')`,
	cursors: 'cursor',
	breakers: 'counts',
};

interface EditBatch extends BatchOfRecords {
	system: System;
	events: ChangeEventInput[];
}

function sumOf({ user, system }: NodeJS.CpuUsage): number {
	return user + system;
}

function megabytes(samples: readonly number[]): number {
	const mean = samples.reduce((sum, bytes) => sum + bytes, 0) / Math.max(1, samples.length);
	return Math.round(mean / 1_048_576);
}

function progress(text: string): void {
	process.stderr.write(`${text}\n`);
}
