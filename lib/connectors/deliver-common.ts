/** What the polled CRMs' deliveries share. */
import type { DeliveryJob, DeliveryOutcome } from '../model/delivery';
import type { CanonicalFields } from '../model/fields';

/** Headers of every outbound write: who caused it, and which repeated call is the same write. */
export function writeHeaders(job: DeliveryJob): Record<string, string> {
	return {
		'Idempotency-Key': job.idempotencyKey,
		'X-Sync-Origin': `crm-fabric;${job.syncOrigin}`,
	};
}

/** The changes as the CRM can hold them; its type decides which fields it has at all. */
export function wantedOf(
	job: DeliveryJob,
	project: (fields: CanonicalFields) => CanonicalFields,
): CanonicalFields {
	const type = job.changes.type ?? job.known.type ?? job.desired.type;
	const projected = project(type === undefined ? job.changes : { ...job.changes, type });
	return Object.fromEntries(Object.entries(projected).filter(([field]) => field in job.changes));
}

export function noRecord(): DeliveryOutcome {
	return {
		status: 'rejected',
		reason: 'The delivery names no record to write. Discard it; the next change opens a new one.',
		code: 'no-record',
	};
}
