/**
 * Registers: one field of an entity, its value and its memory. A list field's register keeps what
 * was said of every entry that any record ever held, so that two people may change two e-mails of
 * one client at once; an entry that left is remembered, so that an old read does not bring it back.
 * What a list register holds depends only on which edits were merged, not on their order.
 */
import {
	isListField,
	type CanonicalFields,
	type EmailItem,
	type FieldValue,
	type ListField,
	type ListItem,
	type ScalarValue,
} from '../model/fields';
import type { Memory } from './clock';
import type { ListRegister } from './list-register';
import { listEntries, whatBecameOf } from './list-view';

/** What one record said last. */
export interface Claim {
	value: ScalarValue;
	memory: Memory;
}

export interface ScalarRegister extends Claim {
	shape: 'scalar';
	/** Under `sourcePriority`: what the other records said last, by record. */
	others?: Claim[];
}

export type Register = ScalarRegister | ListRegister;
export type Registers = { [field: string]: Register };

/** The entity's value of a field, as it should stand in every CRM. */
export function registerValue(
	field: string,
	register: Register | undefined,
): FieldValue | undefined {
	if (register === undefined) return undefined;
	if (register.shape === 'scalar') return register.value;
	return isListField(field) ? listValue(field, register) : undefined;
}

/** The memories of everything that a register holds. */
export function memoriesOf(register: Register | undefined): Memory[] {
	if (register === undefined) return [];
	if (register.shape === 'scalar') {
		return [register.memory, ...(register.others ?? []).map(({ memory }) => memory)];
	}
	const statements = register.elements.flatMap(({ adds, leaves, kind, extension }) => [
		...adds,
		...leaves,
		...[kind, extension].filter((cell) => cell !== undefined),
	]);
	const said = register.primary === undefined ? statements : [...statements, register.primary];
	return said.map(({ memory }) => memory);
}

/** Registers are never changed in place, and each is asked for its value several times on its way. */
const listValues = new WeakMap<ListRegister, { field: ListField; value: ListItem[] }>();

function listValue(field: ListField, register: ListRegister): ListItem[] {
	const known = listValues.get(register);
	if (known?.field === field) return known.value;
	const value = standingEntries(field, register);
	listValues.set(register, { field, value });
	return value;
}

function standingEntries(field: ListField, register: ListRegister): ListItem[] {
	const entries = listEntries(register);
	const chosen = register.primary && whatBecameOf(entries, register.primary.key);
	const primary = chosen ?? entries[0]?.key;
	return entries.map(({ key, item, formerKeys }) => {
		const whole = formerKeys.length > 0 ? { ...item, formerKeys } : item;
		return field === 'tags' ? whole : ({ ...whole, primary: key === primary } as EmailItem);
	});
}

/** Everything the entity wants its records to hold. */
export function desiredFields(registers: Registers): CanonicalFields {
	const desired: CanonicalFields = {};
	for (const [field, register] of Object.entries(registers)) {
		const value = registerValue(field, register);
		if (value !== undefined) desired[field] = value;
	}
	return desired;
}
