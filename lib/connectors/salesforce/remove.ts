/** Ends a contact (to the recycle bin), puts it away, or takes it out again. */
import type { DeliveryJob, DeliveryOutcome } from '../../model/delivery';
import type { FieldMap } from '../../model/field-map';
import type { CanonicalFields } from '../../model/fields';
import { deliverArchive } from '../archive';
import { CrmError, type ConnectorContext, type CrmRecord } from '../connector';
import { changedField, confirmedOutcome } from '../deliver-common';
import { changedMeanwhile, goneOutcome } from '../outcomes';
import { CRM, OBJECT, type SalesforceConnection } from './client';
import { isGone } from './errors';
import { crmFieldsOf, effectiveMap, readFields } from './fields';
import { isHouseholdAccount } from './household-account';
import { isContactGone } from './reader';
import type { SalesforceSettings } from './settings';

/** What one delivery works with. */
export interface Work {
	context: ConnectorContext;
	settings: SalesforceSettings;
	job: DeliveryJob;
	connection: SalesforceConnection;
	/** Calls made so far. */
	calls: () => number;
}

export function confirmed(
	{ context, calls }: Work,
	crmId: string,
	known: CanonicalFields,
	found?: boolean,
): DeliveryOutcome {
	return confirmedOutcome({ crmId, known, at: context.now(), calls: calls(), found });
}

/**
 * What somebody changed since it was last read is not deleted before the fabric has seen it. Salesforce
 * offers no condition on a DELETE: the moment between look and call stays open.
 */
export async function remove(work: Work, crmId: string): Promise<DeliveryOutcome> {
	const { job, context, settings, connection } = work;
	try {
		if (settings.verifyBeforeWrite || job.attempt > 1) {
			const map = effectiveMap(job.fieldMap, context.settings);
			const known = map.filter(({ direction }) => direction !== 'off');
			const changed = changedField(job.known, await readNow(work, crmId, known));
			if (changed !== undefined) return changedMeanwhile(CRM, changed);
		}
		await connection.destroy(OBJECT, crmId);
	} catch (error) {
		// Gone already is what was wanted.
		await requireGone(work, crmId, error);
	}
	return confirmed(work, crmId, {});
}

/** Rethrows unless the record is gone: a wrong address or version answers 404, too. */
export async function requireGone(work: Work, crmId: string, error: unknown): Promise<void> {
	if (!(error instanceof CrmError) || !isGone(error)) throw error;
	if (error.code === 'ENTITY_IS_DELETED') return;
	if (!(await isContactGone(work.connection, crmId))) throw error;
}

/** `update`: the writer of updates, given the job of the one field. */
export async function archive(
	work: Work,
	crmId: string,
	update: (work: Work, crmId: string) => Promise<DeliveryOutcome>,
): Promise<DeliveryOutcome> {
	// The read before it is the look.
	const settings = { ...work.settings, verifyBeforeWrite: false };
	try {
		return await deliverArchive(work.job, settings, {
			read: (map) => readNow(work, crmId, map),
			update: (job) => update({ ...work, settings, job }, crmId),
			confirmed: (known) => confirmed(work, crmId, known),
		});
	} catch (error) {
		await requireGone(work, crmId, error);
		return goneOutcome(CRM);
	}
}

async function readNow(work: Work, crmId: string, map: FieldMap): Promise<CanonicalFields> {
	const fields = [...new Set(['Id', ...map.flatMap(crmFieldsOf)])];
	// A name at another record comes by a query only, and is not the contact's own.
	const own = fields.filter((name) => !name.includes('.'));
	const record = await work.connection.retrieve(OBJECT, crmId, { fields: own });
	const readable = map.filter((mapping) => !isHouseholdAccount(mapping));
	return readFields(record as CrmRecord, readable);
}
