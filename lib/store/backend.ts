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
}
