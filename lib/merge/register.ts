/**
 * Registers: one field of an entity, its value and its memory. A list field's register is a set of
 * elements, each with a memory of its own, so that two people may change two e-mails of one client
 * at once; a removed element is remembered, so that an old read does not bring it back.
 */
import { listItemKey } from '../model/canonical';
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

export interface ScalarRegister {
	shape: 'scalar';
	value: ScalarValue;
	memory: Memory;
}

export interface ListElement {
	/** The key under which the element was first seen; it stays when the value is edited. */
	id: string;
	/** Without `ref`, `primary` and `formerKeys`. */
	item: ListItem;
	present: boolean;
	/** Every key the element has had or was asked to have. */
	keys: string[];
	memory: Memory;
}

export interface ListRegister {
	shape: 'list';
	elements: ListElement[];
	/** Which element is the primary one. */
	primary?: { id: string; memory: Memory };
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

function listValue(field: ListField, register: ListRegister): ListItem[] {
	const present = register.elements.filter((element) => element.present).sort(bySeniority);
	const chosen = present.find((element) => element.id === register.primary?.id) ?? present[0];
	return present.map((element) => {
		const key = listItemKey(field, element.item);
		const formerKeys = element.keys.filter((former) => former !== key);
		const item = formerKeys.length > 0 ? { ...element.item, formerKeys } : { ...element.item };
		return field === 'tags' ? item : ({ ...item, primary: element === chosen } as EmailItem);
	});
}

/** A stable order that does not depend on the order in which events were merged. */
function bySeniority(a: ListElement, b: ListElement): number {
	return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
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

/** The newest memory in a register: who set it last. */
export function latestMemory(register: Register): Memory | undefined {
	if (register.shape === 'scalar') return register.memory;
	return register.elements
		.map((element) => element.memory)
		.reduce<
			Memory | undefined
		>((last, memory) => (last && last.editedAt >= memory.editedAt ? last : memory), undefined);
}
