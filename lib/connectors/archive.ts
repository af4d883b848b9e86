/**
 * Putting a record away and taking it out again, where a CRM has no call for it: an update of the one
 * field that the settings name. Shared by the connectors.
 */
import { canonicalText } from '../model/canonical';
import type { DeliveryJob, DeliveryOutcome } from '../model/delivery';
import type { FieldMap } from '../model/field-map';
import type { CanonicalFields, FieldValue, ScalarValue } from '../model/fields';
import { forField, mapped } from './field-codec';

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
const STAND_IN = 'custom.archive-state';

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
	if (archives === archived) return tools.confirmed(known(job, settings, current ?? null));
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

/** What the client's entity wants there, else what the record held, unless that is the archive's value. */
function valueBefore(job: DeliveryJob, settings: ArchiveSettings): string {
	const fields = mapped(job.fieldMap).filter(({ crmField }) => crmField === settings.archiveField);
	const told = fields.flatMap(({ field }) => [
		job.changes[field],
		job.desired[field],
		job.known[field],
	]);
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
	const fields = mapped(job.fieldMap).filter(({ crmField }) => crmField === settings.archiveField);
	return Object.fromEntries(
		fields.map(({ field }) => [field, Array.isArray(value) ? value : forField(field, value)]),
	);
}

function translated(
	outcome: DeliveryOutcome,
	job: DeliveryJob,
	settings: ArchiveSettings,
): DeliveryOutcome {
	if (outcome.status === 'gone') return outcome;
	const value = outcome.known?.[STAND_IN];
	const told = value === undefined ? {} : known(job, settings, value);
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
