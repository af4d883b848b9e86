/** What a read of contacts is told, and what it gives. */
import type { CrmRecord } from '../connector';
import type { HouseholdModel } from './household-model';
import type { PersonAccounts } from './person-accounts';

/** What is read of a contact. */
export interface ContactReads {
	/** API names. */
	fields: readonly string[];
	person: PersonAccounts | null;
	households: HouseholdModel | null;
}

/** A record as REST gave it, and when that read began (ms). */
export interface RecordRead {
	record: CrmRecord;
	readAt: number;
}
