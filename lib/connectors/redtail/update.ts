/** The calls of one Redtail update, and what is known of the record after each of them. */
import type { DeliveryJob } from '../../model/delivery';
import type { FieldMap } from '../../model/field-map';
import type { CanonicalFields, ListItem } from '../../model/fields';
import { CrmError, type CrmRecord } from '../connector';
import { mapped } from '../field-codec';
import { AuthenticationFailure } from '../http';
import { isNothing, listAfter, setsPrimary, type ListPlan, type UpdatePlan } from '../update-plan';
import type { Desk } from './desk';
import { heldBy, knownOf, scalarBody, udfEntry, udfId, udfMappings } from './fields';
import { isMembership, writeMembership } from './membership';
import { isSubList, type SubList } from './nested';
import { withIds } from './picklists';
import { writeList } from './sub-records';

export interface Progress {
	known: CanonicalFields;
	crmId?: string;
	/** Mappings whose text Redtail's lists do not have. */
	unknown: FieldMap;
	/** Mappings whose user defined field no longer exists. */
	lost: FieldMap;
}

export function newProgress(): Progress {
	return { known: {}, unknown: [], lost: [] };
}

export interface Held {
	fields: CanonicalFields;
	record: CrmRecord;
	deleted: boolean;
}

/** The record as it is now; its user defined fields only if one is wanted. */
export async function readHeld(desk: Desk, crmId: string, wanted: CanonicalFields): Promise<Held> {
	const { client, job, context } = desk;
	const record = await client.get(crmId);
	const deleted = record.deleted === true;
	if (!deleted && wantedUdfs(job, wanted).length > 0)
		record.contact_udfs = await client.udfs(crmId);
	return { record, deleted, fields: knownOf(record, job.fieldMap, context.settings) };
}

function wantedUdfs(job: DeliveryJob, wanted: CanonicalFields): FieldMap {
	return udfMappings(job.fieldMap).filter(({ field }) => wanted[field] !== undefined);
}

export async function carryOut(
	desk: Desk,
	crmId: string,
	plan: UpdatePlan,
	fresh: Held | null,
	progress: Progress,
): Promise<void> {
	Object.assign(progress.known, plan.settled);
	await writeScalars(desk, crmId, plan.scalars, fresh, progress);
	await writeFamily(desk, crmId, plan.scalars, fresh, progress);
	const lists = [...plan.lists].filter((entry): entry is [SubList, ListPlan] =>
		isSubList(entry[0]),
	);
	for (const [field, list] of lists) await writeOneList(desk, crmId, field, list, progress);
	const udfs = wantedUdfs(desk.job, plan.scalars);
	if (udfs.length > 0) {
		const entries = fresh?.record.contact_udfs ?? (await desk.client.udfs(crmId));
		await writeUdfs(desk, crmId, udfs, plan.scalars, entries as CrmRecord[], progress);
	}
	if (lists.some(([, list]) => setsPrimary(list))) await learnFlags(desk, crmId, lists, progress);
}

async function writeScalars(
	desk: Desk,
	crmId: string,
	scalars: CanonicalFields,
	fresh: Held | null,
	progress: Progress,
): Promise<void> {
	const { job, context, settings, client } = desk;
	const texts = scalarBody(scalars, job.fieldMap, settings);
	const { body, unknown } = await withIds(context, client, texts);
	progress.unknown = mapped(job.fieldMap).filter(
		({ field, crmField }) => field in scalars && unknown.includes(crmField),
	);
	const record = Object.keys(body).length > 0 ? await client.update(crmId, body) : null;
	const answer = record === null ? {} : knownOf(record, job.fieldMap, context.settings);
	const left = new Set(progress.unknown.map(({ field }) => field));
	for (const { field, crmField } of mapped(job.fieldMap)) {
		if (!(crmField in texts) || scalars[field] === undefined) continue;
		const before = fresh?.fields[field] ?? job.known[field] ?? null;
		const assumed = left.has(field) ? before : (scalars[field] ?? null);
		progress.known[field] = field in answer ? (answer[field] ?? null) : assumed;
	}
}

/** Joins, leaves or changes place in a family, where that is wanted. */
export async function writeFamily(
	{ client, job, context }: Desk,
	crmId: string,
	wanted: CanonicalFields,
	fresh: Pick<Held, 'record'> | null,
	progress: Progress,
): Promise<void> {
	const isWanted = mapped(job.fieldMap).some(
		({ field, crmField }) => isMembership(crmField) && wanted[field] !== undefined,
	);
	if (!isWanted) return;
	const record = fresh?.record ?? (await client.get(crmId));
	const desk = { context, client, fieldMap: job.fieldMap, crmId, record };
	await writeMembership(desk, wanted, progress.known);
}

async function writeOneList(
	desk: Desk,
	crmId: string,
	field: SubList,
	plan: ListPlan,
	progress: Progress,
): Promise<void> {
	const { client, settings, job } = desk;
	const current = [...plan.before];
	const known = (job.known[field] ?? []) as ListItem[];
	try {
		if (!isNothing(plan)) await writeList({ client, settings, crmId, field, plan, current });
	} finally {
		progress.known[field] = listAfter(field, known, plan, current);
	}
}

/** Which entry lost its primary flag is Redtail's doing (UNKNOWN): read, if that can be done now. */
async function learnFlags(
	{ client, job, context }: Desk,
	crmId: string,
	lists: Array<[SubList, ListPlan]>,
	progress: Progress,
): Promise<void> {
	try {
		const now = knownOf(await client.get(crmId), job.fieldMap, context.settings);
		for (const [field, plan] of lists) {
			const known = (job.known[field] ?? []) as ListItem[];
			const current = now[field] as ListItem[] | undefined;
			if (current !== undefined) progress.known[field] = listAfter(field, known, plan, current);
		}
	} catch (error) {
		if (error instanceof AuthenticationFailure) throw error;
		context.log(
			'debug',
			'Redtail could not be read after a write; the next poll brings its state',
			{},
		);
	}
}

/** A value for a user defined field: PUT to its entry, POST for the first one (section 11). */
export async function writeUdfs(
	desk: Desk,
	crmId: string,
	mappings: FieldMap,
	values: CanonicalFields,
	entries: CrmRecord[],
	progress: Progress,
): Promise<void> {
	for (const mapping of mappings) {
		const { field, crmField } = mapping;
		const id = udfId(crmField) ?? '';
		const wanted = values[field] ?? null;
		const value = Array.isArray(wanted) ? undefined : heldBy(mapping, wanted);
		if (value === undefined) continue;
		const entry = udfEntry({ contact_udfs: entries }, id);
		const isEmpty = value === null || value === '';
		try {
			if (entry !== undefined) {
				await desk.client.sub.change(crmId, 'udfs', String(entry.id), { field_value: value });
			} else if (!isEmpty) {
				const body = { contact_udf_field_id: Number(id), field_value: value };
				await desk.client.sub.add(crmId, 'udfs', body);
			}
			progress.known[field] = wanted;
		} catch (error) {
			if (!(await isLost(desk, id, error))) throw error;
			progress.lost.push(mapping);
		}
	}
}

/** True if the call failed because Redtail no longer has that user defined field. */
async function isLost({ client }: Desk, id: string, error: unknown): Promise<boolean> {
	if (!(error instanceof CrmError) || ![400, 404, 422].includes(error.status)) return false;
	const definitions = await client.list('contact_udfs');
	return !definitions.some((definition) => String(definition.id) === id);
}
