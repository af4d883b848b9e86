/**
 * Statements of the hot path: built and compiled by kysely once a shape, then run with other values.
 * Building a query for a hundred rows costs more than running it, and the database keeps a prepared
 * statement only for a text that it has seen. So the number of shapes is small: lists of ids are
 * filled up to one of a few lengths, rows are inserted in a few numbers at once.
 */
import type { Compilable, CompiledQuery, Kysely, QueryResult } from 'kysely';
import { isRowByRow, RowSets } from './row-sets';
import type { Database } from './schema';

/** Stands for a value in a query that is built once; typed as what the query wants there. */
export type Slot = <T>() => T;

/** What takes the value's place while a query is built. */
const SLOT = Symbol('slot');

type Shape = Pick<CompiledQuery, 'query' | 'queryId' | 'sql'> & {
	/** Constants of the query; {@link SLOT} where a value goes, in the order of the values. */
	parameters: readonly unknown[];
	/** There are no constants: the values are the parameters. */
	isPlain: boolean;
};

/** By the database's dialect (one adapter a store), then by name: as many as the code has statements and sizes. */
const shapes = new WeakMap<object, Map<string, Shape>>();

/**
 * Runs the statement of this name with these values. `build` says it once, asking for a slot for
 * each value in their order; it must not depend on anything that its name does not tell.
 */
export function runStatement<Row>(
	db: Kysely<Database>,
	name: string,
	values: readonly unknown[],
	build: (slot: Slot) => Compilable<Row>,
): Promise<QueryResult<Row>> {
	const shape = shapeOf(db, name, build);
	return execute(db, shape, filledIn(name, shape, values));
}

function execute<Row>(
	db: Kysely<Database>,
	{ query, queryId, sql }: Shape,
	parameters: readonly unknown[],
): Promise<QueryResult<Row>> {
	return db.executeQuery<Row>({ query, queryId, sql, parameters } as CompiledQuery<Row>);
}

function filledIn(
	name: string,
	{ parameters, isPlain }: Shape,
	values: readonly unknown[],
): readonly unknown[] {
	if (isPlain && parameters.length === values.length) return values;
	let next = 0;
	const filled = parameters.map((value) => {
		if (value !== SLOT) return value;
		next += 1;
		return values[next - 1];
	});
	if (next !== values.length)
		throw new Error(`Statement ${name} takes ${next} values and was given ${values.length}.`);
	return filled;
}

function shapeOf(
	db: Kysely<Database>,
	name: string,
	build: (slot: Slot) => Compilable<unknown>,
): Shape {
	const { adapter } = db.getExecutor();
	const known = shapes.get(adapter) ?? new Map<string, Shape>();
	shapes.set(adapter, known);
	const shape = known.get(name);
	if (shape !== undefined) return shape;
	const { query, queryId, sql, parameters } = build(<T>() => SLOT as T).compile();
	const isPlain = parameters.every((value) => value === SLOT);
	const built = { query, queryId, sql, parameters, isPlain };
	known.set(name, built);
	return built;
}

const LIST_LENGTHS = [1, 5, 20, 50, 100, 200, 400];
export const MAX_LENGTH = 400;

/** Fills a list up to one of a few lengths by repeating its last value: for `in (...)` that changes nothing. */
export function filledUp<T>(list: readonly T[]): T[] {
	const length = LIST_LENGTHS.find((one) => one >= list.length) ?? MAX_LENGTH;
	const last = list[list.length - 1] as T;
	return [...list, ...new Array<T>(Math.max(0, length - list.length)).fill(last)];
}

export interface ListStatement<Row> {
	name: string;
	/** Values that come before the list. */
	values?: readonly unknown[];
	/** `list`: slots for `in (...)`. */
	build: (slot: Slot, list: <T>() => T[]) => Compilable<Row>;
}

/** Runs a statement for each part of a list of any length (its last values), and joins the rows that come back. */
export async function runForList<Row>(
	db: Kysely<Database>,
	list: readonly unknown[],
	{ name, values = [], build }: ListStatement<Row>,
): Promise<Row[]> {
	const rows: Row[] = [];
	for (let start = 0; start < list.length; start += MAX_LENGTH) {
		const part = filledUp(list.slice(start, start + MAX_LENGTH));
		const result = await runStatement(db, `${name}/${part.length}`, [...values, ...part], (slot) =>
			build(slot, <T>() => part.map(() => slot<T>())),
		);
		rows.push(...result.rows);
	}
	return rows;
}

/**
 * Runs a statement with each of these values in turn where that costs no round trip, else `build` with as
 * many of them as a list holds at once.
 */
export async function runForEach(
	db: Kysely<Database>,
	list: readonly unknown[],
	statement: ListStatement<unknown>,
): Promise<void> {
	if (!isRowByRow(db.getExecutor().adapter) || list.length === 0) {
		await runForList(db, list, statement);
		return;
	}
	const { name, values = [], build } = statement;
	const shape = shapeOf(db, `${name}/each`, (slot) => build(slot, <T>() => [slot<T>()]));
	const sets = new RowSets();
	for (const value of list) sets.push(filledIn(name, shape, [...values, value]));
	await execute(db, shape, sets);
}

/** Rows inserted at once over a network, most first. */
const ROW_COUNTS = [100, 50, 20, 10, 5, 2, 1];

export interface InsertOptions {
	/** The cache is told of these rows by the caller (record-cache.ts). */
	isNoted?: boolean;
}

/**
 * Inserts rows that all name the same columns. `build` is given as many rows of slots as are
 * inserted at once. Answers how many rows were inserted or updated.
 */
export async function runInsert<Row extends object>(
	db: Kysely<Database>,
	name: string,
	rows: readonly Row[],
	build: (slots: Row[]) => Compilable<unknown>,
	{ isNoted = false }: InsertOptions = {},
): Promise<number> {
	const [first] = rows;
	if (first === undefined) return 0;
	const columns = Object.keys(first) as Array<keyof Row>;
	const valuesOf = (row: Row) => columns.map((column) => row[column]);
	const shapeFor = (count: number) =>
		shapeOf(db, `${name}/${count}`, (slot) => {
			const slots = () => Object.fromEntries(columns.map((column) => [column, slot()])) as Row;
			return build(Array.from({ length: count }, slots));
		});
	if (isRowByRow(db.getExecutor().adapter)) {
		const shape = shapeFor(1);
		const sets = new RowSets();
		sets.isNoted = isNoted;
		for (const row of rows) sets.push(filledIn(name, shape, valuesOf(row)));
		return Number((await execute(db, shape, sets)).numAffectedRows ?? 0);
	}
	let written = 0;
	for (let start = 0; start < rows.length; ) {
		const count = ROW_COUNTS.find((one) => one <= rows.length - start) ?? 1;
		const shape = shapeFor(count);
		const values = filledIn(name, shape, rows.slice(start, start + count).flatMap(valuesOf));
		written += Number((await execute(db, shape, values)).numAffectedRows ?? 0);
		start += count;
	}
	return written;
}
