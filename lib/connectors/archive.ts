/**
 * Putting a record away and taking it out again, where a CRM has no call for it: an update of the one
 * field that the settings name. Shared by the connectors.
 */
import { z } from 'zod';
import { fromCrm, toCrm } from '../mapping/transforms';
import { canonicalText } from '../model/canonical';
import type { DeliveryJob, DeliveryOutcome } from '../model/delivery';
import type { FieldMap, FieldMapping } from '../model/field-map';
import type { CanonicalFields, FieldValue, ScalarValue } from '../model/fields';
import type { ObjectName } from '../model/objects';
import type { Archive, ArchiveTerms, Json, ObjectCapability } from './connector';
import { forField, mapped } from './field-codec';
import { canonicalItemValue } from './objects/crm-object';

export interface ArchiveSettings {
	/** The CRM's field that says whether a record is put away; empty: archiving is refused. */
	archiveField: string;
	/** What it holds then. */
	archiveValue: string;
	/**
	 * A record that a person puts away counts as removed (a change event `archive`). Map the archive field,
	 * too, so that a record taken out again is seen to be back.
	 */
	archiveIsRemoval: boolean;
	/** What it gets back if nobody knows what it held before; empty: nothing. */
	unarchiveValue: string;
}

export interface ArchiveTools {
	/** Reads the record through this map. Rejects as an update would. */
	read: (map: FieldMap) => Promise<CanonicalFields>;
	/** Writes a job of one field. */
	update: (job: DeliveryJob) => Promise<DeliveryOutcome>;
	confirmed: (known: CanonicalFields) => DeliveryOutcome;
}

/** Stands for the field in an update of its own, whatever it is mapped to: the map may only read it. */
export const STAND_IN = 'custom.archive-state';

const word = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const termsSchema = z.object({ field: z.string().min(1), value: word, back: word.default('') });

/**
 * The capability as the setting `itemArchive` has it: by object the terms (field, value, back), or null where
 * records are not to be put away. What cannot be read counts as not said; records that are put away as contacts
 * are follow the contacts' settings.
 */
export function withArchive(
	capability: ObjectCapability,
	object: ObjectName,
	settings: Record<string, Json> = {},
): ObjectCapability {
	const { itemArchive: given } = settings;
	const isSaid = typeof given === 'object' && given !== null && !Array.isArray(given);
	if (!isSaid || capability.archive === true) return capability;
	const own = given[object];
	if (own === null) return { ...capability, archive: false };
	const terms = termsSchema.safeParse(own);
	return terms.success ? { ...capability, archive: terms.data } : capability;
}

export function isTerms(archive: Archive): archive is ArchiveTerms {
	return typeof archive === 'object';
}

/** What the archive field holds, under the canonical field that it is mapped to; undefined: the map has no word for it. */
export function mappedValue(
	mapping: FieldMapping,
	value: ScalarValue,
	object: ObjectName = 'contact',
): ScalarValue | undefined {
	const canonical = fromCrm(mapping, value);
	if (canonical === undefined) return undefined;
	return object === 'contact'
		? forField(mapping.field, canonical)
		: canonicalItemValue(mapping.field, canonical);
}

/** A map of the one field. */
function archiveMap({ archiveField }: ArchiveSettings): FieldMap {
	return [{ field: STAND_IN, crmField: archiveField, direction: 'both' }];
}

/** True if a record that is read through {@link archiveMap} is put away, and that counts as a removal. */
export function isPutAway(
	settings: ArchiveSettings,
	read: (map: FieldMap) => CanonicalFields,
): boolean {
	if (!settings.archiveIsRemoval || settings.archiveField === '') return false;
	return isArchiveValue(read(archiveMap(settings))[STAND_IN], settings);
}

/** Writes a job with the operation archive or unarchive. What is already so is not written. */
export async function deliverArchive(
	job: DeliveryJob,
	settings: ArchiveSettings,
	tools: ArchiveTools,
): Promise<DeliveryOutcome> {
	if (settings.archiveField === '' || settings.archiveValue === '') return noArchiveField();
	const fieldMap = archiveMap(settings);
	const current = (await tools.read(fieldMap))[STAND_IN] as ScalarValue | undefined;
	const archived = isArchiveValue(current, settings);
	const archives = job.operation === 'archive';
	// A person who set it to something else meanwhile has taken the record out already.
	const isSo = archives === archived || (archived && isWantedSo(job, settings));
	if (isSo) return tools.confirmed(known(job, settings, current ?? null));
	const text = archives ? settings.archiveValue : valueBefore(job, settings);
	const target = likeBefore(text, current, archives);
	const outcome = await tools.update({
		...job,
		operation: 'update',
		fieldMap,
		changes: { [STAND_IN]: target },
		desired: { [STAND_IN]: target },
		known: { [STAND_IN]: current ?? null },
	});
	return translated(outcome, job, settings);
}

function isArchiveValue(value: FieldValue | undefined, settings: ArchiveSettings): boolean {
	const same = canonicalText(String(value ?? '')).toLowerCase();
	const { archiveField, archiveValue } = settings;
	return (
		archiveField !== '' && archiveValue !== '' && same === canonicalText(archiveValue).toLowerCase()
	);
}

/** A task that was done before it was put away: what says so says it of a record in use, too. */
function isWantedSo(job: DeliveryJob, settings: ArchiveSettings): boolean {
	if (job.object === 'contact') return false;
	return ofField(job, settings).some((mapping) =>
		isArchiveValue(own(mapping, job.desired[mapping.field]), settings),
	);
}

function ofField({ fieldMap }: DeliveryJob, { archiveField }: ArchiveSettings): FieldMap {
	return mapped(fieldMap).filter(({ crmField }) => crmField === archiveField);
}

/** A canonical value in the CRM's own words. */
function own(mapping: FieldMapping, value: FieldValue | undefined): FieldValue | undefined {
	return value === undefined || Array.isArray(value) ? value : toCrm(mapping, value);
}

/** What the client's entity wants there, else what the record held, unless that is the archive's value. */
function valueBefore(job: DeliveryJob, settings: ArchiveSettings): string {
	const told = ofField(job, settings).flatMap((mapping) =>
		[job.changes, job.desired, job.known].map((fields) => own(mapping, fields[mapping.field])),
	);
	const before = told.find(
		(value) =>
			value !== undefined &&
			value !== null &&
			value !== '' &&
			!Array.isArray(value) &&
			!isArchiveValue(value, settings),
	);
	return before === undefined ? settings.unarchiveValue : String(before);
}

/** Settings are texts: a check box or a number is written as what it is. */
function likeBefore(
	text: string,
	current: ScalarValue | undefined,
	archives: boolean,
): ScalarValue {
	if (typeof current === 'boolean') return text === '' ? !current : /^(true|yes|1)$/i.test(text);
	if (typeof current === 'number' && text !== '' && Number.isFinite(Number(text)))
		return Number(text);
	return text === '' && !archives ? null : text;
}

/** The value under the canonical fields that the job's own map gives it. */
function known(job: DeliveryJob, settings: ArchiveSettings, value: FieldValue): CanonicalFields {
	return Object.fromEntries(
		ofField(job, settings).flatMap((mapping) => {
			const told = Array.isArray(value) ? value : mappedValue(mapping, value, job.object);
			return told === undefined ? [] : [[mapping.field, told]];
		}),
	);
}

function translated(
	outcome: DeliveryOutcome,
	job: DeliveryJob,
	settings: ArchiveSettings,
): DeliveryOutcome {
	if (outcome.status === 'gone') return outcome;
	const { [STAND_IN]: value, ...others } = outcome.known ?? {};
	const told = { ...others, ...(value === undefined ? {} : known(job, settings, value)) };
	if (outcome.status === 'confirmed') return { ...outcome, known: told };
	const reason = outcome.reason.replaceAll(STAND_IN, settings.archiveField);
	const field = outcome.status === 'rejected' ? { field: settings.archiveField } : {};
	return { ...outcome, ...field, reason, known: told };
}

function noArchiveField(): DeliveryOutcome {
	return {
		status: 'rejected',
		reason:
			'Which field says that a record is put away is not chosen for this system. Set Archive Field and ' +
			'Archive Value in the options of its trigger, then retry; or set its policy for deletes to ask or ignore.',
		code: 'no-archive-field',
	};
}
