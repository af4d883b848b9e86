/** All contacts by a bulk query job, where they are many. */
import { CrmError, type ConnectorContext } from '../connector';
import { bulkRead, type BulkPlace, type BulkReadOptions } from './bulk-read';
import { connect, OBJECT } from './client';
import type { ContactReads, RecordRead } from './contact-reads';
import { withMemberships } from './membership';
import { asContact } from './person-accounts';
import { settingsOf } from './settings';

/** One cheap call says whether a bulk job is worth its own. */
export async function isLarge(
	context: ConnectorContext,
	signal: AbortSignal,
	from = OBJECT,
): Promise<boolean> {
	const { bulkReadAbove } = settingsOf(context);
	if (bulkReadAbove === 0) return false;
	const connection = connect(context, { priority: 'backfill', signal });
	const { totalSize } = await connection.query(`SELECT COUNT() FROM ${from}`);
	return totalSize > bulkReadAbove;
}

export type BulkContactsOptions = Pick<
	BulkReadOptions,
	'from' | 'onPlace' | 'meanwhile' | 'signal'
>;

/** See `bulkRead`. Records are told as of when the job was made. */
export async function* contactsInBulk(
	context: ConnectorContext,
	{ fields, person, households }: ContactReads,
	options: BulkContactsOptions,
): AsyncGenerator<RecordRead[]> {
	const { signal, from, onPlace } = options;
	let place: BulkPlace | undefined = from;
	// What the job reads may be as old as this.
	const begunAt = context.now();
	const keep = (next: BulkPlace) => {
		place = next;
		return onPlace?.(next);
	};
	const all = { sobject: OBJECT, fields, ...options, ...(onPlace && { onPlace: keep }) };
	for await (const records of bulkRead(context, all)) {
		const whole = records.map((record) => asContact(record, person));
		const connection = connect(context, { priority: 'backfill', signal });
		const told = await withMemberships({ context, connection, model: { households } }, whole);
		const readAt = place?.readAt ?? begunAt;
		yield told.map((record) => ({ record, readAt }));
	}
}

/** The org does not let us read in bulk, or the job failed there: reading page by page may do. */
export function isBulkRefused(error: unknown): error is CrmError {
	if (!(error instanceof CrmError)) return false;
	return !error.options.retryable || error.code === 'bulk-failed';
}
