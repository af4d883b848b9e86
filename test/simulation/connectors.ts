/** What the invented CRMs can hold: no kinds, no flags; one of them keeps texts in capitals. */
import type { Connector, Json, ObjectCapability } from '../../lib/connectors/connector';
import type { FieldMap } from '../../lib/model/field-map';
import type { CanonicalFields } from '../../lib/model/fields';
import { isReferenceField, type ObjectName } from '../../lib/model/objects';
import { memoryConnector, memoryFieldMap } from '../unit/support/memory-connector';
import { emailsOf, scalarsOf } from './crm/record';

/** In the order in which they are read first. */
export const SYNCED: readonly ObjectName[] = [
	'contact',
	'household',
	'opportunity',
	'note',
	'task',
];

/** Contacts as ever, and what else there is. */
export const objectsFieldMap: FieldMap = [
	...memoryFieldMap,
	{ object: 'contact', field: 'household', crmField: 'household', direction: 'both' },
	...SYNCED.filter((object) => object !== 'contact').flatMap((object) =>
		scalarsOf(object).map((field) => {
			return { object, field, crmField: field, direction: 'both' as const };
		}),
	),
];

/** What a CRM of the simulation does not let be done with its notes. */
export interface NoteLimits {
	/** They are never changed. */
	notesStay?: boolean;
	/** They are never deleted. */
	notesLive?: boolean;
}

const ITEM: ObjectCapability = { create: true, change: true, archive: false, delete: true };
const OBJECTS = { household: ITEM, opportunity: ITEM, task: ITEM };

function noteIn({ notesStay, notesLive }: NoteLimits): ObjectCapability {
	return { ...ITEM, change: notesStay !== true, delete: notesLive !== true, needs: ['client'] };
}

function objectIn(object: ObjectName, settings: Record<string, Json>) {
	return object === 'note' ? noteIn(settings as NoteLimits) : undefined;
}

function holdable(desired: CanonicalFields, object: ObjectName, shouts: boolean): CanonicalFields {
	const scalars = scalarsOf(object).filter((field) => field in desired);
	const fields: CanonicalFields = Object.fromEntries(
		scalars.map((field) => {
			const value = desired[field];
			const isText = typeof value === 'string' && !isReferenceField(field);
			return [field, shouts && isText ? value.toUpperCase() : (value ?? null)];
		}),
	);
	if (object !== 'contact') return fields;
	const { firstName, lastName } = desired;
	fields['emails'] = emailsOf(desired).map(({ address, formerKeys }) =>
		formerKeys === undefined ? { address } : { address, formerKeys },
	);
	if (firstName !== undefined) fields['firstName'] = firstName;
	if (lastName !== undefined) fields['lastName'] = lastName;
	return fields;
}

function connector(kind: string, shouts: boolean): Connector {
	const plain = memoryConnector(kind);
	return {
		...plain,
		capabilities: { ...plain.capabilities, objects: { ...OBJECTS, note: noteIn({}) }, objectIn },
		project: (desired, _fieldMap, _settings, object = 'contact') =>
			holdable(desired, object, shouts),
	};
}

export const CONNECTORS = new Map(
	[connector('plain', false), connector('shouting', true)].map((one) => [one.kind, one]),
);
