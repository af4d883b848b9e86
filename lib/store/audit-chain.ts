/**
 * The audit trail's hash chain: each row carries a SHA-256 over itself and the hash of the row before
 * it, so that a row altered, put in or taken out shows in every hash after it. What a chain alone
 * cannot show is a tail that was cut off; for that a hash is kept elsewhere and looked for.
 *
 * Rows number themselves on from the head inside the writing transaction (there is one writer at a
 * time), so numbers do not skip after a rollback; the chain itself does not need that.
 */
import { hash } from 'node:crypto';
import type { AuditTable } from './schema';

/** What the first row's hash goes on from. */
export const GENESIS = '0'.repeat(64);

/** A row of the table without its hash, in either database's form. */
export type ChainedRow = {
	[Column in Exclude<keyof AuditTable, 'hash' | 'seq'>]: AuditTable[Column];
} & { seq: number };

export interface ChainHead {
	seq: number;
	hash: string;
}

/** Part of the format: to add a column is to begin another version of the chain. */
const COLUMNS = [
	'seq',
	'at',
	'kind',
	'entity_id',
	'field',
	'system',
	'object',
	'crm_id',
	'event_id',
	'delivery_id',
	'before',
	'after',
	'rule',
	'edited_at',
	'register',
	'detail',
	'run',
] as const satisfies ReadonlyArray<keyof ChainedRow>;

/** SHA-256 (hex) of the row, going on from `previous` (hex). The same on both databases and after a restore. */
export function hashRow(previous: string, row: ChainedRow): string {
	let text = previous;
	for (const column of COLUMNS) text += encoded(row[column]);
	return hash('sha256', text, 'hex');
}

/**
 * Each value with its kind and length, so that no two rows read alike. Lengths are of the UTF-8
 * bytes, as the database stores them.
 */
function encoded(value: string | number | null): string {
	if (value === null) return 'n;';
	if (typeof value === 'number') return `i${value};`;
	return `s${Buffer.byteLength(value, 'utf8')}:${value};`;
}
