/** WHERE and ORDER BY: text is compared without regard to case, null only equals null. */
import { SalesforceError } from '../errors';
import { toId18 } from '../ids';
import type { FieldDef, ObjectDef, Value } from '../schema';
import type { Row, Store } from '../store';
import type { Comparison, Condition, Literal, Order } from './ast';
import { resolvePath, valueAt } from './resolve';

export type Predicate = (row: Row) => boolean;
/** Comparable form of a value: text lower-cased, times in ms. */
type Key = string | number | boolean | null;

export function compileCondition(store: Store, object: ObjectDef, condition: Condition): Predicate {
	switch (condition.kind) {
		case 'and':
		case 'or': {
			const parts = condition.items.map((item) => compileCondition(store, object, item));
			const isAnd = condition.kind === 'and';
			return (row) => (isAnd ? parts.every((part) => part(row)) : parts.some((part) => part(row)));
		}
		case 'not': {
			const inner = compileCondition(store, object, condition.item);
			return (row) => !inner(row);
		}
		case 'in': {
			const test = fieldTests(store, object, condition.path, '=');
			const tests = condition.literals.map(test);
			return (row) => tests.some((one) => one(row)) !== condition.negated;
		}
		case 'inQuery':
			return semiJoin(store, object, condition);
		case 'compare':
			return fieldTests(store, object, condition.path, condition.operator)(condition.literal);
	}
}

function semiJoin(
	store: Store,
	object: ObjectDef,
	{ path, negated, query }: Extract<Condition, { kind: 'inQuery' }>,
): Predicate {
	const inner = store.schema.object(query.from);
	const [selected = ''] = query.select;
	if (inner === undefined) throw invalid(`sObject type '${query.from}' is not supported.`);
	const fits = query.where ? compileCondition(store, inner, query.where) : () => true;
	const given = resolvePath(store.schema, inner, selected);
	const rows = store.all(inner).filter((row) => row.deletedAt === null && fits(row));
	const ids = new Set(rows.map((row) => valueAt(store, row, given)));
	const own = resolvePath(store.schema, object, path);
	return (row) => ids.has(valueAt(store, row, own)) !== negated;
}

function fieldTests(store: Store, object: ObjectDef, name: string, operator: Comparison) {
	const path = resolvePath(store.schema, object, name);
	const { def } = path;
	const isLong = def.type === 'textarea' && (def.length ?? 0) > 255;
	if (isLong || def.type === 'address') {
		throw invalid(`field '${def.name}' can not be filtered in a query call`);
	}
	return (literal: Literal): Predicate => {
		const test = compare(def, operator, literal);
		return (row) => test(toKey(def, valueAt(store, row, path)));
	};
}

function compare(def: FieldDef, operator: Comparison, literal: Literal): (key: Key) => boolean {
	const wanted = literalKey(def, literal);
	if (operator === '=') return (key) => key === wanted;
	if (operator === '!=') return (key) => key !== wanted;
	if (operator === 'like') return like(def, wanted);
	if (def.type === 'boolean' || literal.type === 'null') {
		throw invalid(`operator '${operator}' does not fit field '${def.name}'`);
	}
	return (key) => key !== null && wanted !== null && inOrder(key, operator, wanted);
}

function inOrder(key: Key, operator: Comparison, wanted: Key): boolean {
	const order = compareKeys(key, wanted);
	if (operator === '<') return order < 0;
	if (operator === '<=') return order <= 0;
	return operator === '>' ? order > 0 : order >= 0;
}

function like(def: FieldDef, wanted: Key): (key: Key) => boolean {
	if (typeof wanted !== 'string' || def.type === 'id' || def.type === 'reference') {
		throw invalid(`invalid operator on field '${def.name}': like`);
	}
	const source = wanted.replace(/\\[%_]|[%_]|[.*+?^${}()|[\]\\]/g, (hit) => {
		if (hit === '%') return '.*';
		if (hit === '_') return '.';
		return hit.length === 2 ? (hit[1] ?? '') : `\\${hit}`;
	});
	const pattern = new RegExp(`^${source}$`, 's');
	return (key) => typeof key === 'string' && pattern.test(key);
}

/** The literal in the field's comparable form; a literal of the wrong type is INVALID_FIELD. */
function literalKey(def: FieldDef, literal: Literal): Key {
	if (literal.type === 'null') return null;
	const expected = literalType(def);
	if (literal.type !== expected) {
		const quotes = expected === 'string' ? 'should be' : 'should not be';
		const type = expected === 'datetime' ? 'dateTime' : expected;
		throw invalid(
			`value of filter criterion for field '${def.name}' must be of type ${type} and ${quotes} enclosed in quotes`,
		);
	}
	if (literal.type !== 'string') return literal.value;
	if (def.type !== 'id' && def.type !== 'reference') return literal.value.toLowerCase();
	const id = toId18(literal.value);
	if (id === undefined) {
		throw new SalesforceError(
			400,
			'INVALID_QUERY_FILTER_OPERATOR',
			`invalid ID field: ${literal.value}`,
		);
	}
	return id;
}

function literalType(def: FieldDef): Literal['type'] {
	if (def.type === 'boolean' || def.type === 'date' || def.type === 'datetime') return def.type;
	return 'string';
}

function toKey(def: FieldDef, value: Value): Key {
	if (typeof value !== 'string') return value;
	if (def.type === 'datetime') return Date.parse(value);
	return def.type === 'id' || def.type === 'reference' ? value : value.toLowerCase();
}

function compareKeys(a: Key, b: Key): number {
	if (a === b) return 0;
	return (a ?? '') < (b ?? '') ? -1 : 1;
}

/** Comparator of rows; null comes first unless NULLS LAST is said. */
export function compileOrder(store: Store, object: ObjectDef, orders: readonly Order[]) {
	const steps = orders.map((order) => {
		const path = resolvePath(store.schema, object, order.path);
		const key = (row: Row) => toKey(path.def, valueAt(store, row, path));
		return (a: Row, b: Row) => compareInOrder(key(a), key(b), order);
	});
	return (a: Row, b: Row): number => {
		for (const step of steps) {
			const result = step(a, b);
			if (result !== 0) return result;
		}
		return 0;
	};
}

function compareInOrder(a: Key, b: Key, { descending, nullsLast }: Order): number {
	if (a === null || b === null) {
		if (a === b) return 0;
		return (a === null) === nullsLast ? 1 : -1;
	}
	return descending ? compareKeys(b, a) : compareKeys(a, b);
}

function invalid(message: string): SalesforceError {
	return new SalesforceError(400, 'INVALID_FIELD', message);
}
