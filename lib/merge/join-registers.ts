/**
 * The registers of two entities that have turned out to be one client: as if every edit of both had
 * been merged into one entity. Scalars: the later memory wins. Lists: what was said of each entry by
 * either, in the order of its time. The order of the two does not matter. Pure.
 */
import type { Memory } from './clock';
import type { Register, Registers } from './register';
import type { ListElement, ListRegister } from './list-register';
import { compareUnderRules } from './rules';

/** As in a merge of one entity: beyond that the oldest are forgotten. */
const MAX_STATEMENTS = 40;

export function joinRegisters(a: Registers, b: Registers): Registers {
	const joined: Registers = { ...a };
	for (const [field, register] of Object.entries(b)) {
		const other = joined[field];
		joined[field] = other === undefined ? register : joinRegister(other, register);
	}
	return joined;
}

function joinRegister(a: Register, b: Register): Register {
	if (a.shape === 'list' && b.shape === 'list') return joinLists(a, b);
	if (a.shape === 'list') return a;
	if (b.shape === 'list') return b;
	return later(a, b) ?? a;
}

function joinLists(a: ListRegister, b: ListRegister): ListRegister {
	const elements = new Map(a.elements.map((element) => [element.key, element]));
	for (const element of b.elements) {
		const other = elements.get(element.key);
		elements.set(element.key, other === undefined ? element : joinElements(other, element));
	}
	const primary = later(a.primary, b.primary);
	return {
		shape: 'list',
		elements: [...elements.values()].sort((one, other) => (one.key < other.key ? -1 : 1)),
		...(primary === undefined ? {} : { primary }),
	};
}

function joinElements(a: ListElement, b: ListElement): ListElement {
	const [kind, extension] = [later(a.kind, b.kind), later(a.extension, b.extension)];
	return {
		key: a.key,
		adds: inOrder([...a.adds, ...b.adds]),
		leaves: inOrder([...a.leaves, ...b.leaves]),
		...(kind === undefined ? {} : { kind }),
		...(extension === undefined ? {} : { extension }),
	};
}

function inOrder<T extends { memory: Memory }>(statements: T[]): T[] {
	return statements
		.sort((one, other) => compareUnderRules(one.memory, other.memory))
		.slice(-MAX_STATEMENTS);
}

function later<T extends { memory: Memory }>(a: T | undefined, b: T | undefined): T | undefined {
	if (a === undefined || b === undefined) return a ?? b;
	return compareUnderRules(b.memory, a.memory) > 0 ? b : a;
}
