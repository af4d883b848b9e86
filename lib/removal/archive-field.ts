/**
 * Where a CRM has no call for putting a record away, the connector writes one field: of contacts the one that the
 * settings `archiveField`, `archiveValue` and `unarchiveValue` name, of other objects the one that their capability
 * names. Where that field is mapped, too, its value is a write of ours like any other: it must not come
 * back as a person's edit. Pure.
 */
import { isTerms, mappedValue } from '../connectors/archive';
import { capabilityOf } from '../connectors/capability';
import type { Connector, Json } from '../connectors/connector';
import { canonicalText } from '../model/canonical';
import type { ChangeEvent } from '../model/event';
import { mapOfObject } from '../model/field-map';
import type { CanonicalFields, FieldValue, ScalarValue } from '../model/fields';
import { objectName, type ObjectName } from '../model/objects';
import type { SystemRow } from '../model/rows';
import type { RemovalOperation } from './flight';

interface ArchiveField {
	/** By canonical name under which it is mapped: what it says of a record that is put away, and otherwise. */
	fields: Map<string, { archived: ScalarValue; otherwise: ScalarValue }>;
	/** Every record that is put away is told as such. */
	isTold: boolean;
}

interface Terms {
	field: string;
	value: string;
	back: string;
	isTold: boolean;
}

const known = new WeakMap<
	SystemRow['settings'],
	{ of: SystemRow['fieldMap']; is: Map<ObjectName, ArchiveField> }
>();

/** Asked for every event; settings and map are the same objects while they are not changed. */
function archiveField(system: SystemRow, connector: Connector, object: ObjectName): ArchiveField {
	const last = known.get(system.settings);
	const all = last?.of === system.fieldMap ? last.is : new Map<ObjectName, ArchiveField>();
	if (last?.is !== all) known.set(system.settings, { of: system.fieldMap, is: all });
	const is = all.get(object) ?? findArchiveField(system, connector, object);
	all.set(object, is);
	return is;
}

function findArchiveField(
	system: SystemRow,
	connector: Connector,
	object: ObjectName,
): ArchiveField {
	const terms = termsOf(system, connector, object);
	const fields: ArchiveField['fields'] = new Map();
	for (const mapping of terms === undefined ? [] : mapOfObject(system.fieldMap, object)) {
		if (mapping.crmField !== terms?.field || mapping.direction === 'off') continue;
		const archived = mappedValue(mapping, terms.value, object);
		const otherwise = mappedValue(mapping, terms.back, object);
		if (archived === undefined) continue;
		fields.set(mapping.field, { archived, otherwise: otherwise ?? null });
	}
	return { fields, isTold: terms?.isTold === true };
}

/** undefined: no field of such records says it. */
function termsOf(system: SystemRow, connector: Connector, object: ObjectName): Terms | undefined {
	const { archive } = capabilityOf(connector, object, system.settings);
	if (isTerms(archive)) return { ...archive, isTold: false };
	if (archive !== true) return undefined;
	const settings: Record<string, Json> = { ...connector.defaultSettings, ...system.settings };
	const text = (name: string) => (typeof settings[name] === 'string' ? settings[name] : '');
	const isTold = settings['archiveIsRemoval'] === true;
	const field = text('archiveField');
	return { field, value: text('archiveValue'), back: text('unarchiveValue'), isTold };
}

/** What the connector is going to write in mapped fields. */
export function archiveChanges(
	operation: RemovalOperation,
	system: SystemRow,
	connector: Connector,
	desired: CanonicalFields,
	object: ObjectName,
): CanonicalFields {
	if (operation === 'delete') return {};
	const { fields } = archiveField(system, connector, object);
	const changes: CanonicalFields = {};
	for (const [field, { archived, otherwise }] of fields) {
		const value = desired[field];
		const isWanted =
			object === 'contact' ? isText(value) && !isSame(value, archived) : value !== undefined;
		changes[field] = operation === 'archive' ? archived : isWanted ? (value ?? null) : otherwise;
	}
	return changes;
}

/**
 * True if the record, put away until now, was read to be in use: its archive field holds another value,
 * or its connector tells of every record that is put away (`archiveIsRemoval`) and not of this one.
 */
export function isTakenOut(event: ChangeEvent, system: SystemRow, connector: Connector): boolean {
	if (event.change !== 'upsert') return false;
	const { fields, isTold } = archiveField(system, connector, objectName(event.object));
	if (isTold && event.kind === 'snapshot') return true;
	return [...fields].some(([field, { archived }]) => {
		const value = event.fields[field];
		return value !== undefined && !Array.isArray(value) && !isSame(value, archived);
	});
}

function isText(value: FieldValue | undefined): value is string {
	return typeof value === 'string' && value !== '';
}

function isSame(a: ScalarValue, b: ScalarValue): boolean {
	const text = (value: ScalarValue) => canonicalText(String(value ?? '')).toLowerCase();
	return text(a) === text(b);
}
