/**
 * Canonical records: the names, shapes and canonical forms of the fields that every CRM's records
 * are brought to. Pure; the zod schemas guard the borders.
 *
 * A field's value is one of three different things: absent (the source said nothing about it),
 * `null` (the source cleared it) or a value.
 */
import { z } from 'zod';
import { isItemField, ITEM_FIELDS, type ItemFieldName, type ObjectName } from './objects';

export const SCALAR_FIELDS = [
	'type',
	'prefix',
	'firstName',
	'middleName',
	'lastName',
	'suffix',
	'nickname',
	'name',
	'companyName',
	'jobTitle',
	'birthDate',
	'taxId',
	'status',
	'category',
	'background',
] as const;

export const LIST_FIELDS = ['emails', 'phones', 'addresses', 'tags'] as const;

export type ScalarField = (typeof SCALAR_FIELDS)[number];
export type ListField = (typeof LIST_FIELDS)[number];
/** Custom fields live beside the standard ones under `custom.<key>`. */
export type CustomField = `custom.${string}`;
export type FieldName = ScalarField | ItemFieldName | ListField | CustomField;

export const CONTACT_TYPES = ['person', 'household', 'organization', 'trust'] as const;
export const EMAIL_KINDS = ['personal', 'work', 'other'] as const;
export const PHONE_KINDS = [
	'mobile',
	'home',
	'work',
	'fax',
	'direct',
	'tollfree',
	'other',
] as const;
export const ADDRESS_KINDS = ['home', 'work', 'mailing', 'other'] as const;

/** Labels as people read them in panels, audit rows and reviews. */
const FIELD_LABELS: Record<ScalarField | ListField, string> = {
	type: 'Type',
	prefix: 'Prefix',
	firstName: 'First Name',
	middleName: 'Middle Name',
	lastName: 'Last Name',
	suffix: 'Suffix',
	nickname: 'Nickname',
	name: 'Name (Household, Organization, Trust)',
	companyName: 'Company',
	jobTitle: 'Job Title',
	birthDate: 'Birth Date',
	taxId: 'Tax ID',
	status: 'Status',
	category: 'Category',
	background: 'Background',
	emails: 'E-mails',
	phones: 'Phones',
	addresses: 'Addresses',
	tags: 'Tags',
};

/** What every entry of a list field may carry beside its own data. */
const listItem = {
	/** The CRM's own id of this entry (a nested id, a sub-record id, or a field name); never compared. */
	ref: z.string().optional(),
	/** Lower-case; one of the kinds above or the CRM's own word. Absent: the CRM does not say. */
	kind: z.string().min(1).max(100).optional(),
	primary: z.boolean().optional(),
	/** Canonical keys this entry had before; set on desired lists so that a writer can pair old with new. */
	formerKeys: z.array(z.string()).optional(),
};

const MAX_TEXT = 10_000;
const text = z.string().max(MAX_TEXT);

const emailSchema = z.object({ ...listItem, address: z.string().min(1).max(320) }).strict();
const phoneSchema = z
	.object({ ...listItem, number: z.string().min(1).max(100), extension: text.optional() })
	.strict();
const addressSchema = z
	.object({
		...listItem,
		street: text.optional(),
		street2: text.optional(),
		city: text.optional(),
		state: text.optional(),
		postalCode: text.optional(),
		country: text.optional(),
	})
	.strict();
const tagSchema = z
	.object({
		ref: z.string().optional(),
		name: z.string().min(1).max(500),
		formerKeys: z.array(z.string()).optional(),
	})
	.strict();

export type EmailItem = z.infer<typeof emailSchema>;
export type PhoneItem = z.infer<typeof phoneSchema>;
export type AddressItem = z.infer<typeof addressSchema>;
export type TagItem = z.infer<typeof tagSchema>;
export type ListItem = EmailItem | PhoneItem | AddressItem | TagItem;

export type ScalarValue = string | number | boolean | null;
export type FieldValue = ScalarValue | ListItem[];
/** A (partial) canonical contact. A key that is absent was not said. */
export type CanonicalFields = { [field: string]: FieldValue };

const MAX_LIST_ITEMS = 200;
const scalar = text.nullable();
const customValue = z.union([text, z.number().finite(), z.boolean(), z.null()]);
const isoDateOrEmpty = z.string().regex(/^(?:\d{4}-\d{2}-\d{2})?$/, 'must be a date as YYYY-MM-DD');

const standardShape = {
	...(Object.fromEntries(SCALAR_FIELDS.map((field) => [field, scalar.optional()])) as Record<
		ScalarField,
		z.ZodOptional<typeof scalar>
	>),
	type: z.enum(CONTACT_TYPES).nullable().optional(),
	birthDate: isoDateOrEmpty.nullable().optional(),
	emails: z.array(emailSchema).max(MAX_LIST_ITEMS).optional(),
	phones: z.array(phoneSchema).max(MAX_LIST_ITEMS).optional(),
	addresses: z.array(addressSchema).max(MAX_LIST_ITEMS).optional(),
	tags: z.array(tagSchema).max(MAX_LIST_ITEMS).optional(),
};

const isoInstant = z
	.string()
	.regex(z.datetimeRegex({ offset: true }), 'must be an ISO 8601 time with a zone');
const cleared = z.union([z.literal(''), z.null()]);

const VALUE_SHAPES = {
	text: scalar,
	number: z.union([z.number().finite(), z.null()]),
	boolean: z.union([z.boolean(), z.null()]),
	date: isoDateOrEmpty.nullable(),
	dateTime: z.union([isoInstant, cleared]),
	/** `contact:<crmId>` of the same system, or a unified id. */
	reference: scalar,
} satisfies Record<(typeof ITEM_FIELDS)[ItemFieldName]['kind'], z.ZodTypeAny>;

const itemShape = Object.fromEntries(
	Object.entries(ITEM_FIELDS).map(([name, { kind }]) => [name, VALUE_SHAPES[kind].optional()]),
);

type FieldsSchema = z.ZodType<CanonicalFields, z.ZodTypeDef, CanonicalFields>;

/**
 * Fields with other names than the standard ones must be custom fields, named `custom.<key>`. Only what a record
 * says is looked at: an object schema would ask for each field that it does not say, for every event.
 */
function partial(shape: z.ZodRawShape): FieldsSchema {
	const schemas = new Map(Object.entries(shape));
	const check = (said: Record<string, unknown>, context: z.RefinementCtx) => {
		const fields: CanonicalFields = {};
		for (const [name, value] of Object.entries(said)) {
			if (!isFieldName(name)) context.addIssue(noField(name));
			const schema = schemas.get(name) ?? customValue;
			// Most values: a text where any text may stand needs no more than its length looked at.
			if (typeof value === 'string' && value.length <= MAX_TEXT && takesAnyText(schema)) {
				fields[name] = value;
				continue;
			}
			const { data, error } = schema.safeParse(value);
			for (const issue of error?.issues ?? [])
				context.addIssue({ ...issue, path: [name, ...issue.path] });
			fields[name] = data as FieldValue;
		}
		return fields;
	};
	return z.object({}).passthrough().transform(check) as unknown as FieldsSchema;
}

function takesAnyText(schema: z.ZodTypeAny): boolean {
	return schema === customValue || (schema instanceof z.ZodOptional && schema.unwrap() === scalar);
}

function noField(name: string): z.IssueData {
	return {
		code: z.ZodIssueCode.custom,
		path: [name],
		message: `is no canonical field; name custom fields custom.<key>, for example custom.${name}`,
	};
}

/** A partial canonical contact. */
export const canonicalFieldsSchema = partial({
	...standardShape,
	household: VALUE_SHAPES.reference.optional(),
	householdRole: VALUE_SHAPES.text.optional(),
});

/** A partial canonical record of another object. */
export const itemFieldsSchema = partial({ ...standardShape, ...itemShape });

export function fieldsSchemaOf(object: ObjectName): FieldsSchema {
	return object === 'contact' ? canonicalFieldsSchema : itemFieldsSchema;
}

const LISTS: ReadonlySet<string> = new Set(LIST_FIELDS);
const SCALARS: ReadonlySet<string> = new Set(SCALAR_FIELDS);

export function isListField(field: string): field is ListField {
	return LISTS.has(field);
}

export function isScalarField(field: string): field is ScalarField {
	return SCALARS.has(field);
}

export function isFieldName(field: string): field is FieldName {
	return (
		isListField(field) ||
		isScalarField(field) ||
		isItemField(field) ||
		/^custom\.[\w-]{1,100}$/.test(field)
	);
}

export function fieldLabel(field: string): string {
	if (isListField(field) || isScalarField(field)) return FIELD_LABELS[field];
	if (isItemField(field)) return ITEM_FIELDS[field].label;
	return field.replace(/^custom\./, '');
}
