/** Ends a contact (to the recycle bin), puts it away, or takes it out again. */
import type { DeliveryJob, DeliveryOutcome } from '../../model/delivery';
import type { FieldMap } from '../../model/field-map';
import type { CanonicalFields } from '../../model/fields';
import { deliverArchive } from '../archive';
import { CrmError, type ConnectorContext, type CrmRecord } from '../connector';
import { changedField, confirmedOutcome } from '../deliver-common';
import { changedMeanwhile, goneOutcome } from '../outcomes';
import { CRM, type SalesforceConnection } from './client';
import { isGone } from './errors';
import { crmFieldsOf, effectiveMap, readFields } from './fields';
import { isHouseholdAccount } from './household-account';
import type { OrgModel } from './org-model';
import { readContact } from './read-contact';
import { isContactGone } from './queries';
import type { SalesforceSettings } from './settings';
import { without } from './without';
import { targetOf } from './write-target';

/** What one delivery works with. */
export interface Work {
	context: ConnectorContext;
	settings: SalesforceSettings;
	model: OrgModel;
	job: DeliveryJob;
	connection: SalesforceConnection;
	/** Calls made so far. */
	calls: () => number;
}

export function confirmed(
	{ context, calls }: Pick<Work, 'context' | 'calls'>,
	crmId: string,
	held: CanonicalFields,
	found?: boolean,
): DeliveryOutcome {
	// The contact's own row holds no role: see place.ts.
	const known = without(held, ['householdRole']);
	return confirmedOutcome({ crmId, known, at: context.now(), calls: calls(), found });
}

/**
 * What somebody changed since it was last read is not deleted before the fabric has seen it. Salesforce
 * offers no condition on a DELETE: the moment between look and call stays open.
 */
export async function remove(work: Work, crmId: string): Promise<DeliveryOutcome> {
	const { job, context, settings, model } = work;
	try {
		const isCareful = settings.verifyBeforeWrite || job.attempt > 1;
		const map = effectiveMap(job.fieldMap, context.settings);
		const known = map.filter(({ direction }) => direction !== 'off');
		const seen = isCareful || model.person !== null ? await recordNow(work, crmId, known) : null;
		const changed = isCareful && seen ? changedField(job.known, fieldsIn(seen, known)) : undefined;
		if (changed !== undefined) return changedMeanwhile(CRM, changed);
		const { sobject, id } = targetOf(model, crmId, seen);
		await work.connection.destroy(sobject, id);
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
	return fieldsIn(await recordNow(work, crmId, map), map);
}

function fieldsIn(record: CrmRecord, map: FieldMap): CanonicalFields {
	return readFields(
		record,
		map.filter((mapping) => !isHouseholdAccount(mapping)),
	);
}

/** The contact's own fields. A name at another record comes by a query only, and is not the contact's own. */
function recordNow(work: Work, crmId: string, map: FieldMap): Promise<CrmRecord> {
	const own = map.flatMap(crmFieldsOf).filter((name) => !name.includes('.'));
	return readContact(work, crmId, ['Id', ...own]);
}
