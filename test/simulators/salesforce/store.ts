/**
 * The org's rows. Every write happens in a transaction; what a transaction changed is told to the
 * listeners when it commits, in order, and nothing is told of one that was rolled back.
 */
import { makeId, toId18 } from './ids';
import type { FieldDef, ObjectDef, Schema, Value } from './schema';

export type ChangeType = 'CREATE' | 'UPDATE' | 'DELETE' | 'UNDELETE';

/** Who writes, and what change events say about it. */
export interface Actor {
	userId: string;
	/** `changeOrigin` of the events. */
	origin: string;
}

/** A row as it is at one time; never changed in place. */
export interface Row {
	readonly object: ObjectDef;
	readonly id: string;
	/** Stored fields under their canonical names; date-times as ISO UTC. Absent means null. */
	readonly values: Readonly<Record<string, Value>>;
	/** Milliseconds, finer than the seconds of LastModifiedDate. */
	readonly modifiedAt: number;
	readonly deletedAt: number | null;
}

export interface Change {
	type: ChangeType;
	row: Row;
	/** Canonical names of the fields that changed; empty unless UPDATE. */
	changed: string[];
}

export interface Commit {
	actor: Actor;
	at: number;
	changes: Change[];
}

interface Transaction {
	actor: Actor;
	changes: Change[];
	undo: Array<() => void>;
}

/** Salesforce keeps whole seconds in its date-time fields. */
export function toSecond(at: number): string {
	return new Date(Math.floor(at / 1000) * 1000).toISOString();
}

interface StoreState {
	rows: Array<Omit<Row, 'object'> & { object: string }>;
	counter: number;
}

const FIRST_COUNTER = 62 ** 5 + 7_919;

export class Store {
	private readonly rows = new Map<string, Row>();
	private readonly byObject = new Map<ObjectDef, Set<string>>();
	/** `Object.Field` -> lower-case key -> ids, for external ids. */
	private readonly keys = new Map<string, Map<string, Set<string>>>();
	private readonly listeners: Array<(commit: Commit) => void> = [];
	private open: Transaction | null = null;
	private counter = FIRST_COUNTER;

	constructor(
		readonly schema: Schema,
		private readonly now: () => number,
	) {}

	save(): StoreState {
		const rows = [...this.rows.values()].map((row) => ({ ...row, object: row.object.name }));
		return { rows, counter: this.counter };
	}

	/** No listener is told of it. */
	restore({ rows, counter }: StoreState): void {
		for (const row of [...this.rows.values()]) this.replace(row, undefined);
		for (const row of rows) {
			this.replace(undefined, { ...row, object: this.schema.known(row.object) });
		}
		this.counter = counter;
	}

	onCommit(listener: (commit: Commit) => void): void {
		this.listeners.push(listener);
	}

	/** Setup renamed a field: rows keep their values under the new name. No listener is told of it. */
	rename(object: ObjectDef, from: string, to: string): void {
		for (const row of this.all(object)) {
			const { [from]: value, ...others } = row.values;
			if (value !== undefined) this.replace(row, { ...row, values: { ...others, [to]: value } });
		}
	}

	/** The row with this 15- or 18-character id, deleted ones included. */
	find(object: ObjectDef, id: string): Row | undefined {
		const row = this.rows.get(toId18(id) ?? '');
		return row?.object === object ? row : undefined;
	}

	live(object: ObjectDef, id: string): Row | undefined {
		const row = this.find(object, id);
		return row?.deletedAt === null ? row : undefined;
	}

	/** All rows in the order of their creation, deleted ones included. */
	all(object: ObjectDef): Row[] {
		const ids = this.byObject.get(object) ?? new Set<string>();
		return [...ids].map((id) => this.rows.get(id) as Row);
	}

	/** Live rows that hold this external id; keys are compared without regard to case. */
	findByKey(object: ObjectDef, def: FieldDef, key: string): Row[] {
		const ids = this.keys.get(keyName(object, def))?.get(key.toLowerCase()) ?? new Set<string>();
		return [...ids].map((id) => this.rows.get(id) as Row).filter((row) => row.deletedAt === null);
	}

	/** Runs `work` in a transaction, or in the one that is open. If it throws, nothing was written. */
	transact<T>(actor: Actor, work: () => T): T {
		if (this.open !== null) return work();
		const transaction: Transaction = { actor, changes: [], undo: [] };
		this.open = transaction;
		try {
			const result = work();
			this.open = null;
			this.tell(transaction);
			return result;
		} catch (error) {
			this.open = null;
			for (const undo of transaction.undo.reverse()) undo();
			throw error;
		}
	}

	private tell({ actor, changes }: Transaction): void {
		if (changes.length === 0) return;
		for (const listener of this.listeners) listener({ actor, at: this.now(), changes });
	}

	insert(object: ObjectDef, values: Record<string, Value>): Row {
		const { actor } = this.current();
		const at = this.now();
		const stamp = toSecond(at);
		this.counter += 1;
		const id = makeId(object.keyPrefix, this.counter);
		const row: Row = {
			object,
			id,
			modifiedAt: at,
			deletedAt: null,
			values: {
				OwnerId: actor.userId,
				...values,
				Id: id,
				IsDeleted: false,
				CreatedDate: stamp,
				CreatedById: actor.userId,
				...this.modified(at),
			},
		};
		this.put(row);
		this.current().changes.push({ type: 'CREATE', row, changed: [] });
		return row;
	}

	/**
	 * Sets the given fields. `changed` names those that now differ, LastModifiedDate and (if it
	 * is another user) LastModifiedById included.
	 */
	update(row: Row, values: Record<string, Value>): { row: Row; changed: string[] } {
		const at = this.now();
		const next: Row = {
			...row,
			modifiedAt: at,
			values: { ...row.values, ...values, ...this.modified(at) },
		};
		const fields = Object.keys(values).filter((name) => differs(row, next, name));
		const changed = [...fields, 'LastModifiedDate'];
		if (differs(row, next, 'LastModifiedById')) changed.push('LastModifiedById');
		this.put(next);
		this.current().changes.push({ type: 'UPDATE', row: next, changed });
		return { row: next, changed: fields };
	}

	/** A row that this transaction has just made gets these values, too, as if it had been made with them. */
	amend(row: Row, values: Record<string, Value>): Row {
		const next: Row = { ...row, values: { ...row.values, ...values } };
		this.put(next);
		for (const change of this.current().changes) if (change.row === row) change.row = next;
		return next;
	}

	/** `masterId`: the row that this one was merged into. */
	remove(row: Row, masterId: string | null = null): Row {
		return this.setDeleted(row, 'DELETE', this.now(), masterId);
	}

	undelete(row: Row): Row {
		return this.setDeleted(row, 'UNDELETE', null, null);
	}

	private setDeleted(
		row: Row,
		type: ChangeType,
		deletedAt: number | null,
		masterId: string | null,
	): Row {
		const at = this.now();
		const merged = this.schema.field(row.object, 'MasterRecordId') && { MasterRecordId: masterId };
		const values = {
			...row.values,
			...merged,
			...this.modified(at),
			IsDeleted: deletedAt !== null,
		};
		const next: Row = { ...row, deletedAt, modifiedAt: at, values };
		this.put(next);
		this.current().changes.push({ type, row: next, changed: [] });
		return next;
	}

	private modified(at: number): Record<string, Value> {
		const stamp = toSecond(at);
		const { userId } = this.current().actor;
		return { LastModifiedDate: stamp, LastModifiedById: userId, SystemModstamp: stamp };
	}

	private current(): Transaction {
		if (this.open === null) throw new Error('Writes need a transaction.');
		return this.open;
	}

	private put(row: Row): void {
		const before = this.rows.get(row.id);
		this.replace(before, row);
		this.current().undo.push(() => this.replace(row, before));
	}

	private replace(before: Row | undefined, after: Row | undefined): void {
		if (before !== undefined) this.index(before, 'delete');
		if (after === undefined && before !== undefined) {
			this.rows.delete(before.id);
			this.byObject.get(before.object)?.delete(before.id);
			return;
		}
		if (after === undefined) return;
		this.rows.set(after.id, after);
		const ids = this.byObject.get(after.object) ?? new Set<string>();
		this.byObject.set(after.object, ids.add(after.id));
		this.index(after, 'add');
	}

	private index(row: Row, action: 'add' | 'delete'): void {
		for (const def of row.object.fields) {
			const key = row.values[def.name];
			if (!def.externalId || typeof key !== 'string') continue;
			const name = keyName(row.object, def);
			const keys = this.keys.get(name) ?? new Map<string, Set<string>>();
			this.keys.set(name, keys);
			const ids = keys.get(key.toLowerCase()) ?? new Set<string>();
			ids[action](row.id);
			keys.set(key.toLowerCase(), ids);
		}
	}
}

function keyName(object: ObjectDef, def: FieldDef): string {
	return `${object.name}.${def.name}`;
}

function differs(before: Row, after: Row, name: string): boolean {
	return (before.values[name] ?? null) !== (after.values[name] ?? null);
}
