/**
 * Which records of an entity differ from what it wants, and in what? Level-triggered: compared from
 * registers and shadows whenever it is asked, never remembered. Pure.
 */
import type { Connector } from '../connectors/connector';
import { isEmpty, sameValue } from '../model/canonical';
import { baseField, writesOut } from '../model/field-map';
import { isListField, type CanonicalFields, type FieldValue, type ListItem } from '../model/fields';
import { diffList, isEmptyDiff } from '../model/list-diff';
import type { SystemRow } from '../model/rows';
import type { Shadow, ShadowField } from '../merge/shadow';

export interface RecordPlan {
	/** Fields to write; empty if the record agrees. */
	changes: CanonicalFields;
	/** What the record should hold, as this CRM can hold it. */
	desired: CanonicalFields;
}

/** What the record of an entity in `system` should be changed to. Without a shadow: a create. */
export function planRecord(
	connector: Connector,
	system: SystemRow,
	wanted: CanonicalFields,
	shadow: Shadow | undefined,
): RecordPlan {
	const writable = system.fieldMap.filter(writesOut);
	const fields = new Set(writable.map(({ field }) => baseField(field)));
	const projected = connector.project(wanted, writable, system.settings);
	const desired = Object.fromEntries(
		Object.entries(projected).filter(([field]) => fields.has(field)),
	);
	const changes: CanonicalFields = {};
	for (const [field, value] of Object.entries(desired)) {
		const known = shadow?.fields[field];
		if (known === undefined) {
			// A record that exists may hold something there that was never read: it is not written blindly.
			if (shadow === undefined && !isEmpty(value)) changes[field] = value;
			continue;
		}
		if (isUncertain(field, known, value) || !isSettled(field, known, value)) changes[field] = value;
	}
	return { changes, desired };
}

/** A write of another value is out and may have been done: only a confirmed one tells. */
function isUncertain(field: string, known: ShadowField, wanted: FieldValue): boolean {
	return known.inFlight?.some(({ value }) => !agrees(field, value, wanted)) ?? false;
}

/** The record holds the value, or what this CRM makes of it. */
function isSettled(field: string, known: ShadowField, wanted: FieldValue): boolean {
	if (agrees(field, known.value, wanted)) return true;
	return known.settledFor !== undefined && sameValue(field, known.settledFor, wanted);
}

function agrees(field: string, known: FieldValue, wanted: FieldValue): boolean {
	if (!isListField(field)) return sameValue(field, known, wanted);
	return isEmptyDiff(diffList(field, (known ?? []) as ListItem[], (wanted ?? []) as ListItem[]));
}
