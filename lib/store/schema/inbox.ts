/** Change events that were accepted, and what they name that is not known yet. */
import type { Generated } from 'kysely';
import type { JsonText } from './columns';

export const INBOX_STATES = [
	'pending',
	'emitted',
	'applied',
	'noop',
	'superseded',
	'filtered',
	'review',
	'dead',
] as const;
export type InboxState = (typeof INBOX_STATES)[number];
/** States in which the fabric still owes the event something. */
export const UNSETTLED: InboxState[] = ['pending', 'emitted'];

export interface InboxTable {
	seq: Generated<number>;
	event_id: string;
	system: string;
	object: string;
	crm_id: string;
	event: JsonText;
	state: InboxState;
	attempts: number;
	next_at: number;
	/** The emission that carries it, while emitted. */
	batch: string | null;
	reason: string | null;
	received_at: number;
	settled_at: number | null;
}

/** What a record names and the fabric does not know yet; field empty: its event waits in the inbox for it. */
export interface MissingReferencesTable {
	system: string;
	object: string;
	crm_id: string;
	field: string;
	event_id: string;
	ref_object: string;
	ref_crm_id: string;
	edited_at: string;
	read_at: string;
	received_at: string;
	inbox_seq: number | null;
}
