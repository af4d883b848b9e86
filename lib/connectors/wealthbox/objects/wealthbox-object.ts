/** What Wealthbox's declarations of its objects add to the shared one, and the fields that several have. */
import type { FieldValue, ListItem, TagItem } from '../../../model/fields';
import { localReference, parseLocalReference } from '../../../model/objects';
import type { CrmRecord } from '../../connector';
import { compact, dateOf, idOf, refOf, scalarOf, textOf } from '../../field-codec';
import type { CrmObject, CrmObjectField, Settings, WriteScope } from '../../objects/crm-object';
import { looksLikeHtml, textOfHtml } from '../../objects/rich-text';
import { roundedInstant, wordAmong } from '../../objects/values';
import { isObject } from '../../rest';
import { wealthboxSettings } from '../settings';
import { parseTime } from '../time';

/** A field that holds the id of a category row; read and written by the row's name. */
export interface NamedById {
	/** The CRM's field, which holds the id. */
	field: string;
	/** Where the row's name stands in records as they are passed on, and in bodies before they are sent. */
	nameField: string;
	/** Path under `/categories`. */
	category: string;
}

export interface WealthboxItem extends CrmObject {
	/** Under the API's base. */
	path: string;
	/** Name of the list in its envelope. */
	key: string;
	/** Of its custom fields; absent: it has none. */
	documentType?: string;
	/** Filters of the calls that together list every record (section 9: completed tasks hide). */
	lists: ReadonlyArray<Record<string, string>>;
	/** Whether `resource_id` and `resource_type` filter. */
	byResource: boolean;
	named: readonly NamedById[];
	/** Fields with values that Wealthbox lists. */
	listed: readonly string[];
	/** Fields that it may want in every PUT (section 20, question 4). */
	wanted: readonly string[];
	/** The body as Wealthbox wants it. `current`: null for a new record. */
	assemble?: (body: CrmRecord, scope: WriteScope) => CrmRecord;
}

/** Filters of every list of items. */
export const EDITED_FILTERS: WealthboxItem['listFilters'] = [
	{
		name: 'updated_since',
		label: 'Updated Since',
		type: 'date',
		description: 'Edited at or after this time',
	},
	{
		name: 'updated_before',
		label: 'Updated Before',
		type: 'date',
		description: 'Edited before this time',
	},
];

export function plain(
	name: string,
	label: string,
	more: Partial<CrmObjectField> = {},
): CrmObjectField {
	return { name, label, type: 'string', ...more };
}

/** Links of a record; a link to a household bears `contact_type`. */
export function linksOf(record: CrmRecord | null): CrmRecord[] {
	const links = record?.linked_to;
	return Array.isArray(links) ? links.filter(isObject) : [];
}

export const HOUSEHOLD = 'Household';

function isContact({ type }: CrmRecord): boolean {
	return type === undefined || type === 'Contact';
}

/** The first contact of those that a record is linked to; the others are kept by every write. */
export const client: CrmObjectField = {
	...{ name: 'linked_to', label: 'Linked To (Contact IDs)', type: 'list', field: 'client' },
	read: (record) => {
		if (!Array.isArray(record.linked_to)) return undefined;
		const link = linksOf(record).find(isContact);
		if (link === undefined) return null;
		const object = link.contact_type === HOUSEHOLD ? 'household' : 'contact';
		return localReference(object, String(link.id));
	},
	write: (value, { current }) => {
		const named = typeof value === 'string' ? parseLocalReference(value) : undefined;
		const links = linksOf(current);
		const primary = links.find(isContact);
		const isSame = ({ id, type }: CrmRecord) => isContact({ type }) && String(id) === named?.crmId;
		const others = links.filter((link) => link !== primary && !isSame(link));
		const first = named === undefined ? [] : [{ id: idOf(named.crmId), type: 'Contact' }];
		const kept = others.map(({ id, type }) => ({ id, type: type ?? 'Contact' }));
		return { linked_to: [...first, ...kept] };
	},
};

/** Plain text; what Wealthbox keeps as HTML is read as plain text, too (setting `htmlTexts`). */
export function text(name: string, label: string, field: string, required = false): CrmObjectField {
	const asText = (value: FieldValue, settings: Settings): FieldValue => {
		const keeps = wealthboxSettings(settings).htmlTexts === 'keep';
		if (typeof value !== 'string' || keeps || !looksLikeHtml(value)) return value;
		return textOfHtml(value);
	};
	return {
		...{ name, label, type: 'string', field, required },
		read: (record, settings) => {
			const raw = name in record ? scalarOf(record[name]) : undefined;
			return raw === undefined ? undefined : asText(raw, settings);
		},
		hold: (value, settings) => (required ? said(asText(value, settings)) : asText(value, settings)),
	};
}

/** What cannot be cleared has no place for nothing. */
export function said(value: FieldValue): FieldValue | undefined {
	return value === null || value === '' ? undefined : value;
}

/** A moment, to the minute. */
export function moment(name: string, label: string, field: string): CrmObjectField {
	const MINUTE_MS = 60_000;
	return {
		...{ name, label, type: 'datetime', field, required: true },
		read: (record) => (name in record ? instantOf(record[name]) : undefined),
		hold: (value) => (Array.isArray(value) ? undefined : said(roundedInstant(value, MINUTE_MS))),
	};
}

export function instantOf(raw: unknown): string | null {
	const ms = parseTime(raw);
	return ms === null ? null : new Date(ms).toISOString();
}

/**
 * A day that Wealthbox keeps as a moment: read as its own clock shows it. Written at the time of day that it
 * had, or (there is none, or so near to midnight that another offset would move the day) at one that is on the same
 * day anywhere in the United States (setting `dayTimeUtc`).
 */
export function day(name: string, label: string, field: string): CrmObjectField {
	return {
		...{ name, label, type: 'date', field },
		read: (record) => (name in record ? dayOf(record[name]) : undefined),
		hold: (value) => (Array.isArray(value) ? undefined : dateOf(value)),
		write: (value, { settings, current }) => {
			if (typeof value !== 'string' || value === '') return { [name]: null };
			return { [name]: `${value}T${timeOfDay(current?.[name], settings)}` };
		},
	};
}

function dayOf(raw: unknown): FieldValue {
	return typeof raw === 'string' && raw !== '' ? dateOf(raw) : null;
}

const SHOWN = /^\d{4}-\d\d-\d\d (\d\d):(\d\d) (AM|PM) ([+-]\d\d):?(\d\d)$/;

function timeOfDay(before: unknown, settings: Settings): string {
	const match = typeof before === 'string' ? SHOWN.exec(before) : null;
	const [, hours = '', minutes = '', half = '', offset = '', rest = ''] = match ?? [];
	const hour = (Number(hours) % 12) + (half === 'PM' ? 12 : 0);
	if (match !== null && hour >= 2 && hour <= 21)
		return `${String(hour).padStart(2, '0')}:${minutes}:00${offset}:${rest}`;
	return `${wealthboxSettings(settings).dayTimeUtc}:00Z`;
}

/** A category row's name instead of its id. */
export function named(
	{ field: name, nameField }: NamedById,
	label: string,
	field: string,
	required = false,
): CrmObjectField {
	return {
		...{ name, label, type: 'options', field, required },
		read: (record) => (nameField in record ? scalarOf(record[nameField]) : undefined),
		write: (value) => ({ [nameField]: value === '' ? null : value }),
		...(required ? { hold: said } : {}),
	};
}

/** One of Wealthbox's own words, whatever its case. */
export function word(
	name: string,
	label: string,
	field: string,
	words: readonly string[],
): CrmObjectField {
	return {
		...{ name, label, type: 'options', field, options: words },
		hold: (value) => (typeof value === 'string' ? wordAmong(words, value) : undefined),
	};
}

/** Tag names. */
export const tags: CrmObjectField = {
	...{ name: 'tags', label: 'Tags', type: 'list', field: 'tags' },
	read: (record) => {
		if (!Array.isArray(record.tags)) return undefined;
		return record.tags.filter(isObject).flatMap((row): ListItem[] => {
			const name = textOf(row.name);
			return name === undefined ? [] : [compact<TagItem>({ ref: refOf(row.id), name })];
		});
	},
	write: (value) => ({ tags: ((value ?? []) as TagItem[]).map(({ name }) => name) }),
};

const CUSTOM = /^custom_fields\.(.+)$/;

/** `custom_fields.41`. */
export function customField(crmField: string): CrmObjectField | undefined {
	const id = CUSTOM.exec(crmField)?.[1];
	if (id === undefined) return undefined;
	return {
		...{ name: crmField, label: crmField, type: 'string', custom: true },
		read: ({ custom_fields: entries }) => {
			if (!Array.isArray(entries)) return undefined;
			const entry = entries.filter(isObject).find((one) => String(one.id) === id);
			return scalarOf(entry?.value);
		},
		write: (value) => ({ custom_fields: [{ id: idOf(id), value }] }),
	};
}
