/**
 * The desk: what waits for a person (reviews, dead letters) and what people ask (who changed this
 * field, what does the fabric know of this client).
 */
import type { EventEmitter } from 'node:events';
import type { Clock } from '../clock';
import { createTarget, markDeliveries, type ConnectorOf } from '../delivery/mark';
import { allKeys } from '../identity/keys';
import { changeEventSchema, describeIssues } from '../model/event';
import type { CanonicalFields } from '../model/fields';
import {
	PRIORITY,
	type DeadLetterRow,
	type Link,
	type ReviewRow,
	type StoredAuditRow,
} from '../model/rows';
import { desiredFields } from '../merge/register';
import type { AuditQuery } from '../store/audit';
import { unifiedIdOf } from '../store/identity';
import type { Store, StoreTransaction } from '../store/store';

/** A question that cannot be answered as asked; the message says what to do. */
export class DeskError extends Error {
	override readonly name = 'DeskError';
}

export interface EntityView {
	unifiedId: string;
	fields: CanonicalFields;
	links: Link[];
}

export interface Metrics {
	inbox: Array<{ system: string; state: string; count: number }>;
	deliveries: Array<{ system: string; state: string; count: number }>;
	openReviews: number;
	openDeadLetters: number;
	systems: Array<{ name: string; connector: string; ready: boolean }>;
}

const MAX_COUNTED = 10_000;

export class Desk {
	constructor(
		private readonly store: Store,
		private readonly clock: Clock,
		private readonly connectorOf: ConnectorOf,
		private readonly signals: EventEmitter,
	) {}

	/** The unified id behind `U1001`, or behind `wealthbox/30714402`. */
	findEntity(unifiedId: string): Promise<EntityView | undefined>;
	findEntity(system: string, crmId: string): Promise<EntityView | undefined>;
	findEntity(first: string, crmId?: string): Promise<EntityView | undefined> {
		return this.store.transaction(async (tx) => {
			const unifiedId = crmId === undefined ? first : await this.linkedEntity(tx, first, crmId);
			if (unifiedId === undefined || !(await tx.identity.existing([unifiedId])).has(unifiedId))
				return undefined;
			const registers = await tx.registers.registers([unifiedId]);
			const links = await tx.identity.linksOf([unifiedId]);
			return { unifiedId, fields: desiredFields(registers.get(unifiedId) ?? {}), links };
		});
	}

	/** Newest first. */
	audit(query: AuditQuery): Promise<StoredAuditRow[]> {
		return this.store.transaction((tx) => tx.audit.find(query));
	}

	reviews(state: ReviewRow['state'] | undefined, limit: number): Promise<ReviewRow[]> {
		return this.store.transaction((tx) => tx.reviews.list(state, limit));
	}

	/** Approves a candidate (`unifiedId`) or says that this is another client; the held events go on. */
	async decideReview(id: number, unifiedId: string | null, by?: string): Promise<ReviewRow> {
		const review = await this.store.transaction(async (tx) => {
			const found = await tx.reviews.get(id);
			if (found === undefined)
				throw new DeskError(`There is no review ${id}. List the reviews to see which are open.`);
			if (found.state === 'decided') throw new DeskError(`Review ${id} was decided before.`);
			await this.decide(tx, found, unifiedId, by);
			return (await tx.reviews.get(id)) ?? found;
		});
		this.signals.emit(`events:${review.system}`);
		this.signals.emit('deliveries');
		return review;
	}

	deadLetters(state: DeadLetterRow['state'] | undefined, limit: number): Promise<DeadLetterRow[]> {
		return this.store.transaction((tx) => tx.deadLetters.list(state, limit));
	}

	async retryDeadLetter(id: number): Promise<DeadLetterRow> {
		const letter = await this.store.transaction(async (tx) => {
			const found = await this.openLetter(tx, id);
			if (found.kind === 'event') await this.retryEvent(tx, found);
			else await this.retryDelivery(tx, found);
			return this.closeLetter(tx, found, 'retried');
		});
		this.signals.emit(letter.kind === 'event' ? `events:${letter.system}` : 'deliveries');
		return letter;
	}

	discardDeadLetter(id: number): Promise<DeadLetterRow> {
		return this.store.transaction(async (tx) =>
			this.closeLetter(tx, await this.openLetter(tx, id), 'discarded'),
		);
	}

	metrics(): Promise<Metrics> {
		return this.store.transaction(async (tx) => ({
			inbox: await tx.inbox.countByState(),
			deliveries: await tx.deliveries.countByState(),
			openReviews: (await tx.reviews.list('open', MAX_COUNTED)).length,
			openDeadLetters: (await tx.deadLetters.list('open', MAX_COUNTED)).length,
			systems: (await tx.systems.all()).map(({ name, connector, readyAt }) => ({
				name,
				connector,
				ready: readyAt !== null,
			})),
		}));
	}

	private async linkedEntity(
		tx: StoreTransaction,
		system: string,
		crmId: string,
	): Promise<string | undefined> {
		const links = await tx.identity.links([{ system, object: 'contact', crmId }]);
		return [...links.values()][0]?.entityId;
	}

	private async decide(
		tx: StoreTransaction,
		review: ReviewRow,
		unifiedId: string | null,
		by?: string,
	): Promise<void> {
		const now = this.clock.now();
		const { system, object, crmId } = review;
		const linked = await this.linkedEntity(tx, system, crmId);
		const entityId = linked ?? unifiedId ?? (await this.newEntity(tx, review));
		if (linked === undefined) await this.linkByPerson(tx, review, entityId, unifiedId, by);
		else if (unifiedId !== null && unifiedId !== linked) {
			throw new DeskError(
				`The record of review ${review.id} belongs to client ${linked} already. A review cannot move it to ${unifiedId}.`,
			);
		}
		const verdict = unifiedId === null ? 'new' : 'link';
		await tx.reviews.decide(review.id, { verdict, unifiedId: entityId, by }, now);
		await tx.inbox.release(await tx.inbox.inReview({ system, object, crmId }), now);
		// While it was open, no candidate was created in that system; those that are missing there may be now.
		const waited = new Set([entityId, ...review.question.candidates.map((one) => one.unifiedId)]);
		const cause = { syncOrigin: `review/${review.id}` };
		await markDeliveries(tx, new Map([...waited].map((id) => [id, cause])), {
			connectorOf: this.connectorOf,
			now,
		});
	}

	private async newEntity(tx: StoreTransaction, review: ReviewRow): Promise<string> {
		const number = (await tx.identity.lastNumber()) + 1;
		const createdBy = `review:${review.id}`;
		await tx.identity.addEntities([{ number, createdBy }], this.clock.now());
		return unifiedIdOf(number);
	}

	private async linkByPerson(
		tx: StoreTransaction,
		review: ReviewRow,
		entityId: string,
		chosen: string | null,
		by?: string,
	): Promise<void> {
		if (chosen !== null && !(await tx.identity.existing([chosen])).has(chosen)) {
			throw new DeskError(
				`There is no client ${chosen}. The review lists the candidates' unified ids.`,
			);
		}
		const { system, object, crmId } = review;
		const address = { system, object, crmId };
		const now = this.clock.now();
		const evidence: Link['evidence'] = { by: 'person', score: 1, fields: [] };
		const link: Link = { ...address, entityId, state: 'active', evidence, recreated: 0 };
		await tx.identity.saveLinks([link], now);
		const keys = allKeys(review.question.record, {});
		await tx.identity.replaceKeys([{ ...address, entityId, keys }]);
		const detail = { ...evidence, reviewId: review.id, person: by };
		await tx.audit.append([{ at: now, kind: 'link', entityId, ...address, detail }]);
	}

	private async openLetter(tx: StoreTransaction, id: number): Promise<DeadLetterRow> {
		const letter = await tx.deadLetters.get(id);
		if (letter === undefined)
			throw new DeskError(
				`There is no dead letter ${id}. List the dead letters to see which are open.`,
			);
		if (letter.state !== 'open')
			throw new DeskError(`Dead letter ${id} was ${letter.state} before.`);
		return letter;
	}

	private async retryEvent(tx: StoreTransaction, letter: DeadLetterRow): Promise<void> {
		if (letter.inboxSeq !== null) return tx.inbox.release([letter.inboxSeq], this.clock.now());
		const event = changeEventSchema.safeParse(letter.payload);
		if (!event.success) {
			throw new DeskError(
				`The event still does not fit: ${describeIssues(event.error)}. Repair the record in ${letter.system} (its change brings a new event), then discard this one.`,
			);
		}
		await tx.inbox.add([event.data], 'pending', this.clock.now());
	}

	/** Level-triggered: what is written is computed anew from what the entity wants now. */
	private async retryDelivery(tx: StoreTransaction, letter: DeadLetterRow): Promise<void> {
		const { entityId, system, object, deliveryId } = letter;
		if (entityId === null) return;
		const now = this.clock.now();
		const syncOrigin = `dead-letter/${letter.id}`;
		const touched = new Map([[entityId, { syncOrigin }]]);
		await markDeliveries(tx, touched, { connectorOf: this.connectorOf, now });
		const dead = (await tx.deliveries.byIds(deliveryId === null ? [] : [deliveryId])).get(
			deliveryId ?? 0,
		);
		if (dead?.operation !== 'create') return;
		// Marking opens no create where a record was unlinked; the person who retries wants one.
		const links = await tx.identity.linksOf([entityId]);
		const alive = await tx.deliveries.aliveOf([entityId]);
		const isThere = links.some((link) => link.system === system && link.state === 'active');
		if (isThere || alive.some((delivery) => delivery.system === system)) return;
		const create = { system, object, target: createTarget(entityId), crmId: null, entityId };
		const how = { operation: 'create' as const, priority: PRIORITY.live, syncOrigin, nextAt: now };
		await tx.deliveries.open([{ ...create, ...how }], now);
	}

	private async closeLetter(
		tx: StoreTransaction,
		letter: DeadLetterRow,
		state: 'retried' | 'discarded',
	): Promise<DeadLetterRow> {
		const now = this.clock.now();
		await tx.deadLetters.close(letter.id, state, now);
		await tx.audit.append([
			{
				at: now,
				kind: state === 'retried' ? 'retry' : 'discard',
				entityId: letter.entityId ?? undefined,
				system: letter.system,
				object: letter.object,
				crmId: letter.crmId ?? undefined,
				deliveryId: letter.deliveryId ?? undefined,
				detail: { deadLetter: letter.id },
			},
		]);
		return { ...letter, state, closedAt: now };
	}
}
