/**
 * One run of the model: people, three CRMs, the change sources, the canvas and the writers, each
 * advanced a step at a time in an order that chance decides, around the real hub on a real store.
 * Processes die: then all that was under way is gone, and the store is opened again.
 */
import { Fabric } from '../../../lib/fabric';
import type { ChangeEventInput } from '../../../lib/model/event';
import type { DeliveryJob, DeliveryOutcome } from '../../../lib/model/delivery';
import { openSqlite } from '../../../lib/store/sqlite/dialect';
import { Store } from '../../../lib/store/store';
import { registration, START } from '../support/hub';
import { Chance } from './chance';
import { CONNECTORS } from './connectors';
import { MemoryCrm, type MemoryRecord } from './memory-crm';
import { Oracle } from './oracle';
import { People } from './people';
import { deliver } from './writer';

const POLL_OVERLAP_MS = 120_000;
const MAX_CLAIM = 5;

interface Poll {
	began: number;
	look?: ReturnType<MemoryCrm['look']>;
}

interface PollCursor {
	polledAt: number | null;
}

interface Execution {
	system: string;
	batch: string;
	events: ChangeEventInput[];
	stage: 'resolve' | 'merge' | 'finish';
}

interface Writing {
	crm: MemoryCrm;
	job: DeliveryJob;
	outcome?: DeliveryOutcome;
}

export class World {
	now = START;
	readonly chance: Chance;
	readonly oracle = new Oracle();
	readonly people: People;
	readonly crms = [
		new MemoryCrm({ name: 'wealthbox', source: 'poll', resolution: 60_000, shouts: false }),
		new MemoryCrm({ name: 'redtail', source: 'poll', resolution: 1_000, shouts: true }),
		new MemoryCrm({ name: 'salesforce', source: 'stream', resolution: 1, shouts: false }),
	];
	fabric!: Fabric;
	store!: Store;
	private readonly clientsByEntity = new Map<string, number>();
	private polls = new Map<string, Poll>();
	private executions: Execution[] = [];
	private writings: Writing[] = [];

	constructor(
		seed: number,
		private readonly path: string,
	) {
		this.chance = new Chance(seed);
		this.people = new People(this.chance, this.oracle);
	}

	async start(clients: number): Promise<void> {
		for (let made = 0; made < clients; made += 1) this.people.makeKnown(this.crms, this.now);
		await this.open();
		for (const [priority, { name, settings }] of this.crms.entries()) {
			const connector = settings.shouts ? 'shouting' : 'plain';
			await this.fabric.registerSystem({ ...registration(name, priority), connector });
		}
		await this.settle();
	}

	/** One thing happens, some time after the last one. */
	async step(): Promise<void> {
		this.now += this.chance.happens(0.1)
			? this.chance.between(20_000, 90_000)
			: this.chance.between(1, 4_000);
		const crm = this.chance.pick(this.crms) as MemoryCrm;
		switch (
			this.chance.weighed({
				edit: 8,
				make: 0.4,
				delete: 0.3,
				read: 10,
				run: 12,
				write: 14,
				die: 0.7,
			})
		) {
			case 'edit':
				return this.people.edit(crm, this.now);
			case 'make':
				return this.people.makeNew(crm, this.now);
			case 'delete':
				return this.people.delete(crm, this.now);
			case 'read':
				return this.read(crm);
			case 'run':
				return this.run(crm);
			case 'write':
				return this.write(crm);
			case 'die':
				return this.die();
		}
	}

	/** Nobody edits any more and everything answers. Returns the rounds until nothing was left to do. */
	async settle(): Promise<number> {
		const MAX_ROUNDS = 40;
		for (let round = 1; round <= MAX_ROUNDS; round += 1) {
			const worked = await this.quietRound();
			if (!worked) return round;
		}
		throw new Error(`There was still work to do after ${MAX_ROUNDS} quiet rounds.`);
	}

	async close(): Promise<void> {
		await this.fabric.close();
	}

	recordsOf(client: number): Array<{ crm: MemoryCrm; record: MemoryRecord }> {
		return this.crms.flatMap((crm) =>
			[...crm.records.values()]
				.filter((record) => record.client === client)
				.map((record) => ({ crm, record })),
		);
	}

	private async open(): Promise<void> {
		const clock = { now: () => this.now, random: this.chance.next };
		this.store = await Store.open(openSqlite(this.path));
		this.fabric = new Fabric(this.store, CONNECTORS, clock);
	}

	private async die(): Promise<void> {
		await this.fabric.close();
		this.polls.clear();
		this.executions = [];
		this.writings = [];
		await this.open();
		for (const { name } of this.crms) await this.fabric.recoverEvents(name);
	}

	private async quietRound(): Promise<boolean> {
		this.now += 1_000_000;
		this.polls.clear();
		let worked = this.executions.length + this.writings.length > 0;
		for (const execution of [...this.executions]) await this.advance(execution, 'well');
		for (const writing of [...this.writings]) await this.finish(writing, 'well');
		for (const crm of this.crms) {
			for (let part = 0; part < 3; part += 1) await this.read(crm, 1_000);
			worked = (await this.runAll(crm.name)) || worked;
		}
		for (const crm of this.crms) {
			this.now += 1_000;
			await this.claim(crm, 1_000);
			worked ||= this.writings.length > 0;
			for (const writing of [...this.writings]) await this.finish(writing, 'well');
		}
		return worked;
	}

	/** The next stage of reading this CRM: a read begins, is answered, is taken in. */
	private async read(crm: MemoryCrm, most = 3): Promise<void> {
		if (crm.settings.source === 'stream') return this.readStream(crm, most);
		const poll = this.polls.get(crm.name);
		if (poll === undefined) this.polls.set(crm.name, { began: this.now });
		else if (poll.look === undefined) poll.look = await this.lookAt(crm);
		else await this.takeIn(crm, { ...poll, look: poll.look });
	}

	private async cursor(crm: MemoryCrm): Promise<PollCursor> {
		return ((await this.fabric.cursor(crm.name)) ?? { polledAt: null }) as unknown as PollCursor;
	}

	private async lookAt(crm: MemoryCrm): Promise<ReturnType<MemoryCrm['look']>> {
		const { polledAt } = await this.cursor(crm);
		const since = polledAt === null ? 0 : polledAt - POLL_OVERLAP_MS;
		return crm.look(since, since);
	}

	private async takeIn(crm: MemoryCrm, { began, look }: Required<Poll>): Promise<void> {
		const { polledAt } = await this.cursor(crm);
		const times = { readAt: began, receivedAt: this.now, unchangedUntil: polledAt };
		const events = [
			...look.records.map((record) => crm.snapshot(record, times)),
			...look.deleted.map((id) => crm.deletion(id, began)),
		];
		const cursor = { polledAt: began };
		await this.fabric.accept(crm.name, { events, cursor, complete: true });
		for (const record of look.records) this.people.noteSeen(crm, record, began);
		this.polls.delete(crm.name);
	}

	private async readStream(crm: MemoryCrm, most: number): Promise<void> {
		const position = ((await this.fabric.cursor(crm.name)) ?? 0) as number;
		const next = Math.min(crm.stream.length, position + this.chance.between(1, most));
		const receivedAt = new Date(this.now).toISOString();
		const events = crm.stream.slice(position, next).map((event) => ({ ...event, receivedAt }));
		const complete = next === crm.stream.length;
		await this.fabric.accept(crm.name, { events, cursor: next, complete });
	}

	/** The canvas: an execution of this system begins or goes on. */
	private async run(crm: MemoryCrm): Promise<void> {
		const going = this.executions.find(({ system }) => system === crm.name);
		if (going === undefined || this.chance.happens(0.2)) return this.emit(crm.name, 4);
		return this.advance(going, this.chance.happens(0.05) ? 'badly' : 'one stage');
	}

	private async emit(system: string, limit: number): Promise<void> {
		const batch = await this.fabric.nextEvents(system, limit);
		if (batch === undefined) return;
		const events = batch.items.map(({ event }) => event);
		this.executions.push({ system, batch: batch.id, events, stage: 'resolve' });
	}

	private async advance(execution: Execution, how: 'well' | 'badly' | 'one stage'): Promise<void> {
		const { system, batch, stage } = execution;
		if (how === 'badly') {
			await this.fabric.finishEvents(system, batch, { ok: false, reason: 'It failed.' });
			this.executions = this.executions.filter((other) => other !== execution);
			return;
		}
		const events = execution.events as Parameters<Fabric['merge']>[0];
		if (stage === 'resolve') {
			await this.fabric.resolve(events);
			execution.stage = 'merge';
		} else if (stage === 'merge') {
			await this.merge(events);
			execution.stage = 'finish';
		} else {
			await this.fabric.finishEvents(system, batch, { ok: true });
			this.executions = this.executions.filter((other) => other !== execution);
			return;
		}
		if (how === 'well') await this.advance(execution, how);
	}

	private async merge(events: Parameters<Fabric['merge']>[0]): Promise<void> {
		for (const { unifiedId, event } of await this.fabric.merge(events, [])) {
			const crm = this.crms.find(({ name }) => name === event.system);
			const client = crm?.clients.get(event.crmId);
			if (unifiedId !== null && client) this.clientsByEntity.set(unifiedId, client);
		}
	}

	private async runAll(system: string): Promise<boolean> {
		let worked = false;
		for (;;) {
			await this.emit(system, 50);
			const [execution] = this.executions;
			if (execution === undefined) return worked;
			worked = true;
			await this.advance(execution, 'well');
		}
	}

	/** The writers: a claim, a call, or an answer that is recorded. Any of them may get lost. */
	private async write(crm: MemoryCrm): Promise<void> {
		const mine = this.writings.filter((writing) => writing.crm === crm);
		const writing = this.chance.pick(mine);
		if (writing === undefined) return this.claim(crm, MAX_CLAIM);
		const fate = this.chance.weighed({ well: 20, refused: 1, unanswered: 2, forgotten: 1 });
		return this.finish(writing, fate);
	}

	private async claim(crm: MemoryCrm, limit: number): Promise<void> {
		const jobs = await this.fabric.claim(crm.name, limit);
		this.writings.push(...jobs.map((job) => ({ crm, job })));
	}

	private async finish(
		writing: Writing,
		fate: 'well' | 'refused' | 'unanswered' | 'forgotten',
	): Promise<void> {
		const { crm, job } = writing;
		const clientOf = (unifiedId: string) => this.clientsByEntity.get(unifiedId) ?? 0;
		if (fate === 'refused') {
			const reason = 'Too many calls.';
			writing.outcome ??= { status: 'retry', reason, code: '429', outcomeUnknown: false };
		} else if (fate === 'unanswered') {
			if (this.chance.happens(0.6)) deliver(crm, job, this.now, clientOf);
			const reason = 'No answer came.';
			writing.outcome ??= { status: 'retry', reason, code: 'timeout', outcomeUnknown: true };
		} else if (writing.outcome === undefined) {
			writing.outcome = deliver(crm, job, this.now, clientOf);
			if (this.chance.happens(0.5)) return;
		}
		this.writings = this.writings.filter((other) => other !== writing);
		if (fate === 'forgotten') return;
		const { deliveryId, claimToken } = job;
		const { outcome } = writing;
		const [result] = await this.fabric.recordResults([{ deliveryId, claimToken, outcome }]);
		const record = crm.records.get(result?.crmId ?? '');
		if (result?.state !== 'confirmed' || record === undefined) return;
		crm.settle(record);
		record.unconfirmed = [];
	}
}
