/**
 * Merges a batch of change events in one transaction: registers, shadows, identity keys, audit rows
 * and the inbox move together or not at all. Each accepted event is merged exactly once.
 */
import { allKeys } from '../identity/keys';
import { knownFields, type Shadow } from './shadow';
import { recordKey, type ChangeEvent, type RecordAddress } from '../model/event';
import type { AuditRow, Link } from '../model/rows';
import type { StoreTransaction } from '../store/store';
import type { RegisterChange } from '../store/registers';
import { UNSETTLED, type InboxState } from '../store/schema';
import { mergeEvent, type FieldDecision, type MergeResult } from './merge';
import type { Registers } from './register';
import type { MergeRules } from './rules';

export interface MergeOutcome {
	outcome: 'applied' | 'noop' | 'superseded' | 'unlinked' | 'already';
	unifiedId: string | null;
	decisions: FieldDecision[];
}

export interface BatchResult {
	outcomes: MergeOutcome[];
	/** Entities of which a register or a record's shadow changed, with what caused it. */
	touched: Map<string, { syncOrigin: string }>;
}

export interface MergeBatchOptions {
	rules: MergeRules;
	/** ms */
	now: number;
}

export async function mergeBatch(
	tx: StoreTransaction,
	events: readonly ChangeEvent[],
	options: MergeBatchOptions,
): Promise<BatchResult> {
	const merger = await Merger.load(tx, events, options);
	const outcomes = events.map((event) => merger.merge(event));
	await merger.save();
	return { outcomes, touched: merger.touched };
}

interface ChangedRecord extends RecordAddress {
	entityId: string;
	externalKeys: Record<string, string>;
	keepExternal: boolean;
}

class Merger {
	readonly touched = new Map<string, { syncOrigin: string }>();
	private readonly registerChanges = new Map<string, RegisterChange>();
	private readonly changedShadows = new Map<string, ChangedRecord>();
	private readonly changedLinks = new Map<string, Link>();
	private readonly audit: AuditRow[] = [];
	private readonly settled = new Map<InboxState, number[]>();
	private readonly done = new Set<string>();

	private constructor(
		private readonly tx: StoreTransaction,
		private readonly options: MergeBatchOptions,
		private readonly inbox: Map<string, { seq: number; state: InboxState }>,
		private readonly links: Map<string, Link>,
		private readonly registers: Map<string, Registers>,
		private readonly shadows: Map<string, Shadow>,
	) {}

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
		const entityIds = [...new Set([...links.values()].map(({ entityId }) => entityId))];
		const registers = await tx.registers.registers(entityIds);
		const shadows = await tx.registers.shadows(events);
		return new Merger(tx, options, inbox, links, registers, shadows);
	}

	merge(event: ChangeEvent): MergeOutcome {
		const entry = this.inbox.get(event.eventId);
		const link = this.links.get(recordKey(event));
		const unifiedId = link?.entityId ?? null;
		if (entry === undefined || !UNSETTLED.includes(entry.state) || this.done.has(event.eventId)) {
			return { outcome: 'already', unifiedId, decisions: [] };
		}
		this.done.add(event.eventId);
		if (event.change === 'delete') return this.unlink(event, link, entry.seq);
		if (link === undefined) {
			throw new Error(
				`The record of event ${event.eventId} belongs to no entity; let it pass an Identity Resolve node before Field Merge.`,
			);
		}
		return this.fold(event, link, entry.seq);
	}

	async save(): Promise<void> {
		const { now } = this.options;
		await this.tx.registers.saveRegisters([...this.registerChanges.values()]);
		const records = [...this.changedShadows.values()];
		await this.tx.registers.saveShadows(
			records.map((record) => ({ ...record, shadow: this.shadowOf(record) })),
			now,
		);
		await this.tx.identity.replaceKeys(
			records.map((record) => ({
				...record,
				keys: allKeys(knownFields(this.shadowOf(record)), record.externalKeys),
			})),
		);
		await this.tx.identity.saveLinks([...this.changedLinks.values()], now);
		await this.tx.audit.append(this.audit);
		for (const [state, seqs] of this.settled) await this.tx.inbox.settle(seqs, state, now);
	}

	private shadowOf(record: RecordAddress): Shadow {
		return this.shadows.get(recordKey(record)) ?? { fields: {} };
	}

	private fold(event: ChangeEvent, link: Link, seq: number): MergeOutcome {
		const key = recordKey(event);
		const { entityId } = link;
		const registers = this.registers.get(entityId) ?? {};
		const shadow = this.shadows.get(key);
		const result = mergeEvent({ event, shadow, registers, ...this.options });
		this.registers.set(entityId, result.registers);
		this.shadows.set(key, result.shadow);
		this.noteRecord(event, entityId);
		this.keepDecisions(event, entityId, result);
		this.settle(seq, result.outcome);
		const returned = this.takeBack(event, link);
		// A new shadow may differ from the registers although no register moved (an empty text, an echo).
		if (result.moved || shadow === undefined || returned) {
			this.touched.set(entityId, { syncOrigin: key });
		}
		return { outcome: result.outcome, unifiedId: entityId, decisions: result.decisions };
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

	/** A record that was gone and shows up again belongs to its entity as before. True if it was unlinked. */
	private takeBack(event: ChangeEvent, link: Link): boolean {
		if (link.state === 'active') return event.change === 'undelete';
		const { goneAt, ...shadow } = this.shadowOf(event);
		if (goneAt !== undefined && Date.parse(event.readAt) <= goneAt) return false;
		this.shadows.set(recordKey(event), shadow);
		this.changeLink(event, { ...link, state: 'active' }, 'link', `back in ${event.system}`);
		return true;
	}

	private changeLink(event: ChangeEvent, link: Link, kind: string, reason: string): void {
		this.links.set(recordKey(event), link);
		this.changedLinks.set(recordKey(event), link);
		const { system, object, crmId, eventId } = event;
		const { entityId } = link;
		const { now: at } = this.options;
		this.audit.push({ at, kind, entityId, system, object, crmId, eventId, detail: { reason } });
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
				before: decision.before,
				after: decision.after,
				rule: memory.rule,
				editedAt: memory.editedAt,
				register,
				detail: decision.verdict === 'lost' ? { offered: decision.offered } : undefined,
			});
		}
	}

	/** The record was deleted in its CRM: the entity lets go of it and lives on in the others. */
	private unlink(event: ChangeEvent, link: Link | undefined, seq: number): MergeOutcome {
		if (link === undefined || link.state === 'unlinked') {
			this.settle(seq, 'noop');
			return { outcome: 'noop', unifiedId: link?.entityId ?? null, decisions: [] };
		}
		this.changeLink(event, { ...link, state: 'unlinked' }, 'unlink', `deleted in ${event.system}`);
		const goneAt = Date.parse(event.readAt);
		this.shadows.set(recordKey(event), { ...this.shadowOf(event), goneAt });
		this.noteRecord({ ...event, kind: 'delta' }, link.entityId);
		this.touched.set(link.entityId, { syncOrigin: recordKey(event) });
		this.settle(seq, 'applied');
		return { outcome: 'unlinked', unifiedId: link.entityId, decisions: [] };
	}

	private settle(seq: number, state: InboxState): void {
		this.settled.set(state, [...(this.settled.get(state) ?? []), seq]);
	}
}
