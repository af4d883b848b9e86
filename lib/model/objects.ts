/**
 * The kinds of record that the hub keeps in agreement, the canonical fields of each, and which of
 * these fields name another record. One entity is of one object for ever.
 */

/** In the order in which they are read and made: what others refer to comes first. */
export const OBJECTS = ['contact', 'household', 'opportunity', 'note', 'task', 'event'] as const;
export type ObjectName = (typeof OBJECTS)[number];

/** Labels as people read them in panels, audit rows and reviews. */
export const OBJECT_LABELS: Record<ObjectName, string> = {
	contact: 'Contact',
	household: 'Household',
	opportunity: 'Opportunity',
	note: 'Note',
	task: 'Task',
	event: 'Event',
};

/** A field of an object beside those that contacts have. */
export interface ItemField {
	label: string;
	/** `reference`: names another record; `dateTime`: ISO 8601 in UTC; `date`: YYYY-MM-DD. */
	kind: 'text' | 'number' | 'boolean' | 'date' | 'dateTime' | 'reference';
	/** Of a reference: the objects that it may name. */
	objects?: readonly ObjectName[];
}

/**
 * Fields that contacts had not before they knew of other objects. `client`: whom a note, task, event
 * or opportunity is about; a CRM that links several keeps the others as they are.
 */
export const ITEM_FIELDS = {
	household: { label: 'Household', kind: 'reference', objects: ['household'] },
	householdRole: { label: 'Role in Household', kind: 'text' },
	client: { label: 'Client', kind: 'reference', objects: ['contact', 'household'] },
	subject: { label: 'Subject', kind: 'text' },
	text: { label: 'Text', kind: 'text' },
	notedAt: { label: 'Noted At', kind: 'dateTime' },
	dueDate: { label: 'Due Date', kind: 'date' },
	startsAt: { label: 'Starts At', kind: 'dateTime' },
	endsAt: { label: 'Ends At', kind: 'dateTime' },
	allDay: { label: 'All Day', kind: 'boolean' },
	location: { label: 'Location', kind: 'text' },
	priority: { label: 'Priority', kind: 'text' },
	done: { label: 'Done', kind: 'boolean' },
	amount: { label: 'Amount', kind: 'number' },
	currency: { label: 'Currency', kind: 'text' },
	stage: { label: 'Stage', kind: 'text' },
	probability: { label: 'Probability (%)', kind: 'number' },
	closeDate: { label: 'Close Date', kind: 'date' },
} as const satisfies Record<string, ItemField>;

export type ItemFieldName = keyof typeof ITEM_FIELDS;

/** Canonical fields of each object but contacts; custom fields come on top. */
export const OBJECT_FIELDS: Record<Exclude<ObjectName, 'contact'>, readonly string[]> = {
	household: ['name', 'status', 'category', 'background', 'emails', 'phones', 'addresses', 'tags'],
	opportunity: [
		'client',
		'name',
		'text',
		'amount',
		'currency',
		'stage',
		'probability',
		'closeDate',
		'category',
		'tags',
	],
	note: ['client', 'subject', 'text', 'notedAt', 'category', 'tags'],
	task: ['client', 'subject', 'text', 'dueDate', 'priority', 'category', 'done', 'tags'],
	event: [
		'client',
		'subject',
		'text',
		'startsAt',
		'endsAt',
		'allDay',
		'location',
		'status',
		'category',
		'tags',
	],
};

const REFERENCES: ReadonlySet<string> = new Set(
	Object.entries(ITEM_FIELDS).flatMap(([name, { kind }]) => (kind === 'reference' ? [name] : [])),
);
export const REFERENCE_FIELDS: readonly string[] = [...REFERENCES];

export function isReferenceField(field: string): boolean {
	return REFERENCES.has(field);
}

export function isItemField(field: string): field is ItemFieldName {
	return Object.hasOwn(ITEM_FIELDS, field);
}

export function isObjectName(name: string): name is ObjectName {
	return (OBJECTS as readonly string[]).includes(name);
}

/** For addresses of records, which the store keeps as text. Throws on a name that is none of the objects. */
export function objectName(name: string): ObjectName {
	if (isObjectName(name)) return name;
	throw new Error(`"${name}" is no object of the fabric; it knows ${OBJECTS.join(', ')}.`);
}

/**
 * A reference as a CRM's own record makes it, and as it travels in events and deliveries: the object
 * and the id of the other record in the same system, `contact:8842`. Registers and shadows keep the
 * other record's unified id (`U1001`) instead, which is the same in every system.
 */
export function localReference(object: string, crmId: string): string {
	return `${object}:${crmId}`;
}

/** undefined: it is no such reference (a unified id, or nothing that names a record). */
export function parseLocalReference(
	value: string,
): { object: ObjectName; crmId: string } | undefined {
	const at = value.indexOf(':');
	const [object, crmId] = [value.slice(0, Math.max(0, at)), value.slice(at + 1)];
	return isObjectName(object) && crmId !== '' ? { object, crmId } : undefined;
}

/** True if it names a record by its own CRM's id: no entity of it is known yet. */
export function isUnknownReference(field: string, value: unknown): boolean {
	return (
		isReferenceField(field) && typeof value === 'string' && parseLocalReference(value) !== undefined
	);
}

const UNIFIED_ID = /^U\d+$/;

export function isUnifiedId(value: unknown): value is string {
	return typeof value === 'string' && UNIFIED_ID.test(value);
}
