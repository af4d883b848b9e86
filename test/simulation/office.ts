/** The person at the desk: answers reviews truthfully, looks after dead letters, pauses, undoes, reconciles. */
import { knownFields } from '../../lib/merge/shadow';
import { isListField, type CanonicalFields } from '../../lib/model/fields';
import type { AuditRow, DeadLetterRow, ReviewRow } from '../../lib/model/rows';
import type { PauseRow } from '../../lib/store/pauses';
import { DeskError } from '../../lib/model/failures';
import type { MemoryCrm } from './crm/memory-crm';
import { snapshot } from './crm/events';
import { isReferenceField, objectName, type ObjectName } from '../../lib/model/objects';
import { addressOf, emailsOf, idOf, keyOf, scalarsOf } from './crm/record';
import { hold, lower } from './laws/law';
import type { World } from './world';

const MAX_LISTED = 200;
/** Nobody edits these. */
const NAMES = ['firstName', 'lastName'];

export class Office {
	/** Contents that a CRM refused for good, by delivery: what was wanted then. */
	private readonly refused = new Map<number, CanonicalFields>();

	/** `system/entity`: a person agreed to a removal there. */
	readonly approved = new Set<string>();

	constructor(private readonly world: World) {}

	/** One of the open reviews is answered. True if there was one. */
	async answerOne(): Promise<boolean> {
		const reviews = await this.world.engine.call(({ desk }) => desk.reviews('open', MAX_LISTED));
		const review = this.world.chance.pick(reviews);
		if (review !== undefined) await this.answer(review);
		return review !== undefined;
	}

	async answerAll(): Promise<boolean> {
		const reviews = await this.world.engine.call(({ desk }) => desk.reviews('open', MAX_LISTED));
		for (const review of reviews) await this.answer(review);
		return reviews.length > 0;
	}

	/** One of the dead letters is tried again, or put aside. */
	async tidyOne(): Promise<void> {
		const letters = await this.letters();
		const letter = this.world.chance.pick(letters);
		if (letter === undefined) return;
		if (await this.isOver(letter)) await this.checkNewer(letter);
		await this.tidy(letter);
	}

	async tidyAll(): Promise<boolean> {
		const letters = await this.letters();
		for (const letter of letters) {
			if (await this.isOver(letter)) await this.checkNewer(letter);
			await this.tidy(letter);
		}
		return letters.length > 0;
	}

	/** The CRM refused this delivery for good. */
	noteRefused(deliveryId: number, changes: CanonicalFields): void {
		this.refused.set(deliveryId, changes);
	}

	/** The refusal of this delivery has been recorded. */
	async checkRefused(deliveryId: number): Promise<void> {
		const letter = (await this.letters()).find((one) => one.deliveryId === deliveryId);
		if (letter !== undefined && (await this.isOver(letter))) await this.checkNewer(letter);
	}

	/** One change of a client's field is taken back. */
	async undoOne(): Promise<void> {
		const { chance, engine, ruled, oracle, crms, trace } = this.world;
		const changes = await engine.call(({ desk }) => desk.audit({ kinds: ['change'], limit: 30 }));
		const change = chance.pick(changes);
		if (change?.field === undefined) return;
		trace.note(`  the desk undoes change ${change.seq} of ${change.field}`);
		ruled.add(change.field);
		const client = crms.flatMap((crm) => crm.clients.get(namedIn(change)) ?? [])[0];
		if (client !== undefined) oracle.leaveOpen(client);
		await engine.call(({ history }) => history.undoField({ auditSeq: change.seq, by: 'Sim' }));
	}

	/** A record, or a whole system, waits; or goes on. */
	async pause(crm: MemoryCrm): Promise<void> {
		const { chance, engine, trace } = this.world;
		const pauses = await engine.call(({ desk }) => desk.pauses());
		const standing = chance.pick(pauses);
		if (standing !== undefined) return this.resume(standing);
		const record = chance.happens(0.6) ? chance.pick([...crm.records.values()]) : undefined;
		const target = { system: crm.name, ...(record === undefined ? {} : addressOf(record.id)) };
		await engine.call(({ desk }) => desk.pause(target));
		trace.note(`  ${record?.id ?? crm.name} is paused`);
	}

	async resumeAll(): Promise<void> {
		const pauses = await this.world.engine.call(({ desk }) => desk.pauses());
		for (const one of pauses) await this.resume(one);
	}

	/** All of a CRM's records are read page by page and compared with what the fabric knows. */
	async reconcile(crm: MemoryCrm, breaksOff: boolean): Promise<void> {
		const { engine, now, trace, sightings, sabotage } = this.world;
		if (now < crm.downUntil) return;
		const run = await engine.call(({ reconcile }) =>
			reconcile.start(crm.name, { scope: 'full', dryRun: false }),
		);
		const { records } = crm.look(Number.NEGATIVE_INFINITY, Infinity, now);
		const kept = breaksOff ? records.slice(0, Math.floor(records.length / 2)) : records;
		const times = { readAt: now, receivedAt: now, unchangedUntil: null };
		const events = kept.map((record) => ({
			...snapshot(
				crm.name,
				record,
				crm.shownTime(record),
				times,
				record.archived ? 'archive' : 'upsert',
			),
			...(record.fabricId === undefined || record.object !== 'contact'
				? {}
				: { externalKeys: { fabric: record.fabricId } }),
		}));
		trace.note(`  ${crm.name} is reconciled, ${events.length} of ${records.length} records read`);
		this.world.takenEvents.clear();
		await engine.call(({ reconcile }) => reconcile.page(run, events));
		// A record of which something waits in the inbox already is not taken in.
		for (const [index, record] of kept.entries()) {
			const id = events[index]?.eventId ?? '';
			const isTaken = [id, `${id}:${run}`].some((name) => this.world.takenEvents.has(name));
			if (!isTaken) continue;
			if (crm.streams(record)) sightings.bridged(crm, new Set([record.id]));
			else sightings.polled(crm, record, now, now);
		}
		const complete = !breaksOff || sabotage?.trustsBrokenListings === true;
		const isGone = (crmId: string, object: ObjectName) =>
			Promise.resolve(
				!crm.records.has(idOf({ object, crmId })) || sabotage?.trustsBrokenListings === true,
			);
		await engine.call(({ reconcile }) => reconcile.finish(run, { complete, isGone }));
	}

	private async letters(): Promise<DeadLetterRow[]> {
		return this.world.engine.call(({ desk }) => desk.deadLetters('open', MAX_LISTED));
	}

	/** What is no longer wanted as it was refused is put aside: something newer went out, or will. */
	private async tidy(letter: DeadLetterRow): Promise<void> {
		const { engine, trace } = this.world;
		const isOver = await this.isOver(letter);
		trace.note(
			`  dead letter ${letter.id} (${letter.code}) is ${isOver ? 'put aside' : 'tried again'}`,
		);
		await this.ask(() =>
			engine.call(({ desk }) =>
				isOver ? desk.discardDeadLetter(letter.id) : desk.retryDeadLetter(letter.id),
			),
		);
	}

	private async isOver({ deliveryId, entityId }: DeadLetterRow): Promise<boolean> {
		const refused = this.refused.get(deliveryId ?? 0);
		if (refused === undefined || entityId === null) return false;
		const { engine } = this.world;
		const entity = await engine.call(({ desk }) => desk.findEntity(entityId));
		return !isStillWanted(refused, entity?.fields ?? {});
	}

	/** A change that is newer than the refused one is under way by itself, as far as the record is known to differ. */
	private async checkNewer({ system, object, crmId, entityId }: DeadLetterRow): Promise<void> {
		if (crmId === null || entityId === null) return;
		const { engine } = this.world;
		const entity = await engine.call(({ desk }) => desk.findEntity(entityId));
		const link = entity?.links.find((one) => one.system === system && one.crmId === crmId);
		if (entity === undefined || link?.state !== 'active') return;
		const { alive, shadows } = await engine.store.read(async (tx) => ({
			alive: await tx.deliveries.aliveOf([entityId]),
			shadows: await tx.registers.shadows([{ system, object, crmId }]),
		}));
		if (alive.some((delivery) => delivery.system === system)) return;
		const known = knownFields([...shadows.values()][0]);
		// Where only another system may set a field, and never did, nothing is wanted of this one.
		const wanted = scalarsOf(objectName(object)).filter(
			(field) => !isReferenceField(field) && entity.fields[field] !== undefined,
		);
		const agrees = isStillWanted(pick(known, wanted), entity.fields);
		hold(1, agrees, () => `A newer change of ${crmId} waits behind a dead letter`);
	}

	private async resume(one: PauseRow): Promise<void> {
		const { system, object, crmId } = one;
		const target = {
			system,
			...(crmId === null || crmId === '' ? {} : { object: object ?? 'contact', crmId }),
		};
		await this.world.engine.call(({ desk }) => desk.resume(target));
		this.world.trace.note(`  ${crmId || system} goes on`);
	}

	private async answer(review: ReviewRow): Promise<void> {
		const { engine, trace, chance } = this.world;
		const { id, kind } = review;
		if (kind === 'identity') {
			const unifiedId = await this.entityOf(review);
			trace.note(`  review ${id}: ${review.crmId} is ${unifiedId ?? 'somebody new'}`);
			await this.ask(() => engine.call(({ desk }) => desk.decideReview(id, unifiedId)));
			return;
		}
		const asked = kind === 'removal' && chance.happens(0.5);
		const verdict = kind === 'value' || kind === 'custom' ? 'take' : asked ? 'reject' : 'approve';
		if (kind === 'removal' && !asked) this.approved.add(`${review.system}/${review.entityId}`);
		trace.note(`  review ${id} (${kind}) about ${review.crmId}: ${verdict}`);
		await this.ask(() => engine.call(({ desk }) => desk.decide(id, { verdict })));
	}

	/** The entity that has another record of the same true client. */
	private async entityOf({ system, crmId }: ReviewRow): Promise<string | null> {
		const client = this.world.crm(system).clients.get(crmId);
		for (const crm of this.world.crms) {
			for (const [id, other] of crm.clients) {
				if (other !== client || id === crmId) continue;
				const entity = await this.world.engine.call(({ desk }) => desk.findEntity(crm.name, id));
				if (entity !== undefined) return entity.unifiedId;
			}
		}
		return null;
	}

	/** What the desk refuses is no fault: the question was overtaken. */
	private async ask(work: () => Promise<unknown>): Promise<void> {
		try {
			await work();
		} catch (error) {
			if (!(error instanceof DeskError)) throw error;
			this.world.trace.note(`  the desk refuses: ${error.message}`);
		}
	}
}

function isStillWanted(changes: CanonicalFields, wanted: CanonicalFields): boolean {
	const lists = (fields: CanonicalFields) => emailsOf(fields).map(keyOf).sort().join();
	const hasEmails = 'emails' in changes;
	// What names another record names it otherwise in each CRM.
	const told = Object.keys(changes).filter(
		(field) => !isListField(field) && !isReferenceField(field) && !NAMES.includes(field),
	);
	return (
		told.every((field) => lower(changes[field]) === lower(wanted[field])) &&
		(!hasEmails || lists(changes) === lists(wanted))
	);
}

function namedIn({ object, crmId }: AuditRow): string {
	return object === undefined || crmId === undefined ? '' : idOf({ object, crmId });
}

function pick(fields: CanonicalFields, names: readonly string[]): CanonicalFields {
	return Object.fromEntries(
		names.filter((name) => name in fields).map((name) => [name, fields[name] ?? null]),
	);
}
