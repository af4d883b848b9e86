/**
 * Reading a CRM once for fields that were not mapped before, or stood elsewhere: what its records hold
 * there is not known, and what is not known is not written over.
 */
import { addReads } from '../delivery/reads';
import { see, type Shadow } from '../merge/shadow';
import { isEmpty } from '../model/canonical';
import {
	changeEventSchema,
	recordKey,
	type ChangeEvent,
	type ChangeEventInput,
} from '../model/event';
import { baseField, mapOfObject, type FieldMap } from '../model/field-map';
import type { ObjectName } from '../model/objects';
import type { SchemaRow } from '../store/mappings';
import type { StoreTransaction } from '../store/store';
import { storedMapOf } from './standing';

/** Answers how many of the snapshots told anything new. */
export async function takeReading(
	tx: StoreTransaction,
	system: string,
	events: readonly ChangeEventInput[],
	now: number,
): Promise<number> {
	const reads = events.flatMap((event): ChangeEvent[] => {
		const parsed = changeEventSchema.safeParse(event);
		return parsed.success && parsed.data.system === system ? [parsed.data] : [];
	});
	const taken = await addReads(tx, reads, now);
	await noteEmpty(tx, system, reads, now);
	return taken;
}

/** That a field is empty is no news for the inbox; but now it is known, and may be written. */
async function noteEmpty(
	tx: StoreTransaction,
	system: string,
	reads: readonly ChangeEvent[],
	now: number,
): Promise<void> {
	const wanted = new Map(
		(await tx.mappings.schemas(system)).map(({ object, pending }) => [object, pending.read]),
	);
	const shadows = await tx.registers.shadows(reads);
	const changed = reads.flatMap((event) => {
		const shadow = shadows.get(recordKey(event));
		if (shadow === undefined) return [];
		const { object, crmId, fields } = event;
		const empty = (wanted.get(object) ?? []).filter(
			(field) => shadow.fields[field] === undefined && field in fields && isEmpty(fields[field]),
		);
		const next = empty.reduce<Shadow>(
			(seen, field) => see(seen, field, fields[field] ?? null, Date.parse(event.readAt)),
			shadow,
		);
		return empty.length === 0 ? [] : [{ system, object, crmId, shadow: next }];
	});
	await tx.registers.saveShadows(changed, now);
}

/**
 * Ids of the events that say that a custom field is empty which was not: it may have been taken away, and
 * the CRM should be asked for its fields before this is believed.
 */
export async function mayHaveDrifted(
	tx: StoreTransaction,
	system: string,
	events: readonly ChangeEventInput[],
): Promise<string[]> {
	const row = await tx.systems.get(system);
	if (row === undefined) return [];
	const map = storedMapOf(row);
	const doubted = (await tx.mappings.schemas(system)).flatMap(({ object, schema }) =>
		emptied(events, object, customFields(map, object, schema)),
	);
	if (doubted.length === 0) return [];
	const shadows = await tx.registers.partsOfShadows(doubted);
	const isKnown = (record: (typeof doubted)[number], field: string) =>
		!isEmpty(shadows.get(recordKey(record))?.fields[field]?.value);
	const odd = doubted.filter((record) => record.fields.some((field) => isKnown(record, field)));
	return odd.map(({ eventId }) => eventId);
}

/** Canonical fields that stand in custom fields of the CRM. */
function customFields(map: FieldMap, object: ObjectName, schema: SchemaRow['schema']): Set<string> {
	const custom = new Set(schema.current.flatMap(({ name, custom: own }) => (own ? [name] : [])));
	const mapped = mapOfObject(map, object).filter(({ crmField }) => custom.has(crmField));
	return new Set(mapped.map(({ field }) => baseField(field)));
}

function emptied(
	events: readonly ChangeEventInput[],
	object: ObjectName,
	fields: ReadonlySet<string>,
) {
	return events.flatMap((event) => {
		if (event.object !== object || event.kind !== 'snapshot' || event.change !== 'upsert')
			return [];
		const names = Object.entries(event.fields).flatMap(([field, value]) =>
			fields.has(field) && isEmpty(value) ? [field] : [],
		);
		const { system, crmId, eventId } = event;
		return names.length === 0 ? [] : [{ system, object, crmId, eventId, fields: names }];
	});
}
