/** Registers, shadows, and the audit trail of both. */
import type { Generated } from 'kysely';
import type { JsonText } from './columns';

export interface RegistersTable {
	entity_id: string;
	field: string;
	register: JsonText;
}

export interface ShadowsTable {
	system: string;
	object: string;
	crm_id: string;
	shadow: JsonText;
	updated_at: number;
}

export interface AuditTable {
	seq: Generated<number>;
	at: number;
	/** `change`, `agree`, `lost`, `entity`, `link`, `unlink`, `write`, `filtered`, `review`, `dead`, `retry`, `discard`, `undo`. */
	kind: string;
	entity_id: string | null;
	field: string | null;
	system: string | null;
	object: string | null;
	crm_id: string | null;
	event_id: string | null;
	delivery_id: number | null;
	before: JsonText | null;
	after: JsonText | null;
	rule: string | null;
	edited_at: number | null;
	/** The register after a `change`, `agree` or `lost` decision: folding these gives the registers. */
	register: JsonText | null;
	detail: JsonText | null;
	run: string | null;
	/** SHA-256 (hex) over this row and the hash of the row before it. */
	hash: string | null;
}
