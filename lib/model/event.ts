/**
 * The change event: the normalised form of "this record looked like this, or changed like this,
 * at that time", whatever CRM it came from. One n8n item carries one change event.
 */
import { z } from 'zod';
import { canonicalFieldsSchema, itemFieldsSchema } from './fields';
import { OBJECTS, type ObjectName } from './objects';

export const SYSTEM_NAME = /^[a-z][a-z0-9_-]{0,39}$/;

export const systemNameSchema = z
	.string()
	.regex(SYSTEM_NAME, 'must be a short lower-case name such as wealthbox or salesforce-east');

/** PostgreSQL's text cannot hold NUL; a record under another id would be another record. */
const identifier = (max: number) =>
	z
		.string()
		.min(1)
		.max(max)
		.refine((text) => !text.includes('\0'), 'must not hold the character NUL');

/** Made once: `datetime()` makes it anew for every value. */
const ISO_WITH_ZONE = z.datetimeRegex({ offset: true });

const instant = z.string().regex(ISO_WITH_ZONE, 'must be an ISO 8601 time with a zone');

const eventShape = {
	/** Names this very observation; the same observation read twice has the same id. */
	eventId: identifier(300),
	system: systemNameSchema,
	crmId: identifier(200),
	/**
	 * `archive`: put away in its CRM but still there. `merge`: its CRM made it part of the record
	 * `mergedInto`, and it is gone.
	 */
	change: z.enum(['upsert', 'delete', 'undelete', 'archive', 'merge']),
	/** Of a `merge`: the record of the same system that lives on. */
	mergedInto: identifier(200).optional(),
	/** `snapshot`: the whole record as read. `delta`: only what changed. */
	kind: z.enum(['snapshot', 'delta']),
	/**
	 * Records that the household is known to have as members, as `contact:<crmId>`: evidence of who it
	 * is. Membership itself is the contact's field `household`.
	 */
	members: z.array(z.string().max(300)).max(500).optional(),
	/** Issuer -> key, for example `{ fabric: "U1001" }` or `{ custodian: "ACC-77" }`. */
	externalKeys: z.record(z.string().min(1).max(100), z.string().min(1).max(200)).default({}),
	/** The vendor's time of the edit, in whatever resolution the vendor has. */
	editedAt: instant,
	/** The latest instant at which the source is known to have held the values before this change. */
	unchangedUntil: instant.optional(),
	/** When the read that saw this began; for a stream, when the change was committed. */
	readAt: instant,
	receivedAt: instant,
	/** True if the CRM itself names the fabric as the writer (Salesforce: changeOrigin). A hint, not proof. */
	ownWrite: z.boolean().default(false),
	/** Who or what made the change, as far as the CRM says. */
	origin: z.string().max(500).optional(),
};

const contactEventSchema = z.object({
	...eventShape,
	object: z.literal('contact'),
	fields: canonicalFieldsSchema,
});

const itemEventSchema = z.object({
	...eventShape,
	object: z.enum(OBJECTS).exclude(['contact']),
	fields: itemFieldsSchema,
});

type Event<Shape> = Omit<Shape, 'object'> & { object: ObjectName };

export type ChangeEvent = Event<z.infer<typeof contactEventSchema>>;
export type ChangeEventInput = Event<z.input<typeof contactEventSchema>>;

/** Told apart by its object. */
export const changeEventSchema: z.ZodType<ChangeEvent, z.ZodTypeDef, ChangeEventInput> =
	z.discriminatedUnion('object', [contactEventSchema, itemEventSchema]);

/** Address of a CRM's own record. */
export interface RecordAddress {
	system: string;
	object: string;
	crmId: string;
}

export function recordKey(address: RecordAddress): string {
	return `${address.system}/${address.object}/${address.crmId}`;
}

/** One sentence for a person: which parts of the event are wrong, without the values. */
export function describeIssues(error: z.ZodError): string {
	const MAX_NAMED = 5;
	const named = error.issues
		.slice(0, MAX_NAMED)
		.map((issue) => `${issue.path.join('.') || 'event'} ${issue.message}`);
	const more = error.issues.length - named.length;
	return named.join('; ') + (more > 0 ? `; and ${more} more` : '');
}
