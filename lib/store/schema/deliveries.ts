/** What is to be written. */
import type { Generated } from 'kysely';
import type { Flag, JsonText } from './columns';

export type DeliveryState = 'open' | 'held' | 'claimed' | 'confirmed' | 'superseded' | 'dead';

export interface DeliveriesTable {
	id: Generated<number>;
	system: string;
	object: string;
	/** The record, or `new:<unified id>` while it has to be created. One open delivery a target. */
	target: string;
	crm_id: string | null;
	entity_id: string;
	operation: string;
	state: DeliveryState;
	/** 0 live, 1 retry, 2 backfill. */
	priority: number;
	attempts: number;
	next_at: number;
	claim_token: string | null;
	lease_until: number | null;
	/** The entity changed while the delivery was under way: look again when it ends. */
	again: Flag;
	/** What the current or last claim wrote (JSON). */
	changes: JsonText | null;
	/** Of a create: what its tries sent, newest last (JSON). */
	tried: JsonText | null;
	idempotency_key: string | null;
	sync_origin: string;
	run: string | null;
	opened_at: number;
	settled_at: number | null;
	reason: string | null;
	code: string | null;
}
