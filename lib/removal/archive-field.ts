/**
 * Where a CRM has no call for putting a record away, the connector writes one field (settings
 * `archiveField`, `archiveValue`, `unarchiveValue`). Where that field is mapped, too, its value is a
 * write of ours like any other: it must not come back as a person's edit. Pure.
 */
import type { Connector } from '../connectors/connector';
import { canonicalText } from '../model/canonical';
import type { ChangeEvent } from '../model/event';
import type { CanonicalFields, FieldValue } from '../model/fields';
import type { SystemRow } from '../model/rows';
import type { RemovalOperation } from './flight';

interface ArchiveField {
	/** Canonical names under which it is mapped. */
	fields: string[];
	archived: string;
	otherwise: string;
}

const known = new WeakMap<SystemRow['settings'], { of: SystemRow['fieldMap']; is: ArchiveField }>();

/** Asked for every event; settings and map are the same objects while they are not changed. */
function archiveField(system: SystemRow, connector: Connector): ArchiveField {
	const last = known.get(system.settings);
	if (last?.of === system.fieldMap) return last.is;
	const is = findArchiveField(system, connector);
	known.set(system.settings, { of: system.fieldMap, is });
	return is;
}

function findArchiveField(system: SystemRow, connector: Connector): ArchiveField {
	const settings = { ...connector.defaultSettings, ...system.settings };
	const text = (name: string) => (typeof settings[name] === 'string' ? settings[name] : '');
	const name = text('archiveField');
	const mapped = system.fieldMap.filter(
		({ crmField, direction }) => name !== '' && crmField === name && direction !== 'off',
	);
	const fields = mapped.map(({ field }) => field);
	return { fields, archived: text('archiveValue'), otherwise: text('unarchiveValue') };
}

/** What the connector is going to write in mapped fields. */
export function archiveChanges(
	operation: RemovalOperation,
	system: SystemRow,
	connector: Connector,
	desired: CanonicalFields,
): CanonicalFields {
	if (operation === 'delete') return {};
	const { fields, archived, otherwise } = archiveField(system, connector);
	const wanted = (field: string): FieldValue => {
		if (operation === 'archive') return archived;
		const value = desired[field];
		return isText(value) && !isSame(value, archived) ? value : otherwise;
	};
	return Object.fromEntries(fields.map((field) => [field, wanted(field)]));
}

/**
 * True if the record, put away until now, was read to be in use: its archive field holds another value,
 * or its connector tells of every record that is put away (`archiveIsRemoval`) and not of this one.
 */
export function isTakenOut(event: ChangeEvent, system: SystemRow, connector: Connector): boolean {
	if (event.change !== 'upsert') return false;
	const { archiveIsRemoval = connector.defaultSettings['archiveIsRemoval'] } = system.settings;
	if (archiveIsRemoval === true && event.kind === 'snapshot') return true;
	const known = archiveField(system, connector);
	return known.fields.some((field) => {
		const value = event.fields[field];
		return (
			value !== undefined && !Array.isArray(value) && !isSame(String(value ?? ''), known.archived)
		);
	});
}

function isText(value: FieldValue | undefined): value is string {
	return typeof value === 'string' && value !== '';
}

function isSame(a: string, b: string): boolean {
	return canonicalText(a).toLowerCase() === canonicalText(b).toLowerCase();
}
