/**
 * A person's word: a value set at the desk, an answer to a question, an undo. It is merged as a
 * change of the pseudo-system `desk`, accepted and settled as an event of its own, so that the audit
 * trail tells who did it and folds to the registers as ever.
 *
 * It is later than everything that stands, and has the priority of what it replaces: it stands under
 * every policy now, and bars no later edit that would have won against the value before.
 */
import { sameValue } from '../model/canonical';
import { changeEventSchema, describeIssues, type ChangeEvent } from '../model/event';
import {
	isListField,
	type CanonicalFields,
	type FieldValue,
	type ListField,
	type ListItem,
	type ScalarValue,
} from '../model/fields';
import { diffList } from '../model/list-diff';
import type { AuditRow } from '../model/rows';
import type { RegisterChange } from '../store/registers';
import type { StoreTransaction } from '../store/store';
import { DESK_SYSTEM, type Memory } from './clock';
import { EMPTY_LIST, mergeList } from './list-merge';
import { memoriesOf, registerValue, type Register, type Registers } from './register';
import type { Priorities } from './rules';

export interface PersonEdit {
	entityId: string;
	fields: CanonicalFields;
	/** Named in the memories and in the audit trail as what decided. */
	rule: 'person' | 'undo' | 'decision';
	/** What it was done for, e.g. `review/12`, `undo/3`: the event id is made of it. */
	cause: string;
	by?: string;
	/** The run that it belongs to; it can be undone as a whole. */
	run?: string;
}

export interface PersonEditOptions {
	/** ms */
	now: number;
	priorities: Priorities;
}

/** Entity -> what caused it: to be given to markDeliveries. */
export type Touched = Map<string, { syncOrigin: string }>;

/**
 * Writes registers and audit rows of these edits; an open question about one of the fields is
 * answered by it. Throws an Error whose message says what does not fit if a value is none of its field.
 */
export async function applyPersonEdits(
	tx: StoreTransaction,
	edits: readonly PersonEdit[],
	options: PersonEditOptions,
): Promise<Touched> {
	const touched: Touched = new Map();
	if (edits.length === 0) return touched;
	const ids = [...new Set(edits.map(({ entityId }) => entityId))];
	const registers = await tx.registers.registers(ids);
	const first = (await tx.inbox.lastSeq(DESK_SYSTEM)) + 1;
	const events: ChangeEvent[] = [];
	const changes = new Map<string, RegisterChange>();
	const audit: AuditRow[] = [];
	for (const [index, edit] of edits.entries()) {
		const event = eventOf(edit, `${first + index}`, options.now);
		events.push(event);
		const known = registers.get(edit.entityId) ?? {};
		for (const decision of decideAll(edit, event, known, options)) {
			const { field, register } = decision;
			known[field] = register;
			changes.set(`${edit.entityId}/${field}`, { entityId: edit.entityId, field, register });
			audit.push(auditRow(edit, event, decision, options.now));
		}
		registers.set(edit.entityId, known);
		touched.set(edit.entityId, { syncOrigin: edit.cause });
	}
	await tx.inbox.add(events, 'applied', options.now);
	await tx.registers.saveRegisters([...changes.values()]);
	await tx.audit.append(audit);
	await answerQuestions(tx, edits, options.now);
	return touched;
}

/** A question about a field that a person has just set needs no other answer. */
async function answerQuestions(
	tx: StoreTransaction,
	edits: readonly PersonEdit[],
	now: number,
): Promise<void> {
	const open = await tx.reviews.questions(edits.map(({ entityId }) => entityId));
	for (const { id, entityId, field } of open) {
		const edit = edits.findLast(
			(one) => one.entityId === entityId && field !== null && field in one.fields,
		);
		if (edit === undefined || field === null) continue;
		const value = edit.fields[field];
		await tx.reviews.decide(id, { verdict: 'set', value, by: edit.by ?? edit.cause }, now);
	}
}

function eventOf(edit: PersonEdit, number: string, now: number): ChangeEvent {
	const at = new Date(now).toISOString();
	const event = changeEventSchema.safeParse({
		eventId: `${DESK_SYSTEM}:${edit.cause}:${edit.entityId}:${number}`,
		system: DESK_SYSTEM,
		object: 'contact',
		crmId: edit.entityId,
		change: 'upsert',
		kind: 'delta',
		fields: edit.fields,
		editedAt: at,
		readAt: at,
		receivedAt: at,
		origin: edit.by,
	});
	if (event.success) return event.data;
	throw new Error(`The value does not fit its field: ${describeIssues(event.error)}.`);
}

interface Decision {
	field: string;
	before: FieldValue | undefined;
	after: FieldValue | undefined;
	memory: Memory;
	register: Register;
}

function decideAll(
	edit: PersonEdit,
	event: ChangeEvent,
	registers: Registers,
	options: PersonEditOptions,
): Decision[] {
	return Object.entries(event.fields).map(([field, value]) => {
		const current = registers[field];
		const memory = personMemory(edit, event, current, options);
		const register = isListField(field)
			? setList(field, value, current, memory)
			: ({ shape: 'scalar', value: value as ScalarValue, memory } as const);
		const [before, after] = [registerValue(field, current), registerValue(field, register)];
		return { field, before, after, memory, register };
	});
}

/** Later than all that stands, with the priority of what it replaces (of a list: the highest). */
function personMemory(
	edit: PersonEdit,
	event: ChangeEvent,
	current: Register | undefined,
	{ now, priorities }: PersonEditOptions,
): Memory {
	const known = memoriesOf(current);
	const replaced = current?.shape === 'scalar' ? [current.memory] : known;
	const lowest = Math.min(0, ...Object.values(priorities));
	return {
		editedAt: Math.max(now, ...known.map(({ editedAt }) => editedAt + 1)),
		system: event.system,
		object: event.object,
		crmId: event.crmId,
		eventId: event.eventId,
		priority: Math.max(lowest, ...replaced.map(({ priority }) => priority)),
		rule: edit.rule,
		mergedAt: now,
	};
}

/** Entry by entry, so that what was said of each is kept. */
function setList(
	field: ListField,
	value: FieldValue,
	current: Register | undefined,
	memory: Memory,
): Register {
	const register = current?.shape === 'list' ? current : EMPTY_LIST;
	const held = (registerValue(field, register) ?? []) as ListItem[];
	const diff = diffList(field, held, (value ?? []) as ListItem[]);
	const always = () => ({ wins: true, rule: memory.rule });
	return mergeList(field, register, diff, memory, always).register;
}

function auditRow(
	edit: PersonEdit,
	event: ChangeEvent,
	{ field, before, after, memory, register }: Decision,
	at: number,
): AuditRow {
	return {
		at,
		kind: sameValue(field, before, after) ? 'agree' : 'change',
		entityId: edit.entityId,
		field,
		system: event.system,
		object: event.object,
		crmId: event.crmId,
		eventId: event.eventId,
		run: edit.run,
		before,
		after,
		rule: edit.rule,
		editedAt: memory.editedAt,
		register,
		detail: { cause: edit.cause, by: edit.by },
	};
}
