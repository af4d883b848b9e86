/**
 * CRM contact <-> canonical contact, for CRMs whose record holds scalars under their own names, lists of
 * entries as arrays, custom fields by the id of their definition, and a household with a role: the walk
 * over the mappings. A CRM declares its parts (its fields.ts). Pure.
 */
import { fromCrm, listToCrm, toCrm } from '../mapping/transforms';
import type { FieldMap, FieldMapping } from '../model/field-map';
import {
	isListField,
	type CanonicalFields,
	type FieldValue,
	type ListField,
	type ListItem,
	type ScalarValue,
} from '../model/fields';
import type { CrmRecord, Json } from './connector';
import {
	addPart,
	allowedBy,
	dateOf,
	fitsType,
	forField,
	guarded,
	mapped,
	readable,
	scalarOf,
	writable,
} from './field-codec';

/** How one CRM holds a contact. `Written`: the lists that can be written. */
export interface ContactParts<
	Settings extends { picklists: Json },
	Written extends ListField = ListField,
> {
	settings: (given: Record<string, Json>) => Settings;
	isReadOnly: (crmField: string) => boolean;
	isDate: (crmField: string) => boolean;
	/** Canonical type of a record; null: it does not say. */
	typeOf: (record: CrmRecord, settings: Settings) => string | null;
	/** A canonical scalar as the API takes it; undefined: it is not written. Default: through the transform. */
	toCrm?: (mapping: FieldMapping, value: ScalarValue) => ScalarValue | undefined;
	/** What of a body writes a scalar; undefined: it is written by a call of its own. */
	bodyPart: (crmField: string, value: ScalarValue, settings: Settings) => CrmRecord | undefined;
	lists: {
		/** The array of the record in which each list stands. */
		names: Readonly<Record<ListField, string>>;
		isWritten: (field: string) => field is Written;
		/** `held`: what stands under that name. undefined: the record does not say. */
		read: (field: ListField, held: unknown, settings: Settings) => ListItem[] | undefined;
		/** A desired list as the CRM would hold it. */
		hold: (field: Written, items: ListItem[], settings: Settings) => ListItem[];
		/** A new entry as a body has it. */
		newEntry: (field: Written, item: ListItem, settings: Settings) => CrmRecord | string;
	};
	custom: {
		/** Id of the custom field's definition; undefined: the name is no custom field's. */
		idOf: (crmField: string) => string | undefined;
		/** undefined: the record does not say; null: it has no value. */
		read: (record: CrmRecord, id: string) => unknown;
	};
	/** Fields that say whose household a contact belongs to, and as what. Written by calls of their own. */
	membership: {
		has: (crmField: string) => boolean;
		/** undefined: the record does not say. */
		read: (record: CrmRecord, crmField: string) => ScalarValue | undefined;
		/** As it would be read back; undefined: the CRM has no place for it. */
		hold: (mapping: FieldMapping, value: ScalarValue, settings: Settings) => FieldValue | undefined;
	};
}

/** Its functions stand alone: a CRM's fields.ts hands them on one by one. */
export class ContactCodec<
	Settings extends { picklists: Json },
	Written extends ListField = ListField,
> {
	constructor(private readonly parts: ContactParts<Settings, Written>) {}

	/** Every field mapped in any direction, also those that only go out: what may be known of a record. */
	readonly knownOf = (
		record: CrmRecord,
		fieldMap: FieldMap,
		settings: Record<string, Json>,
	): CanonicalFields => this.read(record, mapped(fieldMap), settings);

	/** See `Connector.toCanonical`. */
	readonly toCanonical = (
		record: CrmRecord,
		fieldMap: FieldMap,
		settings: Record<string, Json>,
	): CanonicalFields => this.read(record, readable(fieldMap), settings);

	/** See `Connector.project`. */
	readonly project = (
		desired: CanonicalFields,
		fieldMap: FieldMap,
		given: Record<string, Json>,
	): CanonicalFields => {
		const settings = this.parts.settings(given);
		const fields: CanonicalFields = {};
		for (const mapping of writable(fieldMap, this.parts.isReadOnly)) {
			const { field } = mapping;
			const value = desired[field];
			if (value === undefined || !fitsType(field, desired.type)) continue;
			if (field === 'type' && value === null) continue;
			if (!allowedBy(settings.picklists, field, value)) continue;
			const held = this.hold(mapping, value, settings);
			if (held !== undefined) fields[field] = held;
		}
		return fields;
	};

	/** The scalars of a body. Lists are written by their plan (update-plan.ts). */
	readonly scalarBody = (
		fields: CanonicalFields,
		fieldMap: FieldMap,
		settings: Settings,
	): CrmRecord => {
		const { isReadOnly, membership, bodyPart } = this.parts;
		const body: CrmRecord = {};
		for (const mapping of writable(fieldMap, isReadOnly)) {
			const wanted = fields[mapping.field];
			if (wanted === undefined || Array.isArray(wanted)) continue;
			if (membership.has(mapping.crmField)) continue;
			const value = this.toCrm(mapping, wanted);
			if (value !== undefined) addPart(body, bodyPart(mapping.crmField, value, settings));
		}
		return body;
	};

	/** What a create sends: everything desired that says something. */
	readonly createBody = (
		desired: CanonicalFields,
		fieldMap: FieldMap,
		settings: Settings,
	): CrmRecord => {
		const { isReadOnly, lists } = this.parts;
		const said = Object.fromEntries(
			Object.entries(desired).filter(([, value]) => value !== null && value !== ''),
		);
		const body = this.scalarBody({ type: 'person', ...said }, fieldMap, settings);
		for (const { field, crmField } of writable(fieldMap, isReadOnly)) {
			const items = said[field];
			if (!lists.isWritten(field) || lists.names[field] !== crmField) continue;
			if (!Array.isArray(items) || items.length === 0) continue;
			body[crmField] = items.map((item) => lists.newEntry(field, item, settings));
		}
		return body;
	};

	private read(
		record: CrmRecord,
		fieldMap: FieldMap,
		given: Record<string, Json>,
	): CanonicalFields {
		const settings = this.parts.settings(given);
		const type = this.parts.typeOf(record, settings);
		const fields: CanonicalFields = {};
		for (const mapping of fieldMap) {
			if (!fitsType(mapping.field, type)) continue;
			const value = this.readField(record, mapping, settings);
			if (value !== undefined) fields[mapping.field] = value;
		}
		return guarded(fields);
	}

	/** undefined: the record does not say. */
	private readField(
		record: CrmRecord,
		mapping: FieldMapping,
		settings: Settings,
	): FieldValue | undefined {
		const { lists, custom, membership, isDate, typeOf } = this.parts;
		const { field, crmField } = mapping;
		if (membership.has(crmField)) {
			const held = membership.read(record, crmField);
			return held === undefined ? undefined : fromCrm(mapping, held);
		}
		if (isListField(field)) {
			const isItsPlace = lists.names[field] === crmField;
			return isItsPlace ? lists.read(field, record[crmField], settings) : undefined;
		}
		const id = custom.idOf(crmField);
		if (id !== undefined) return scalarFor(mapping, custom.read(record, id));
		if (!(crmField in record)) return undefined;
		if (crmField === 'type') return typeOf(record, settings);
		const value = scalarFor(mapping, record[crmField] ?? null);
		return value !== undefined && isDate(crmField) ? dateOf(value) : value;
	}

	/** What the CRM would hold if this were written; undefined: it has no place for it. */
	private hold(
		mapping: FieldMapping,
		value: FieldValue,
		settings: Settings,
	): FieldValue | undefined {
		const { lists, membership, isDate } = this.parts;
		const { field, crmField } = mapping;
		if (isListField(field)) {
			if (!lists.isWritten(field) || lists.names[field] !== crmField) return undefined;
			return lists.hold(field, listToCrm(mapping, field, (value ?? []) as ListItem[]), settings);
		}
		if (Array.isArray(value)) return undefined;
		if (membership.has(crmField)) return membership.hold(mapping, value, settings);
		const sent = this.toCrm(mapping, value);
		const held = sent === undefined ? undefined : fromCrm(mapping, sent);
		return held !== undefined && isDate(crmField) ? dateOf(held) : held;
	}

	private toCrm(mapping: FieldMapping, value: ScalarValue): ScalarValue | undefined {
		return (this.parts.toCrm ?? toCrm)(mapping, value);
	}
}

function scalarFor(mapping: FieldMapping, raw: unknown): ScalarValue | undefined {
	const held = raw === undefined ? undefined : scalarOf(raw);
	const value = held === undefined ? undefined : fromCrm(mapping, held);
	return value === undefined ? undefined : forField(mapping.field, value);
}
