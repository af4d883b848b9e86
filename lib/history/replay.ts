/**
 * Merges a client's past once more under other rules. What people did is what the audit trail says
 * they did: only the decisions are taken anew. Pure.
 */
import { DESK_SYSTEM } from '../merge/clock';
import { mergeEvent, type FieldDecision, type Questions } from '../merge/merge';
import { memoriesOf, registerValue, type Register, type Registers } from '../merge/register';
import type { MergeRules } from '../merge/rules';
import { confirm, type Shadow } from '../merge/shadow';
import { isEmpty, sameValue } from '../model/canonical';
import { recordKey, type ChangeEvent } from '../model/event';
import { objectName } from '../model/objects';
import { isListField, type FieldValue } from '../model/fields';
import type { DeliveryRow, StoredAuditRow } from '../model/rows';
import type { Moment } from './timeline';

export interface DecisionAgain {
	field: string;
	eventId: string;
	system: string;
	crmId: string;
	/** ISO */
	editedAt: string;
	offered: FieldValue;
	/** Undefined: it made no difference then. */
	now?: { verdict: string; rule?: string };
	then?: { verdict: string; rule: string };
}

export interface Replayed {
	registers: Registers;
	decisions: DecisionAgain[];
	/** Decisions whose event is no longer kept: taken from the audit trail. */
	fromTrail: number;
}

export class Replay {
	readonly decisions: DecisionAgain[] = [];
	registers: Registers = {};
	fromTrail = 0;
	private questions: Questions = {};
	private readonly shadows = new Map<string, Shadow>();
	/** What the registers held in truth. */
	private readonly truth: Registers = {};

	constructor(
		private readonly rules: MergeRules,
		private readonly deliveries: ReadonlyMap<number, DeliveryRow>,
	) {}

	run(moments: readonly Moment[]): Replayed {
		for (const moment of moments) this.step(moment);
		const { registers, decisions, fromTrail } = this;
		return { registers, decisions, fromTrail };
	}

	private step(moment: Moment): void {
		switch (moment.kind) {
			case 'write':
				return this.write(moment.row);
			case 'taken': {
				const { field = '', register } = moment.row;
				if (register === undefined) {
					delete this.registers[field];
					delete this.truth[field];
				} else {
					this.registers[field] = register as Register;
					this.truth[field] = register as Register;
				}
				return;
			}
			case 'sight':
				return this.see(moment.event, []);
			case 'decisions':
				return moment.event === undefined
					? moment.rows.forEach((row) => this.decideByTrail(row))
					: this.see(moment.event, moment.rows);
		}
	}

	private write(row: StoredAuditRow): void {
		const { system = '', object = '', crmId = '', field, after = null } = row;
		if (field === undefined) return;
		const key = recordKey({ system, object, crmId });
		const shadow = this.shadows.get(key) ?? { fields: {} };
		const sent = this.deliveries.get(row.deliveryId ?? 0)?.changes?.[field] ?? after;
		this.shadows.set(key, confirm(shadow, { [field]: sent }, { [field]: after }, row.at));
	}

	/** What the event shows, against what was known of its record then. */
	private see(event: ChangeEvent, rows: readonly StoredAuditRow[]): void {
		const key = recordKey(event);
		const shadow = this.shadows.get(key);
		const { registers, questions, rules } = this;
		const now = rows[0]?.at ?? Date.parse(event.receivedAt);
		const result = mergeEvent({ event, shadow, registers, questions, rules, now });
		this.shadows.set(key, result.shadow);
		const seen = new Map(result.decisions.map((decision) => [decision.field, decision]));
		for (const row of rows) {
			const decision = seen.get(row.field ?? '');
			if (decision === undefined) this.decideByTrail(row);
			else this.adopt(decision, result.questions, row);
		}
		const told = new Set(rows.map(({ field }) => field));
		for (const decision of result.decisions) {
			if (!told.has(decision.field) && this.isUntold(event, decision)) {
				this.adopt(decision, result.questions, undefined);
			}
		}
	}

	/** A person said what stood already, and no write of ours did: that made no difference then. */
	private isUntold({ system, crmId }: ChangeEvent, { field, offered }: FieldDecision): boolean {
		const sent = [...this.deliveries.values()].filter(
			(row) => row.system === system && row.crmId === crmId && row.changes !== null,
		);
		if (sent.some(({ changes }) => sameValue(field, changes?.[field], offered))) return false;
		return sameValue(field, registerValue(field, this.truth[field]), offered);
	}

	/** The event is gone, or the sight of it is not what it was: the trail tells what was offered. */
	private decideByTrail(row: StoredAuditRow): void {
		const { field, register } = row;
		if (field === undefined) return;
		const isDesk = row.system === DESK_SYSTEM;
		const event = eventOf(row, field, this.registers[field]);
		if (event === undefined) return this.remember(field, register);
		if (!isDesk) this.fromTrail += 1;
		const { registers, questions } = this;
		const shadow = shadowBefore(row, field, event.fields[field] ?? null);
		// What a person said stands under every rule.
		const { priorities } = this.rules;
		const rules = isDesk ? { fields: {}, priorities } : this.rules;
		const result = mergeEvent({ event, shadow, registers, questions, rules, now: row.at });
		const [decision] = result.decisions;
		if (decision === undefined) return this.remember(field, register);
		this.adopt(decision, result.questions, row);
	}

	private adopt(
		decision: FieldDecision,
		questions: ReturnType<typeof mergeEvent>['questions'],
		row: StoredAuditRow | undefined,
	): void {
		const { field, memory, register, offered, verdict } = decision;
		if (register !== undefined) this.registers[field] = register;
		const question = questions[field];
		const others = Object.entries(this.questions).filter(([name]) => name !== field);
		if (question === null) this.questions = Object.fromEntries(others);
		else if (question !== undefined) {
			this.questions = { ...Object.fromEntries(others), [field]: question.value };
		}
		this.remember(field, row?.register);
		const { eventId, system, crmId } = memory;
		this.decisions.push({
			field,
			eventId,
			system,
			crmId,
			editedAt: new Date(memory.editedAt).toISOString(),
			offered,
			...(row === undefined ? {} : { now: { verdict: row.kind, rule: row.rule } }),
			then: { verdict, rule: memory.rule },
		});
	}

	private remember(field: string, register: unknown): void {
		if (register !== undefined) this.truth[field] = register as Register;
	}
}

/** Undefined: nobody can tell any more what was offered. */
function eventOf(
	row: StoredAuditRow,
	field: string,
	current: Register | undefined,
): ChangeEvent | undefined {
	const { system, crmId, eventId, object = 'contact' } = row;
	const lost = ['lost', 'asked'].includes(row.kind);
	const { offered } = (row.detail ?? {}) as { offered?: FieldValue };
	// Of a list that lost only the whole is kept: what was changed in it is not known.
	const value = lost ? (isListField(field) ? undefined : offered) : row.after;
	if (value === undefined || !system || !crmId || !eventId) return undefined;
	const latest = Math.max(0, ...memoriesOf(current).map((memory) => memory.editedAt + 1));
	const own = row.editedAt ?? row.at;
	const at = new Date(system === DESK_SYSTEM ? Math.max(own, latest) : own).toISOString();
	const times = { editedAt: at, readAt: at, receivedAt: at };
	const what = { kind: 'delta', change: 'upsert', fields: { [field]: value } } as const;
	const rest = { externalKeys: {}, ownWrite: false };
	return { eventId, system, object: objectName(object), crmId, ...what, ...times, ...rest };
}

/** What the record must have held for this to be an edit. */
function shadowBefore(row: StoredAuditRow, field: string, value: FieldValue): Shadow {
	const before = row.before ?? null;
	const other = isEmpty(value) ? `not ${field}` : null;
	const held = isListField(field) || !sameValue(field, before, value) ? before : other;
	return { fields: { [field]: { value: held, seenAt: 0 } } };
}
