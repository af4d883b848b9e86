/** One CRM's calls for notes, tasks, events, opportunities and households, as deliverItem makes use of them. */
import type { DeliveryJob, DeliveryOutcome } from '../../model/delivery';
import type { CanonicalFields } from '../../model/fields';
import type { CrmRecord } from '../connector';
import type { GoneCheck } from '../gone';
import type { CrmObject } from './crm-object';

export interface SentItem {
	/** As the CRM answered; null: it does not tell. */
	record: CrmRecord | null;
	/** Of the one field that could not be written although the others were. */
	refused?: Extract<DeliveryOutcome, { status: 'rejected' }>;
}

/** One CRM's calls. They reject with CrmError, HttpFailure or AuthenticationFailure. */
export interface ItemPort {
	crm: string;
	object: CrmObject;
	verifyBeforeWrite: boolean;
	alwaysLookBeforeCreate: boolean;
	get: (crmId: string) => Promise<CrmRecord>;
	/** Answers the id of the new record, too. */
	create: (body: CrmRecord, desired: CanonicalFields) => Promise<SentItem & { crmId: string }>;
	update: (crmId: string, body: CrmRecord, current: CrmRecord | null) => Promise<SentItem>;
	remove: (crmId: string) => Promise<void>;
	/**
	 * Records that an earlier try may have made, oldest first: found by an id of the fabric's own, or those of
	 * the same client that are no older than the delivery. What they hold is compared here.
	 */
	candidates: (desired: CanonicalFields) => Promise<Array<{ crmId: string; record: CrmRecord }>>;
	goneCheck: (crmId: string) => GoneCheck;
	/** The same calls for another job about the record. */
	withJob: (job: DeliveryJob) => ItemPort;
	calls: () => number;
}
