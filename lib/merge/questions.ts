/**
 * Questions about a value (policies `ask` and `custom`): what stands is kept, what was offered waits
 * for an answer. One open question a field and entity; while it is open the field is not delivered
 * anywhere, so that the record which holds the candidate is not overwritten. Pure but for
 * {@link takeCandidate}.
 */
import { isEmpty, sameValue } from '../model/canonical';
import { isListField, type FieldValue, type ListItem, type ScalarValue } from '../model/fields';
import { diffList, type ListDiff } from '../model/list-diff';
import type { ValueQuestion, ValueSource } from '../model/rows';
import type { StoreTransaction } from '../store/store';
import { compareEdits, type Memory } from './clock';
import { withEdits } from './known-list';
import { EMPTY_LIST, mergeList } from './list-merge';
import { memoriesOf, registerValue, type Register } from './register';
import type { Priorities } from './rules';

export interface Offer {
	value: FieldValue;
	memory: Memory;
	/** Of a list: what was changed in it. */
	diff: ListDiff;
}

/** What becomes of the question: opened or replaced, closed, or left as it is (the offer is older). */
export type Asked =
	| { kind: 'asked'; question: ValueQuestion }
	| { kind: 'agrees' }
	| { kind: 'older' };

/** The first value of a field is taken without asking: there is nothing to choose between. */
export function isToBeAsked(field: string, register: Register | undefined): boolean {
	return !isEmpty(registerValue(field, register));
}

/** Lists are asked about as a whole: edits that wait for an answer add up. */
export function ask(
	field: string,
	register: Register,
	offer: Offer,
	open: ValueQuestion | undefined,
	priorities: Priorities,
): Asked {
	const current = registerValue(field, register) ?? null;
	const base = open?.candidate ?? current;
	const candidate = isListField(field) ? withEdits(field, base, offer.diff) : offer.value;
	const isOlder = open !== undefined && isOlderThan(offer.memory, open, priorities);
	if (isOlder && !isListField(field)) return { kind: 'older' };
	if (sameValue(field, current, candidate)) return { kind: 'agrees' };
	const candidateSource = isOlder ? open.candidateSource : sourceOf(offer.memory);
	const currentSource = newestSource(register);
	return { kind: 'asked', question: { field, current, candidate, currentSource, candidateSource } };
}

/** Edits of one record come in their order: its later one is never the older. */
function isOlderThan(memory: Memory, open: ValueQuestion, priorities: Priorities): boolean {
	const asked = memoryOf(open.candidateSource, priorities);
	const isSameRecord = memory.system === asked.system && memory.crmId === asked.crmId;
	return !isSameRecord && compareEdits(memory, asked) < 0;
}

/** The open question after what stands has become another value; null: it answers itself. */
export function keepUp(
	field: string,
	register: Register,
	open: ValueQuestion,
): ValueQuestion | null {
	const current = registerValue(field, register) ?? null;
	if (sameValue(field, current, open.candidate)) return null;
	return { ...open, current, currentSource: newestSource(register) };
}

function newestSource(register: Register): ValueSource | null {
	const memories = register.shape === 'scalar' ? [register.memory] : memoriesOf(register);
	const [first, ...rest] = memories;
	if (first === undefined) return null;
	return sourceOf(rest.reduce((last, one) => (compareEdits(one, last) > 0 ? one : last), first));
}

function sourceOf({ system, crmId, editedAt, eventId }: Memory): ValueSource {
	return { system, crmId, editedAt: new Date(editedAt).toISOString(), eventId };
}

function memoryOf(source: ValueSource, priorities: Priorities, mergedAt = 0): Memory {
	const { system, crmId, eventId, editedAt } = source;
	return {
		editedAt: Date.parse(editedAt),
		system,
		object: 'contact',
		crmId,
		eventId,
		priority: priorities[system] ?? 0,
		rule: 'decision',
		mergedAt,
	};
}

export interface TakeOptions {
	/** For the audit trail, e.g. `review/12`. */
	cause: string;
	/** ms */
	now: number;
	by?: string;
	priorities: Priorities;
}

/**
 * Gives the field the candidate, dated as it was made in its CRM. False, and nothing done, if a later
 * edit would stand against it so: then a person's word has to set it.
 */
export async function takeCandidate(
	tx: StoreTransaction,
	entityId: string,
	{ field, candidate, candidateSource }: ValueQuestion,
	{ cause, now, by, priorities }: TakeOptions,
): Promise<boolean> {
	const current = (await tx.registers.registers([entityId])).get(entityId)?.[field];
	const memory = memoryOf(candidateSource, priorities, now);
	const register = registerWith(field, candidate, memory, current);
	if (register === undefined) return false;
	await tx.registers.saveRegisters([{ entityId, field, register }]);
	const { system, object, crmId, eventId, rule, editedAt } = memory;
	await tx.audit.append([
		{
			at: now,
			kind: 'change',
			entityId,
			field,
			system,
			object,
			crmId,
			eventId,
			before: registerValue(field, current),
			after: registerValue(field, register),
			rule,
			editedAt,
			register,
			detail: { cause, by },
		},
	]);
	return true;
}

/** Undefined if the candidate would not stand in it. */
function registerWith(
	field: string,
	candidate: FieldValue,
	memory: Memory,
	current: Register | undefined,
): Register | undefined {
	if (!isListField(field)) {
		const isNewest = current?.shape !== 'scalar' || compareEdits(memory, current.memory) >= 0;
		return isNewest ? { shape: 'scalar', value: candidate as ScalarValue, memory } : undefined;
	}
	const list = current?.shape === 'list' ? current : EMPTY_LIST;
	const held = (registerValue(field, list) ?? []) as ListItem[];
	const diff = diffList(field, held, (candidate ?? []) as ListItem[]);
	const always = () => ({ wins: true, rule: memory.rule });
	const { register } = mergeList(field, list, diff, memory, always);
	return sameValue(field, registerValue(field, register), candidate) ? register : undefined;
}
