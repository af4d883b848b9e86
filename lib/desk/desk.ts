/**
 * The desk: what waits for a person (reviews, dead letters) and what people ask (who changed this
 * field, what does the fabric know of this client).
 */
import type { EventEmitter } from 'node:events';
import type { Clock } from '../clock';
import { markDeliveries, type ConnectorOf } from '../delivery/mark';
import { allKeys } from '../identity/keys';
import { changeEventSchema, describeIssues } from '../model/event';
import type { CanonicalFields } from '../model/fields';
import type { DeadLetterRow, Link, ReviewRow, StoredAuditRow } from '../model/rows';
import { desiredFields } from '../merge/register';
import type { AuditQuery } from '../store/audit';
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
		if (unifiedId !== null && !(await tx.identity.existing([unifiedId])).has(unifiedId)) {
			throw new DeskError(
				`There is no client ${unifiedId}. The review lists the candidates' unified ids.`,
			);
		}
		const entityId =
			unifiedId ?? (await tx.identity.createEntities([`review:${review.id}`], now))[0];
		if (entityId === undefined) throw new Error('The store made no entity.');
		const evidence: Link['evidence'] = { by: 'person', score: 1, fields: [] };
		await tx.identity.saveLinks(
			[{ system, object, crmId, entityId, state: 'active', evidence, recreated: 0 }],
			now,
		);
		await tx.identity.replaceKeys([
			{ system, object, crmId, entityId, keys: allKeys(review.question.record, {}) },
		]);
		await tx.reviews.decide(
			review.id,
			{ verdict: unifiedId === null ? 'new' : 'link', unifiedId: entityId, by },
			now,
		);
		await tx.inbox.release(await tx.inbox.inReview(review), now);
		await tx.audit.append([
			{
				at: now,
				kind: 'link',
				entityId,
				system,
				object,
				crmId,
				detail: { ...evidence, reviewId: review.id, person: by },
			},
		]);
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
		if (letter.entityId === null) return;
		const touched = new Map([[letter.entityId, { syncOrigin: `dead-letter/${letter.id}` }]]);
		await markDeliveries(tx, touched, { connectorOf: this.connectorOf, now: this.clock.now() });
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
