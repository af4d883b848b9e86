/**
 * The desk: what waits for a person (reviews, dead letters, pauses) and what people ask (who changed
 * this field, what does the fabric know of this client). Each method is one store transaction.
 */
import type { EventEmitter } from 'node:events';
import type { Clock } from '../clock';
import type { ConnectorOf } from '../delivery/mark';
import { waitingRecords, type WaitingRecord } from '../delivery/waiting';
import type { DeadLetterRow, ReviewRow, StoredAuditRow, WhileInReview } from '../model/rows';
import type { AuditQuery } from '../store/audit';
import type { PauseRow } from '../store/pauses';
import type { RunRow } from '../store/runs';
import type { Store, StoreTransaction } from '../store/store';
import { answerReview, requireReview } from './answer';
import type { Answer, AnswerContext } from './answers/answer-review';
import {
	mergeClients,
	splitClient,
	undoClientMove,
	type ClientContext,
	type ClientMove,
	type MergeAsked,
	type SplitAsked,
} from './clients';
import { discardLetter, retryLetter } from './dead-letters';
import { pause, resume, type PauseRequest } from './pauses';
import { ignoreReview, postponeReview, reopenReview } from './reviews';
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

	/** Open ones that are put off are left out until their time, unless `putOff` asks for them. */
	reviews(
		state: ReviewRow['state'] | undefined,
		limit: number,
		{ putOff = false }: { putOff?: boolean } = {},
	): Promise<ReviewRow[]> {
		const now = putOff ? undefined : this.clock.now();
		return this.store.read((tx) => tx.reviews.list(state, limit, now));
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

	/**
	 * Closes an identity review without an answer. A record that was held stays held, or becomes a client of
	 * its own (`record: 'asNew'`).
	 */
	ignoreReview(id: number, asked: { by?: string; record?: WhileInReview } = {}) {
		return this.withReview((tx, context) => ignoreReview(tx, id, asked.record, context), asked.by);
	}

	/** Puts an open review off until then, ms. */
	postponeReview(id: number, until: number, by?: string): Promise<ReviewRow> {
		return this.withReview((tx, context) => postponeReview(tx, id, until, context), by);
	}

	/** Takes the answer to an identity review back, or that a review was ignored or put off (./reviews.ts). */
	reopenReview(id: number, by?: string): Promise<ReviewRow> {
		return this.withReview((tx, context) => reopenReview(tx, id, context), by);
	}

	/** A person says that two clients are one. `into` keeps its id, that of `from` becomes an alias. */
	mergeEntities(asked: MergeAsked): Promise<ClientMove> {
		return this.move((tx, context) => mergeClients(tx, asked, context));
	}

	/** A person says that these records are another client: one that they were before, or a new one. */
	splitEntity(asked: SplitAsked): Promise<ClientMove> {
		return this.move((tx, context) => splitClient(tx, asked, context));
	}

	/** Takes a merge or a split of clients back; `auditSeq`: of the row that tells of it. */
	undoIdentity(asked: { auditSeq: number; by?: string }): Promise<ClientMove> {
		return this.move((tx, context) => undoClientMove(tx, asked, context));
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

	/** Notes, tasks and so on that wait for a client whose create is dead. */
	async waiting(limit: number): Promise<WaitingRecord[]> {
		const records = await this.store.read((tx) => waitingRecords(tx, this.connectorOf));
		return records.slice(0, limit);
	}

	metrics(): Promise<Metrics> {
		return this.store.read((tx) => countAll(tx, this.clock.now(), this.connectorOf));
	}

	private async withReview(
		work: (tx: StoreTransaction, context: AnswerContext) => Promise<ReviewRow>,
		by: string | undefined,
	): Promise<ReviewRow> {
		const { connectorOf } = this;
		const review = await this.store.transaction((tx) =>
			work(tx, { now: this.clock.now(), connectorOf, by }),
		);
		this.wake(review.system);
		return review;
	}

	private async move(
		work: (tx: StoreTransaction, context: ClientContext) => Promise<ClientMove>,
	): Promise<ClientMove> {
		const { connectorOf } = this;
		const moved = await this.store.transaction((tx) =>
			work(tx, { now: this.clock.now(), connectorOf }),
		);
		this.signals.emit('deliveries');
		return moved;
	}

	private wake(system: string): void {
		this.signals.emit(`events:${system}`);
		this.signals.emit('deliveries');
	}
}
