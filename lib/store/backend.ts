/** One database behind the store: what differs between SQLite and PostgreSQL. */
import type { Dialect } from 'kysely';
import type { StoreKind } from './migrations';

export interface StoreBackend {
	kind: StoreKind;
	/** Names the store to people; holds no password. */
	name: string;
	/**
	 * What kysely needs to speak to it. A transaction that is not read-only is the only one that writes,
	 * in all processes, from its first statement on.
	 */
	dialect: Dialect;
	/** PostgreSQL: where the tables lie. */
	schema?: string;
	/** True for an error that undid the transaction and may not come again. */
	isTransient?: (error: unknown) => boolean;
	/** Only of a database that can tell: without it nothing is remembered beyond a transaction. */
	watch?: ChangeWatch;
}

/** The table that is about to be written to; undefined: any of them may be. */
export type WriteListener = (table: string | undefined) => void;

/** Tells whether what was read in an earlier transaction of this connection still stands. */
export interface ChangeWatch {
	/** Another number than before if anybody else has written. To be asked within a transaction. */
	version: () => number;
	/** Hears of every statement of this connection that writes, or takes back, rows that are not marked as noted. */
	listen: (listener: WriteListener) => void;
}
