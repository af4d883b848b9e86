/**
 * One value that Wealthbox does not know must not keep the other fields from being written: the call
 * is made again without it. What was left out is told, so that the outcome pretends nothing.
 */
import type { FieldMapping } from '../../model/field-map';
import type { CanonicalFields } from '../../model/fields';
import { CrmError, type CrmRecord } from '../connector';
import { mapped } from '../field-codec';
import { isObject } from '../rest';
import { CONFIGURED_OPTIONS } from './catalog';
import type { WealthboxClient } from './client';
import type { Desk } from './desk';
import { customFieldId } from './fields';
import { NESTED } from './nested';

export interface Sent {
	/** null: nothing was left to send. */
	record: CrmRecord | null;
	/** Mappings whose value is in no list of Wealthbox's. */
	unknown: FieldMapping[];
	/** Mappings whose custom field no longer exists. */
	lost: FieldMapping[];
}

const MAX_RESENDS = 5;
const LISTED = new Set(['status', ...Object.keys(CONFIGURED_OPTIONS)]);

/** Sends, again without what is refused by name. Rejects with anything else that goes wrong. */
export async function sendTolerantly(
	desk: Desk,
	body: CrmRecord,
	send: (body: CrmRecord) => Promise<CrmRecord>,
): Promise<Sent> {
	const sent: Sent = { record: null, unknown: [], lost: [] };
	let rest: CrmRecord = body;
	for (let resends = 0; Object.keys(rest).length > 0; resends += 1) {
		try {
			sent.record = await send(rest);
			break;
		} catch (error) {
			if (resends >= MAX_RESENDS || !isRefusal(error)) throw error;
			const next = await withoutRefused(desk, rest, error, sent);
			if (next === undefined) throw error;
			desk.context.log('warn', 'Wealthbox refused a value; writing the others without it', {
				field: error.options.field ?? '',
			});
			rest = next;
		}
	}
	return sent;
}

/** Wealthbox says that a value sent is wrong. */
function isRefusal(error: unknown): error is CrmError {
	return error instanceof CrmError && (error.status === 400 || error.status === 422);
}

/** The body without what the error names; undefined if that cannot be told or left out. */
async function withoutRefused(
	desk: Desk,
	body: CrmRecord,
	error: CrmError,
	sent: Sent,
): Promise<CrmRecord | undefined> {
	const { field } = error.options;
	const whole = await withWanted(desk, body, field);
	if (whole !== undefined) return whole;
	if (Array.isArray(body.custom_fields) && /custom/i.test(error.message)) {
		return withoutLost(desk, body, body.custom_fields, sent);
	}
	if (field === undefined || !(field in body)) return undefined;
	if ((desk.listed ?? LISTED).has(field)) {
		sent.unknown.push(...mapped(desk.job.fieldMap).filter(({ crmField }) => crmField === field));
		return Object.fromEntries(Object.entries(body).filter(([name]) => name !== field));
	}
	const entries = body[field];
	const isNested = (Object.values(NESTED) as string[]).includes(field) && Array.isArray(entries);
	if (!isNested || !/\bkind\b/.test(error.message)) return undefined;
	return { ...body, [field]: entries.map(withoutKind) };
}

/** It wants fields that this update does not change: they are sent as they are. */
async function withWanted(
	{ wanted = [], current }: Desk,
	body: CrmRecord,
	field: string | undefined,
): Promise<CrmRecord | undefined> {
	const isMissing = field !== undefined && wanted.includes(field) && !(field in body);
	if (!isMissing || current === undefined) return undefined;
	const record = await current();
	const isHeld = (name: string) => record[name] !== null && record[name] !== undefined;
	const missing = wanted.filter((name) => !(name in body) && isHeld(name));
	// Of a day and a frame it takes one.
	const isDated = 'due_date' in body || isHeld('due_date');
	const added = missing.filter((name) => name !== 'frame' || !isDated);
	const fits = 'frame' in body ? added.filter((name) => name !== 'due_date') : added;
	if (fits.length === 0) return undefined;
	return { ...Object.fromEntries(fits.map((name) => [name, record[name]])), ...body };
}

function withoutKind(entry: unknown): unknown {
	if (!isObject(entry)) return entry;
	return Object.fromEntries(Object.entries(entry).filter(([name]) => name !== 'kind'));
}

async function withoutLost(
	desk: Desk,
	body: CrmRecord,
	entries: unknown[],
	sent: Sent,
): Promise<CrmRecord | undefined> {
	const ids = entries.filter(isObject).map(({ id }) => String(id));
	const lost = await lostCustomFields(desk, (id) => ids.includes(id));
	if (lost.length === 0) return undefined;
	sent.lost.push(...lost);
	const gone = new Set(lost.map(({ crmField }) => customFieldId(crmField)));
	const left = entries.filter((entry) => !isObject(entry) || !gone.has(String(entry.id)));
	const rest = Object.fromEntries(
		Object.entries(body).filter(([name]) => name !== 'custom_fields'),
	);
	return left.length === 0 ? rest : { ...rest, custom_fields: left };
}

/** Mapped custom fields, chosen by id, that Wealthbox no longer has. */
async function lostCustomFields(
	{ job, client, documentType }: Pick<Desk, 'job' | 'client' | 'documentType'>,
	chosen: (id: string) => boolean,
): Promise<FieldMapping[]> {
	const custom = mapped(job.fieldMap).filter(({ crmField }) => {
		const id = customFieldId(crmField);
		return id !== undefined && chosen(id);
	});
	if (custom.length === 0) return [];
	const rows = await definitions(client, documentType);
	if (rows === undefined) return [];
	const there = new Set(rows.map(({ id }) => String(id)));
	return custom.filter(({ crmField }) => !there.has(customFieldId(crmField) ?? ''));
}

/** undefined: this user may not read them, so nothing can be said. */
async function definitions(
	client: WealthboxClient,
	documentType = 'Contact',
): Promise<CrmRecord[] | undefined> {
	try {
		return await client.category('custom_fields', { document_type: documentType });
	} catch (error) {
		if (error instanceof CrmError && !error.options.retryable) return undefined;
		throw error;
	}
}

/** Custom fields that were sent with a value and do not come back: deleted in Wealthbox, or not shown. */
export async function silentlyLost(
	desk: Desk,
	values: CanonicalFields,
	record: CrmRecord,
): Promise<FieldMapping[]> {
	const shown = Array.isArray(record.custom_fields) ? record.custom_fields.filter(isObject) : [];
	const holds = new Set(shown.map(({ id }) => String(id)));
	const missing = mapped(desk.job.fieldMap).flatMap(({ field, crmField }) => {
		const id = customFieldId(crmField);
		const value = values[field];
		const wasSent = id !== undefined && value !== undefined && value !== null && value !== '';
		return wasSent && !holds.has(id) ? [id] : [];
	});
	return missing.length === 0 ? [] : lostCustomFields(desk, (id) => missing.includes(id));
}
