/** What a person said may not be written, remembered so that the next comparison does not open it again. */
import { createHash } from 'node:crypto';
import type { Operation } from '../model/delivery';
import type { CanonicalFields } from '../model/fields';
import { isReferenceField } from '../model/objects';

/** A record, or (`crmId` null) the record that is to be made in the system. */
export function targetKey(system: string, crmId: string | null): string {
	return `${system}/${crmId ?? ''}`;
}

/**
 * The same write has the same fingerprint, in whatever order its fields come. Whom a new record can name depends
 * on what else is there by then: that makes it no other one.
 */
export function fingerprint(operation: Operation | null, changes: CanonicalFields): string {
	const isSaid = (field: string) =>
		operation !== 'create' || (!isReferenceField(field) && field !== 'householdRole');
	const fields = Object.entries(changes)
		.filter(([field]) => isSaid(field))
		.sort(([a], [b]) => (a < b ? -1 : 1));
	const content = JSON.stringify([operation, fields]);
	return createHash('sha256').update(content).digest('hex').slice(0, 24);
}
