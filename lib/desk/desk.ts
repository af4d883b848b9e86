/**
 * The desk: what waits for a person (reviews, dead letters, pauses) and what people ask (who changed
 * this field, what does the fabric know of this client). Each method is one store transaction.
 */
import type { EventEmitter } from 'node:events';
import type { Clock } from '../clock';
import type { ConnectorOf } from '../delivery/mark';
import type { DeadLetterRow, ReviewRow, StoredAuditRow } from '../model/rows';
import type { AuditQuery } from '../store/audit';
import type { PauseRow } from '../store/pauses';
import type { RunRow } from '../store/runs';
import type { Store } from '../store/store';
import { answerReview, requireReview, type Answer } from './answer';
import { discardLetter, retryLetter } from './dead-letters';
import { pause, resume, type PauseRequest } from './pauses';
import { countAll, linkedEntity, viewEntity, type EntityView, type Metrics } from './views';

export class Desk {
	constructor(
		private readonly store: Store,
		private readonly clock: Clock,
		private readonly connectorOf: ConnectorOf,
		private readonly signals: EventEmitter,
	) {}

	/** The client behind `U1001`, or behind `wealthbox`, `30714402`. */
	findEntity(unifiedId: string): Promise<EntityView | undefined>;
	findEntity(system: string, crmId: string): Promise<EntityView | undefined>;
	findEntity(first: string, crmId?: string): Promise<EntityView | undefined> {
		return this.store.read(async (tx) => {
			const unifiedId = crmId === undefined ? first : await linkedEntity(tx, first, crmId);
			return unifiedId === undefined ? undefined : viewEntity(tx, unifiedId);
		});
	}

	/** Newest first. */
	audit(query: AuditQuery): Promise<StoredAuditRow[]> {
		return this.store.read((tx) => tx.audit.find(query));
	}

	reviews(state: ReviewRow['state'] | undefined, limit: number): Promise<ReviewRow[]> {
		return this.store.read((tx) => tx.reviews.list(state, limit));
	}

	/** Throws a DeskError if there is none. */
	review(id: number): Promise<ReviewRow> {
		return this.store.read((tx) => requireReview(tx, id));
	}

	/**
	 * Answers a review of any kind; what waited for it goes on. Throws a DeskError, and does nothing, if
	 * it cannot be answered so: decided before, overtaken by a newer value, a verdict of another kind.
	 */
	async decide(id: number, answer: Answer, by?: string): Promise<ReviewRow> {
		const { connectorOf } = this;
		const review = await this.store.transaction((tx) =>
			answerReview(tx, id, answer, { now: this.clock.now(), connectorOf, by }),
		);
		this.wake(review.system);
		return review;
	}

	/** Of an identity review: approves a candidate (`unifiedId`) or says that this is another client. */
	decideReview(id: number, unifiedId: string | null, by?: string): Promise<ReviewRow> {
		const answer: Answer = unifiedId === null ? { verdict: 'new' } : { verdict: 'link', unifiedId };
		return this.decide(id, answer, by);
	}

	deadLetters(state: DeadLetterRow['state'] | undefined, limit: number): Promise<DeadLetterRow[]> {
		return this.store.read((tx) => tx.deadLetters.list(state, limit));
	}

	async retryDeadLetter(id: number): Promise<DeadLetterRow> {
		const { connectorOf } = this;
		const letter = await this.store.transaction((tx) =>
			retryLetter(tx, id, { now: this.clock.now(), connectorOf }),
		);
		this.signals.emit(letter.kind === 'event' ? `events:${letter.system}` : 'deliveries');
		return letter;
	}

	discardDeadLetter(id: number): Promise<DeadLetterRow> {
		const { connectorOf } = this;
		return this.store.transaction((tx) =>
			discardLetter(tx, id, { now: this.clock.now(), connectorOf }),
		);
	}

	/** One record, or without `crmId` a whole system: its events and deliveries wait. */
	pause(target: PauseRequest, by?: string): Promise<PauseRow> {
		return this.store.transaction((tx) => pause(tx, target, this.clock.now(), by));
	}

	async resume(target: PauseRequest, by?: string): Promise<void> {
		await this.store.transaction((tx) => resume(tx, target, this.clock.now(), by));
		this.wake(target.system);
	}

	pauses(): Promise<PauseRow[]> {
		return this.store.read((tx) => tx.pauses.list());
	}

	/** Runs of a kind (`reconcile`, `undo`) with their reports, newest first. */
	runs(kind: string, limit: number): Promise<RunRow[]> {
		return this.store.read((tx) => tx.runs.list(kind, limit));
	}

	metrics(): Promise<Metrics> {
		return this.store.read((tx) => countAll(tx));
	}

	private wake(system: string): void {
		this.signals.emit(`events:${system}`);
		this.signals.emit('deliveries');
	}
}
