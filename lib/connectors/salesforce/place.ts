/** The household in a contact's delivery where AccountContactRelation tells it: beside the contact's own fields. */
import type { ConnectorContext, CrmRecord } from '../connector';
import type { DeliveryJob, DeliveryOutcome } from '../../model/delivery';
import type { FieldMap } from '../../model/field-map';
import type { CanonicalFields } from '../../model/fields';
import { failureOutcome } from '../outcomes';
import { isEmpty } from '../../model/canonical';
import { CRM } from './client';
import { effectiveMap, readFields } from './fields';
import { HOUSEHOLD_ACCOUNT, isRole } from './household-account';
import { RELATIONS_MARK } from './marks';
import {
	isMembership,
	isRelated,
	membershipConflict,
	relationsOf,
	writeMembership,
} from './membership';
import { orgModel, type OrgModel } from './org-model';
import type { Work } from './remove';
import type { CrmValues } from './values';
import { without } from './without';

/** Stands for the record of a person account that was just made. */
export const A_PERSON: CrmRecord = { Account: { IsPersonAccount: true } };

/** The mappings that the contact's own row takes; `seen`: the contact as it was read. */
export function ownMappings(model: OrgModel, seen: CrmRecord | null, mappings: FieldMap): FieldMap {
	const related = isRelated(model, seen);
	return mappings.filter((mapping) => !(related ? isMembership(mapping) : isRole(mapping)));
}

/** Values of a new contact that is no person: its account is not its household where relations tell that. */
export function withoutPlace({ households }: OrgModel, values: CrmValues): CrmValues {
	if (households?.relations?.of !== 'all') return values;
	const own = Object.entries(values).filter(([name]) => name !== HOUSEHOLD_ACCOUNT);
	return Object.fromEntries(own);
}

/** The field that somebody changed since it was last read. */
export function placeConflict(
	{ model, job }: Pick<Work, 'model' | 'job'>,
	fresh: CrmRecord,
	mappings: FieldMap,
	wanted: CanonicalFields,
): string | undefined {
	if (!isRelated(model, fresh)) return undefined;
	return membershipConflict(readFields(fresh, mappings.filter(isMembership)), job.known, wanted);
}

/** Deliveries whose household takes calls of its own. */
export async function withOwnCalls(
	context: ConnectorContext,
	jobs: readonly DeliveryJob[],
): Promise<Set<DeliveryJob>> {
	const about = jobs.filter(({ object, operation, changes, desired }) => {
		if (object !== 'contact') return false;
		return operation === 'create' ? !isEmpty(desired['household'] ?? null) : isAboutPlace(changes);
	});
	if (about.length === 0) return new Set();
	try {
		const { households } = await orgModel(context);
		return new Set(households?.relations ? about : []);
	} catch {
		// Each tells by itself why.
		return new Set(about);
	}
}

/** True if the delivery is about the household, so that it may take calls of its own. */
function isAboutPlace(fields: CanonicalFields): boolean {
	return fields['household'] !== undefined || fields['householdRole'] !== undefined;
}

/** After the contact's own row: joins, leaves or changes the role. `seen`: the contact as it was read, or is new. */
export async function withPlace(
	work: Work,
	seen: CrmRecord | null,
	outcome: DeliveryOutcome,
	wanted: CanonicalFields,
): Promise<DeliveryOutcome> {
	if ((outcome.status !== 'confirmed' && outcome.status !== 'rejected') || !isAboutPlace(wanted))
		return outcome;
	const { crmId } = outcome;
	if (!isRelated(work.model, seen) || crmId === undefined) return outcome;
	const known: CanonicalFields = without(outcome.known ?? {}, ['household', 'householdRole']);
	const isNew = work.job.operation === 'create' && seen?.[RELATIONS_MARK] === undefined;
	if (isNew && isEmpty(wanted['household'] ?? null)) return { ...outcome, known };
	try {
		const map = effectiveMap(work.job.fieldMap, work.context.settings);
		const rows = (seen?.[RELATIONS_MARK] ?? (await relationsFor(work, crmId))) as CrmRecord[];
		await writeMembership(work, crmId, rows, { wanted, map, known });
	} catch (error) {
		return failureOutcome(error, CRM, { known, crmId });
	}
	return outcome.status === 'confirmed'
		? { ...outcome, known, calls: work.calls() }
		: { ...outcome, known };
}

async function relationsFor(work: Work, crmId: string): Promise<CrmRecord[]> {
	return (await relationsOf(work, [crmId])).get(crmId) ?? [];
}
