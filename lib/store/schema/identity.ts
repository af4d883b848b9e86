/** Entities, which records are theirs, and how more are found. */
import type { Generated } from 'kysely';
import type { JsonText } from './columns';

export interface EntitiesTable {
	seq: Generated<number>;
	/** The unified id, `U1001`. */
	id: string;
	created_at: number;
	/** The event that made it. */
	created_by: string;
	/** The entity that this one became part of; its id stays an alias. */
	merged_into: string | null;
	/** Why its records should go elsewhere, too (JSON), while that stands. */
	departure: JsonText | null;
	/** Writes that a person refused (JSON). */
	refused: JsonText | null;
}

export type LinkState = 'active' | 'unlinked' | 'archived';

export interface LinksTable {
	system: string;
	object: string;
	crm_id: string;
	entity_id: string;
	state: LinkState;
	evidence: JsonText;
	linked_at: number;
	/** How often the record was created again after it had gone. */
	recreated: number;
}

export interface IdentityKeysTable {
	/** `external:custodian:A-7`: keys that an issuer gave. */
	key: string;
	entity_id: string;
	system: string;
	object: string;
	crm_id: string;
}

/** Hashed keys by which records meet as candidates (lib/identity/blocks.ts). */
export interface IdentityBlocksTable {
	hash: number;
	/** Hash of the record's address. */
	record: number;
	/** Number of its entity. */
	entity: number;
}

/** How many records bear a name (by its hash), as far as they were linked. */
export interface NameCountsTable {
	hash: number;
	records: number;
}

/** Which entity names which other one, by field. */
export interface EntityReferencesTable {
	entity_id: string;
	field: string;
	/** Unified id. */
	target: string;
}

/** Records that a person said are not this entity. */
export interface NeverAgainTable {
	system: string;
	object: string;
	crm_id: string;
	entity_id: string;
	/** The entity that was spoken of; `entity_id` follows its merges and splits. */
	said_of: string;
	review_id: number | null;
	said_by: string | null;
	said_at: number;
}
