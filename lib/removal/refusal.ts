/** What a person said may not be written, remembered so that the next comparison does not open it again. */
import { createHash } from 'node:crypto';
import type { Operation } from '../model/delivery';
import type { CanonicalFields } from '../model/fields';

/** A record, or (`crmId` null) the record that is to be made in the system. */
export function targetKey(system: string, crmId: string | null): string {
	return `${system}/${crmId ?? ''}`;
}

/** The same write has the same fingerprint, in whatever order its fields come. */
export function fingerprint(operation: Operation | null, changes: CanonicalFields): string {
	const fields = Object.entries(changes).sort(([a], [b]) => (a < b ? -1 : 1));
	const content = JSON.stringify([operation, fields]);
	return createHash('sha256').update(content).digest('hex').slice(0, 24);
}
