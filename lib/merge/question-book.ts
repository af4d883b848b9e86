/** The questions about values that a batch of events opens, replaces or answers by itself. */
import type { ChangeEvent } from '../model/event';
import type { AuditRow, ReviewRow, ValueQuestion } from '../model/rows';
import type { StoreTransaction } from '../store/store';
import type { MergeResult, QuestionChange, Questions } from './merge';

/** A question that is open now, as Field Merge hands it out. */
export interface OpenedQuestion {
	reviewId: number;
	field: string;
	policy: 'ask' | 'custom';
	value: ValueQuestion;
}

interface Entry {
	entityId: string;
	field: string;
	/** Undefined: not in the store yet. */
	review?: ReviewRow;
	/** What it is now; null: it has answered itself. */
	value: ValueQuestion | null;
	/** What the batch made of it. */
	change?: QuestionChange;
	/** The event that brought the candidate. */
	event?: ChangeEvent;
}

export class QuestionBook {
	private readonly entries = new Map<string, Entry>();
	private readonly changed = new Set<Entry>();

	static async load(tx: StoreTransaction, entityIds: readonly string[]): Promise<QuestionBook> {
		const book = new QuestionBook();
		for (const review of await tx.reviews.questions(entityIds)) {
			const { entityId, field, question } = review;
			if (entityId === null || field === null || question.value === undefined) continue;
			book.entries.set(`${entityId}/${field}`, { entityId, field, review, value: question.value });
		}
		return book;
	}

	/** Open questions of an entity, by field. */
	of(entityId: string, fields: readonly string[]): Questions {
		const open: Record<string, ValueQuestion> = {};
		if (this.entries.size === 0) return open;
		for (const field of fields) {
			const value = this.entries.get(`${entityId}/${field}`)?.value;
			if (value) open[field] = value;
		}
		return open;
	}

	note(entityId: string, event: ChangeEvent, questions: MergeResult['questions']): void {
		for (const [field, change] of Object.entries(questions)) {
			const key = `${entityId}/${field}`;
			const entry = this.entries.get(key) ?? { entityId, field, value: null };
			entry.value = change?.value ?? null;
			if (change?.isNew) Object.assign(entry, { change, event });
			this.entries.set(key, entry);
			this.changed.add(entry);
		}
	}

	/** By event: the questions that stand at the end of the batch. */
	async save(tx: StoreTransaction, now: number): Promise<Map<string, OpenedQuestion[]>> {
		const opened = new Map<string, OpenedQuestion[]>();
		for (const entry of this.changed) {
			const { value, change, event, field } = entry;
			if (value === null) await this.close(tx, entry, now);
			else {
				const reviewId = await this.ask(tx, entry, value, now);
				if (event === undefined || change?.policy === undefined) continue;
				const known = opened.get(event.eventId) ?? [];
				opened.set(event.eventId, [...known, { reviewId, field, policy: change.policy, value }]);
			}
		}
		return opened;
	}

	private async ask(
		tx: StoreTransaction,
		{ review, entityId, field, change, event }: Entry,
		value: ValueQuestion,
		now: number,
	): Promise<number> {
		const { system, crmId } = value.candidateSource;
		const address = { system, object: 'contact', crmId };
		const record = event?.fields ?? review?.question.record ?? {};
		const reason = reasonOf(value);
		const question = { reason, value, record, candidates: [] };
		if (review !== undefined) {
			await tx.reviews.replaceQuestion(review.id, address, question);
			return review.id;
		}
		const kind = change?.policy === 'custom' ? ('custom' as const) : ('value' as const);
		const fresh = { ...address, kind, state: 'open' as const, entityId, field, question };
		const { id } = await tx.reviews.open(fresh, now);
		await tx.audit.append([auditRow(now, { ...address, entityId, field }, { reviewId: id, kind })]);
		return id;
	}

	/** What was asked about is what stands: nothing is left to choose between. */
	private async close(
		tx: StoreTransaction,
		{ review, entityId, field }: Entry,
		now: number,
	): Promise<void> {
		if (review === undefined) return;
		const by = 'the records, which agree again';
		await tx.reviews.decide(review.id, { verdict: 'keep', by }, now);
		const { system, object, crmId } = review;
		const detail = { reviewId: review.id, kind: review.kind, verdict: 'keep', by };
		await tx.audit.append([auditRow(now, { system, object, crmId, entityId, field }, detail)]);
	}
}

function reasonOf({ candidateSource, currentSource }: ValueQuestion): string {
	const from = currentSource === null ? 'nobody' : currentSource.system;
	return `${candidateSource.system} holds another value than the one from ${from}. Keep what stands, take the new value, or set one.`;
}

function auditRow(at: number, about: Partial<AuditRow>, detail: unknown): AuditRow {
	return { at, kind: 'review', ...about, detail };
}
