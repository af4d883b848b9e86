/**
 * Ends a contact, puts it away, or takes it out again, for CRMs without conditional writes, whose client
 * says how many calls it made. A CRM gives the calls (its remove.ts).
 */
import type { DeliveryJob, DeliveryOutcome } from '../model/delivery';
import type { FieldMap } from '../model/field-map';
import type { CanonicalFields } from '../model/fields';
import { deliverArchive } from './archive';
import { CrmError, type ConnectorContext } from './connector';
import { changedField, confirmed } from './deliver-common';
import { requireGone, type GoneCheck } from './gone';
import { changedMeanwhile, goneOutcome } from './outcomes';
import type { WRITE_DEFAULTS } from './write-settings';

/** What one delivery works with. */
export interface DeliveryDesk {
	context: ConnectorContext;
	job: DeliveryJob;
	settings: { verifyBeforeWrite: boolean };
	client: { calls: () => number };
}

/** One contact of a CRM. The calls reject with CrmError. */
export interface ContactPort {
	/** The CRM's name, for messages. */
	crm: string;
	crmId: string;
	/** What the record holds of the map. `wanted`: the fields that are asked about. null: it bears a mark of deletion. */
	read: (fieldMap: FieldMap, wanted: CanonicalFields) => Promise<CanonicalFields | null>;
	goneCheck: GoneCheck;
}

/** What somebody changed since it was last read is not deleted before the fabric has seen it. */
export async function removeContact(
	desk: DeliveryDesk,
	port: ContactPort,
	remove: () => Promise<unknown>,
): Promise<DeliveryOutcome> {
	const { job, settings } = desk;
	try {
		if (settings.verifyBeforeWrite || job.attempt > 1) {
			const fresh = await port.read(job.fieldMap, job.known);
			if (fresh === null) return confirmed(desk, port.crmId, {});
			const changed = changedField(job.known, fresh);
			if (changed !== undefined) return changedMeanwhile(port.crm, changed);
		}
		await remove();
	} catch (error) {
		await requireGone(error, port.goneCheck);
	}
	return confirmed(desk, port.crmId, {});
}

export interface ArchiveDesk extends DeliveryDesk {
	settings: typeof WRITE_DEFAULTS;
}

/** `update`: the CRM's writer of updates, given the desk of the one field. */
export async function archiveContact<Desk extends ArchiveDesk>(
	desk: Desk,
	port: ContactPort,
	update: (desk: Desk) => Promise<DeliveryOutcome>,
): Promise<DeliveryOutcome> {
	const strict = strictly(desk);
	try {
		return await deliverArchive(desk.job, strict.settings, {
			read: async (fieldMap) => {
				const wanted = Object.fromEntries(fieldMap.map(({ field }) => [field, null]));
				const held = await port.read(fieldMap, wanted);
				if (held === null) throw new CrmError('The contact is deleted', 404, '404');
				return held;
			},
			update: (job) => update({ ...strict, job }),
			confirmed: (known) => confirmed(desk, port.crmId, known),
		});
	} catch (error) {
		await requireGone(error, port.goneCheck);
		return goneOutcome(port.crm);
	}
}

/** The read before it is the look; and a value that the CRM does not take must not pass as written. */
function strictly<Desk extends ArchiveDesk>(desk: Desk): Desk {
	const { context } = desk;
	return {
		...desk,
		context: { ...context, settings: { ...context.settings, picklists: {} } },
		settings: {
			...desk.settings,
			verifyBeforeWrite: false,
			unknownPicklistValue: 'reject',
			picklists: {},
		},
	};
}
