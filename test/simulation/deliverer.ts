/** The writers: a claim, the calls to the CRM, an answer that is recorded. Each of them may fail. */
import { LEASE_MS } from '../../lib/delivery/claim';
import type { DeliveryReport, RecordedResult } from '../../lib/delivery/report';
import { sameValue } from '../../lib/model/canonical';
import type { DeliveryJob, DeliveryOutcome } from '../../lib/model/delivery';
import type { MemoryCrm } from './crm/memory-crm';
import { idOf, type MemoryRecord } from './crm/record';
import { checkReferences } from './laws/5-references';
import { checkRemoval } from './laws/11-deletes';
import { Violation } from './violation';
import type { Weather } from './scenario';
import type { World } from './world';
import { callsOf, check, write, type Plan } from './writer';

interface Writing {
	crm: MemoryCrm;
	job: DeliveryJob;
	/** Its process makes no calls later than this. */
	leaseUntil: number;
	plan?: Plan;
	outcome?: DeliveryOutcome;
	/** The answer hangs until then. */
	heldUntil?: number;
	/** All that travel in the same calls, itself included (Salesforce's collections). */
	together: Writing[];
}

const MAX_CLAIM = 5;
const MAX_STEPS = 4;

/** What becomes of a call. */
const FATES = {
	well: 20,
	/** 429, with or without a time. */
	refused: 1,
	/** 5xx, and nothing was done. */
	unavailable: 1,
	/** Nothing was done, and nobody knows. */
	unanswered: 0.8,
	/** It was done, and nobody knows. */
	lost: 1.5,
	/** Some of its calls were done. */
	half: 1,
	/** Refused for good. */
	rejected: 0.5,
} as const;

type Fate = keyof typeof FATES;

const WEATHER: Record<Weather, Record<Fate, number>> = {
	calm: FATES,
	stormy: { ...FATES, refused: 6, lost: 4, half: 3, rejected: 3 },
	refusing: { ...FATES, rejected: 20 },
};

/** What becomes of an answer. */
const ANSWERS = { once: 18, forgotten: 1, twice: 1, late: 2 } as const;
const STORMY_ANSWERS = { once: 8, forgotten: 1, twice: 2, late: 8 } as const;

export class Deliverer {
	private writings: Writing[] = [];

	constructor(private readonly world: World) {}

	/** Some steps, a moment apart. */
	async advance(crm: MemoryCrm): Promise<void> {
		const { chance } = this.world;
		for (let steps = chance.between(1, MAX_STEPS); steps > 0; steps -= 1) {
			await this.step(crm);
			this.world.now += chance.between(0, 400);
		}
	}

	/** A claim, or the next stage of a delivery under way. */
	private async step(crm: MemoryCrm): Promise<void> {
		const { chance } = this.world;
		const writing = chance.pick(
			this.writings.filter((one) => one.crm === crm && (one.heldUntil ?? 0) <= this.world.now),
		);
		if (writing === undefined) return this.claim(crm, MAX_CLAIM);
		if (writing.together.every(({ outcome }) => outcome !== undefined)) return this.report(writing);
		const fate =
			crm.downUntil > this.world.now
				? 'unavailable'
				: chance.weighed(WEATHER[this.world.parts.scenario.weather]);
		return this.call(writing, fate);
	}

	/** Everything that is under way ends well. True if there was anything. */
	async finishAll(): Promise<boolean> {
		const going = [...this.writings];
		for (const writing of going) {
			if (!this.writings.includes(writing)) continue;
			while (writing.together.some(({ outcome }) => outcome === undefined))
				await this.call(writing, 'well');
			await this.record(writing.together);
		}
		return going.length > 0;
	}

	async claim(crm: MemoryCrm, limit: number): Promise<void> {
		const { engine, now, trace } = this.world;
		const jobs = await engine.call((fabric) => fabric.claim(crm.name, limit));
		const batch: Writing[] = [];
		for (const job of jobs) {
			trace.note(`  claimed ${job.deliveryId} as ${job.claimToken}: ${JSON.stringify(job)}`);
			const writing: Writing = { crm, job, leaseUntil: now + LEASE_MS, together: [] };
			if (this.isBatched(writing)) writing.together = batch;
			writing.together.push(writing);
			this.writings.push(writing);
			if (job.object !== 'contact' || 'household' in job.changes)
				await checkReferences(this.world, crm, job);
		}
	}

	forget(): void {
		this.writings = [];
	}

	/** Records of Salesforce travel many at a time, but for what changes a household. */
	private isBatched({ crm, job }: Writing): boolean {
		const { objects } = this.world.parts.scenario;
		const isOffered = objects?.batches === true && crm.settings.source === 'stream';
		const isUpdate = job.operation === 'update' && !('household' in job.changes);
		return isOffered && (isUpdate || job.operation === 'create');
	}

	/** One call, of one record or of many; what it says of many may differ from row to row. */
	private async call(writing: Writing, fate: Fate): Promise<void> {
		const { chance } = this.world;
		const rows = writing.together.filter(({ outcome }) => outcome === undefined);
		if (writing.together.length === 1) return this.act(writing, fate);
		const wrong = chance.pick(rows);
		for (const row of rows) {
			const isDone = chance.happens(0.5);
			if (fate === 'half') await this.act(row, isDone ? 'well' : 'unavailable');
			else await this.act(row, fate === 'rejected' && row !== wrong ? 'well' : fate);
		}
	}

	/** What a call makes of one record. */
	private async act(writing: Writing, fate: Fate): Promise<void> {
		const { now, chance } = this.world;
		const { crm, job } = writing;
		if (now >= writing.leaseUntil) {
			writing.outcome = retry('The claim ran out before the call.', 'late', false);
		} else if (fate === 'refused') {
			const retryAfterMs = chance.happens(0.5) ? chance.between(1_000, 60_000) : undefined;
			writing.outcome = { ...retry('Too many calls.', '429', false), retryAfterMs };
		} else if (fate === 'unavailable') {
			writing.outcome = retry('The CRM is not available.', '503', false);
		} else if (writing.plan === undefined) {
			await this.checkIt(writing);
		} else if (fate === 'rejected' && job.operation !== 'delete') {
			writing.outcome = { status: 'rejected', reason: 'It does not fit.', code: '422' };
			this.world.office.noteRefused(job.deliveryId, job.changes);
		} else if (fate === 'unanswered') {
			writing.outcome = retry('No answer came.', 'timeout', true);
		} else {
			await this.write(writing, writing.plan, fate);
		}
		this.world.trace.note(`  ${crm.name} ${fate} ${job.claimToken}: ${outcomeOf(writing)}`);
	}

	private async checkIt(writing: Writing): Promise<void> {
		const { engine, now, sabotage } = this.world;
		const { crm, job } = writing;
		await engine.call((fabric) => fabric.extendClaims([job.claimToken]));
		writing.leaseUntil = now + LEASE_MS;
		const defences = { verifies: true, finds: true, findsItems: true, ...sabotage?.writer };
		const checked = check(crm, job, now, defences);
		if ('status' in checked) {
			writing.outcome = checked;
			// What is to be deleted and is gone already is as it was wanted.
			const isDone = checked.status === 'gone' && job.operation === 'delete';
			if (isDone) this.world.done.add(job.claimToken);
		} else if (crm.streams(job) && writing.together.length === 1)
			await this.write(writing, checked, 'well');
		else writing.plan = checked;
	}

	private async write(writing: Writing, plan: Plan, fate: Fate): Promise<void> {
		const { now, chance } = this.world;
		const { crm, job } = writing;
		checkRemoval(this.world, crm, job);
		const client = job.operation === 'create' ? await this.clientOf(job.unifiedId) : 0;
		const calls = fate === 'half' ? chance.between(0, Math.max(0, callsOf(plan) - 1)) : undefined;
		const outcome = write(
			crm,
			job,
			plan,
			now,
			client,
			(record, field, checkedAt) => this.overwrite(job, record, field, checkedAt),
			calls,
		);
		this.world.writes += 1;
		// The CRM itself lets go of those who belonged to it.
		if (job.object === 'household' && job.operation === 'delete')
			this.world.belongings.empty(crm, idOf({ object: 'household', crmId: job.crmId ?? '' }));
		if (outcome.status === 'confirmed') this.world.done.add(job.claimToken);
		writing.outcome = fate === 'lost' ? retry('No answer came.', 'timeout', true) : outcome;
	}

	/** Law 2: what a person wrote before we looked is not written over. */
	private overwrite(
		job: DeliveryJob,
		record: MemoryRecord,
		field: string,
		checkedAt: number | null,
	): void {
		const unseen = record.unseen[field];
		if (unseen === undefined || sameValue(field, record.fields[field], job.changes[field])) return;
		const isVerifying = this.world.sabotage?.writer?.verifies !== false;
		if (isVerifying && checkedAt !== null && unseen.at > checkedAt) {
			this.world.windows += 1;
			delete record.unseen[field];
		} else if (
			!sameValue(field, record.fields[field], job.known[field]) &&
			record.personAt[field] === unseen.at
		) {
			throw new Violation(
				2,
				`${field} of ${record.id} was written over: a person had made it "${String(unseen.value)}", and nobody had looked since.`,
			);
		}
	}

	/** The answer is recorded, or lost, or recorded twice. */
	private async report(writing: Writing): Promise<void> {
		const how = this.world.chance.weighed(
			this.world.parts.scenario.weather === 'stormy' ? STORMY_ANSWERS : ANSWERS,
		);
		const { together } = writing;
		if (how === 'forgotten') return this.drop(together);
		if (how === 'late' && writing.heldUntil === undefined) {
			for (const one of together) one.heldUntil = this.world.now + LEASE_MS;
			return;
		}
		await this.record(together);
		if (how === 'twice') await this.record(together);
	}

	private async record(writings: readonly Writing[]): Promise<void> {
		const { engine, sabotage } = this.world;
		this.drop(writings);
		const made: DeliveryReport[] = [];
		for (const { job, outcome } of writings) {
			if (outcome === undefined) continue;
			const { deliveryId, claimToken } = job;
			const report = { deliveryId, claimToken, outcome };
			made.push((await sabotage?.report?.(report, engine.store)) ?? report);
		}
		const results = await engine.call((fabric) => fabric.recordResults(made));
		for (const [place, writing] of writings.entries()) await this.recorded(writing, results[place]);
	}

	private async recorded(
		{ crm, job: { deliveryId, claimToken, ...job }, outcome }: Writing,
		result: RecordedResult | undefined,
	): Promise<void> {
		this.world.trace.note(`  ${claimToken} is recorded: ${JSON.stringify(result)}`);
		if (outcome?.status === 'rejected') await this.world.office.checkRefused(deliveryId);
		const record = crm.records.get(idOf({ object: job.object, crmId: result?.crmId ?? '' }));
		if (result?.state !== 'confirmed' || record === undefined) return;
		crm.settle(record.id);
		for (const state of crm.statesOf(record.id)) state.unconfirmed = [];
	}

	private async clientOf(unifiedId: string): Promise<number> {
		const entity = await this.world.engine.call((fabric) => fabric.desk.findEntity(unifiedId));
		for (const link of entity?.links ?? []) {
			const client = this.world.crm(link.system).clients.get(idOf(link));
			if (client !== undefined) return client;
		}
		return 0;
	}

	private drop(writings: readonly Writing[]): void {
		this.writings = this.writings.filter((other) => !writings.includes(other));
	}
}

function retry(reason: string, code: string, outcomeUnknown: boolean) {
	return { status: 'retry' as const, reason, code, outcomeUnknown };
}

function outcomeOf({ plan, outcome }: Writing): string {
	if (outcome !== undefined) return JSON.stringify(outcome);
	return plan === undefined ? 'nothing yet' : 'read';
}
