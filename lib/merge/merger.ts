/** Merges the events of one part of a batch: everything read at once, everything written at once. */
import { changeOf, indexRecords } from '../identity/record-index';
import { askedOf } from './asked';
import { touch } from './cause';
import { readableEvent } from './direction';
import { putBackOvertaking } from './overtaking';
import { QuestionBook, type OpenedQuestion } from './question-book';
import { isUnseen, type Shadow } from './shadow';
import { recordKey, type ChangeEvent, type RecordAddress } from '../model/event';
import { mapOfObject, type FieldMap } from '../model/field-map';
import type { AuditRow, Link } from '../model/rows';
import type { StoreTransaction } from '../store/store';
import type { InboxEntry } from '../store/inbox';
import type { RegisterChange } from '../store/registers';
import { UNSETTLED, type InboxState } from '../store/schema';
import { mergeEvent, type MergeResult } from './merge';
import type { Registers } from './register';
import { RemovalBook } from '../removal/book';
import { ownCascades } from '../removal/cascade';
import { removedAt } from '../removal/departure';
import { tellArchived, tellGone, tellThere, type Told } from '../removal/told';
import type { BatchResult, MergeBatchOptions, MergeOutcome } from './batch-result';

interface ChangedRecord extends RecordAddress {
	entityId: string;
	externalKeys: Record<string, string>;
	keepExternal: boolean;
}

/** Reads what a batch of events concerns, merges one after the other, and writes all of it. */
export class Merger {
	readonly touched: BatchResult['touched'] = new Map();
	private readonly registerChanges = new Map<string, RegisterChange>();
	private readonly changedShadows = new Map<string, ChangedRecord>();
	private readonly changedLinks = new Map<string, Link>();
	private readonly audit: AuditRow[] = [];
	private readonly settled = new Map<InboxState, number[]>();
	private readonly done = new Set<string>();
	/** Shadows as they were before the batch. */
	private readonly before: ReadonlyMap<string, Shadow>;

	private constructor(
		private readonly tx: StoreTransaction,
		private readonly options: MergeBatchOptions,
		private readonly inbox: Map<string, InboxEntry>,
		private readonly links: Map<string, Link>,
		private readonly registers: Map<string, Registers>,
		private readonly shadows: Map<string, Shadow>,
		private readonly questions: QuestionBook,
		private readonly removals: RemovalBook,
		/** Records that went with a client of our own removing. */
		private readonly cascades: ReadonlySet<string>,
	) {
		this.before = new Map(shadows);
	}

	static async load(
		tx: StoreTransaction,
		events: readonly ChangeEvent[],
		options: MergeBatchOptions,
	): Promise<Merger> {
		let inbox = await tx.inbox.statesOf(events.map(({ eventId }) => eventId));
		const strangers = events.filter(({ eventId }) => !inbox.has(eventId));
		if (strangers.length > 0) {
			// Made on the canvas, not by a trigger: accepted here, so that it too is merged exactly once.
			await tx.inbox.add(strangers, 'pending', options.now);
			inbox = await tx.inbox.statesOf(events.map(({ eventId }) => eventId));
		}
		const links = await tx.identity.links(events);
		const late = await putBackOvertaking(tx, events, { inbox, links }, options.now);
		for (const eventId of late) inbox.delete(eventId);
		const entityIds = [...new Set([...links.values()].map(({ entityId }) => entityId))];
		const shadows = await tx.registers.shadows(events);
		const registers = await tx.registers.registersOf(askedOf(events, links, shadows));
		const questions = await QuestionBook.load(tx, entityIds);
		const removals = await RemovalBook.load(tx, events, links);
		const cascades = await ownCascades(tx, events, shadows);
		const read = [inbox, links, registers, shadows, questions, removals, cascades] as const;
		return new Merger(tx, options, ...read);
	}

	merge(event: ChangeEvent): MergeOutcome {
		const entry = this.inbox.get(event.eventId);
		const link = this.links.get(recordKey(event));
		const unifiedId = link?.entityId ?? null;
		if (entry === undefined || !UNSETTLED.includes(entry.state) || this.done.has(event.eventId)) {
			return { outcome: 'already', unifiedId, decisions: [], questions: [] };
		}
		this.done.add(event.eventId);
		if (event.change === 'delete' || event.change === 'merge') {
			return this.unlink(event, link, entry.seq);
		}
		if (link === undefined && event.change === 'archive') return this.ignore(entry.seq);
		if (link === undefined) {
			throw new Error(
				`The record of event ${event.eventId} belongs to no entity; let it pass an Identity Resolve node before Field Merge.`,
			);
		}
		const readable = readableEvent(event, this.mapOf(event), this.options.holds?.get(event.system));
		return this.fold(readable, link, entry.seq);
	}

	async save(): Promise<Map<string, OpenedQuestion[]>> {
		const { now } = this.options;
		await this.tx.registers.saveRegisters([...this.registerChanges.values()]);
		const records = [...this.changedShadows].map(([key, record]) => {
			const shadow = this.shadows.get(key) ?? { fields: {} };
			return { ...record, shadow, ...changeOf(record.object, this.before.get(key), shadow) };
		});
		await this.tx.registers.saveShadows(records, now);
		await indexRecords(this.tx, records);
		await this.tx.identity.saveLinks([...this.changedLinks.values()], now);
		await this.tx.audit.append(this.audit);
		await this.removals.save(this.tx, now);
		for (const [state, seqs] of this.settled) await this.tx.inbox.settle(seqs, state, now);
		return this.questions.save(this.tx, now);
	}

	private mapOf({ system, object }: ChangeEvent): FieldMap | undefined {
		const map = this.options.fieldMaps?.get(system);
		return map && mapOfObject(map, object);
	}

	/** The emission that brought the event: what it changed can be undone as a whole. */
	private runOf({ eventId }: ChangeEvent): string | undefined {
		return this.inbox.get(eventId)?.batch ?? undefined;
	}

	private shadowOf(record: RecordAddress): Shadow {
		return this.shadows.get(recordKey(record)) ?? { fields: {} };
	}

	private fold(event: ChangeEvent, link: Link, seq: number): MergeOutcome {
		const key = recordKey(event);
		const { entityId } = link;
		const registers = this.registers.get(entityId) ?? {};
		const shadow = this.shadows.get(key);
		const questions = this.questions.of(entityId, Object.keys(event.fields));
		const result = mergeEvent({ event, shadow, registers, questions, ...this.options });
		this.questions.note(entityId, event, result.questions);
		this.registers.set(entityId, result.registers);
		this.shadows.set(key, result.shadow);
		this.noteRecord(event, entityId);
		this.keepDecisions(event, entityId, result);
		this.settle(seq, result.outcome);
		const returned = this.takeBack(event, link);
		// A new shadow may differ from the registers although no register moved (an empty text, an echo).
		const isFirst = shadow === undefined || isUnseen(shadow);
		if (isFirst || returned) this.touch(event, entityId);
		else if (result.moved.size > 0) this.touch(event, entityId, result.moved);
		return {
			outcome: result.outcome,
			unifiedId: entityId,
			decisions: result.decisions,
			unknown: result.unknown,
			moved: result.moved,
			questions: [],
		};
	}

	/** A delta names only the external keys that changed; the others stay. */
	private noteRecord(event: ChangeEvent, entityId: string): void {
		const { system, object, crmId } = event;
		const earlier = this.changedShadows.get(recordKey(event));
		const isWhole = event.kind === 'snapshot';
		this.changedShadows.set(recordKey(event), {
			system,
			object,
			crmId,
			entityId,
			externalKeys: { ...(isWhole ? {} : earlier?.externalKeys), ...event.externalKeys },
			keepExternal: !isWhole && (earlier?.keepExternal ?? true),
		});
	}

	/** The record is there, or put away: its link follows. True if it is not what it was. */
	private takeBack(event: ChangeEvent, link: Link): boolean {
		const known = this.shadowOf(event);
		const isTakenOut = this.options.isTakenOut?.(event) ?? false;
		const told =
			event.change === 'archive'
				? tellArchived(event, link, known)
				: tellThere(event, link, known, isTakenOut);
		if (told !== undefined) this.takeTold(event, told);
		return told !== undefined;
	}

	private takeTold(event: ChangeEvent, told: Told): void {
		const { link, shadow, kind, reason, meaning } = told;
		const before = this.shadowOf(event);
		this.shadows.set(recordKey(event), shadow);
		this.changeLink(event, link, kind, reason);
		this.removals.note(link);
		if (meaning === 'returns') this.removals.return(link.entityId);
		else if (meaning === 'departs')
			this.removals.depart(event, link, removedAt(event, before), this.runOf(event));
	}

	private touch(event: ChangeEvent, entityId: string, fields?: ReadonlySet<string>): void {
		touch(this.touched, entityId, { syncOrigin: recordKey(event), run: this.runOf(event), fields });
	}

	private changeLink(event: ChangeEvent, link: Link, kind: string, reason: string): void {
		this.links.set(recordKey(event), link);
		this.changedLinks.set(recordKey(event), link);
		const { system, object, crmId, eventId } = event;
		const { entityId } = link;
		const { now: at } = this.options;
		const run = this.runOf(event);
		this.audit.push({
			at,
			kind,
			entityId,
			system,
			object,
			crmId,
			eventId,
			run,
			detail: { reason },
		});
	}

	private keepDecisions(event: ChangeEvent, entityId: string, { decisions }: MergeResult): void {
		for (const decision of decisions) {
			const { field, register, memory } = decision;
			if (register !== undefined)
				this.registerChanges.set(`${entityId}/${field}`, { entityId, field, register });
			this.audit.push({
				at: this.options.now,
				kind: decision.verdict,
				entityId,
				field,
				system: event.system,
				object: event.object,
				crmId: event.crmId,
				eventId: event.eventId,
				run: this.runOf(event),
				before: decision.before,
				after: decision.after,
				rule: memory.rule,
				editedAt: memory.editedAt,
				register,
				detail: ['lost', 'asked'].includes(decision.verdict)
					? { offered: decision.offered }
					: undefined,
			});
		}
	}

	/** The record was deleted in its CRM: the entity lets go of it. */
	private unlink(event: ChangeEvent, link: Link | undefined, seq: number): MergeOutcome {
		if (link === undefined) return this.ignore(seq);
		const { entityId } = link;
		const isCascade = this.cascades.has(recordKey(event));
		const told = tellGone(event, link, this.shadowOf(event), isCascade);
		if (told === undefined || told === 'stale') {
			return this.ignore(seq, entityId, told === 'stale' ? 'superseded' : 'noop');
		}
		this.takeTold(event, told);
		this.noteRecord({ ...event, kind: 'delta' }, entityId);
		this.touch(event, entityId);
		this.settle(seq, 'applied');
		return { outcome: 'unlinked', unifiedId: entityId, decisions: [], questions: [] };
	}

	private ignore(
		seq: number,
		unifiedId: string | null = null,
		outcome: 'noop' | 'superseded' = 'noop',
	): MergeOutcome {
		this.settle(seq, outcome);
		return { outcome, unifiedId, decisions: [], questions: [] };
	}

	private settle(seq: number, state: InboxState): void {
		this.settled.set(state, [...(this.settled.get(state) ?? []), seq]);
	}
}
