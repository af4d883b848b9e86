/**
 * What is not known of Redtail, or differs, can be switched. Defaults are the likelier behaviour.
 */
import { z } from 'zod';

const switchesSchema = z
	.object({
		/** `{authenticated_user: {user_key}}` or `{user_key}`. */
		authentication: z.enum(['nested', 'flat']).default('nested'),
		/** Failed Basic logins after which the account is locked; 0: never. */
		lockoutAfter: z.number().int().min(0).default(0),
		/** Create answers the object, or `{success: true, id}`. Both with 201. */
		createAnswer: z.enum(['object', 'success']).default('object'),
		/** PUT of a sub-record answers 200 with the object, or 204. */
		subRecordPut: z.union([z.literal(200), z.literal(204)]).default(200),
		/** Arrays of sub-records in a contact PUT: ignored, or added to what is there. */
		nestedInPut: z.enum(['ignore', 'append']).default('ignore'),
		/** Whether changing a sub-record moves the contact's updated_at. */
		subRecordBumps: z.boolean().default(true),
		/** Whether a PUT that changes nothing moves updated_at. */
		noChangeBumps: z.boolean().default(false),
		/** Whether `/contacts` heeds `updated_since`, as `/contacts/search` does. */
		updatedSinceOnList: z.boolean().default(false),
		/** GET of a deleted contact: 404, or the record with `deleted: true`. */
		getAfterDelete: z.enum(['404', 'flag']).default('404'),
		/** Whether lists and searches show deleted contacts (with `deleted: true`). */
		deletedInLists: z.boolean().default(false),
		/** Fields that the restricted user may not send (403 for the whole call). */
		forbiddenFields: z.array(z.string()).default(['servicing_advisor_id', 'writing_advisor_id']),
		/** Sliding window for each user; off by default, as no limit is documented. */
		throttle: z
			.union([
				z.object({ calls: z.number().int().min(1), windowMs: z.number().int().min(1) }),
				z.literal(false),
			])
			.default(false),
		/** Whether 429 carries Retry-After (whole seconds). */
		retryAfter: z.boolean().default(true),
		/** Whether families and their members can be written: the paths are likely ones, not documented. */
		familyWrites: z.boolean().default(false),
		/** Whether a member who joins, leaves or changes place moves the family's updated_at. */
		familyMemberBumps: z.boolean().default(false),
		/** Whether a list of activities or opportunities shows linked contacts (of activities: if included). */
		linksInLists: z.boolean().default(true),
		/** `linked_contacts` of a PUT take the place of those that are there, or are added to them. */
		linkedContactsInPut: z.enum(['replace', 'merge']).default('replace'),
		/** Whether a note that is made or deleted moves its contact's updated_at. */
		noteBumps: z.boolean().default(false),
		/** Families to begin with; members are positions in the list of first contacts. */
		families: z
			.array(z.object({ name: z.string(), members: z.array(z.number().int().min(0)).min(1) }))
			.default([]),
	})
	.strict();

export type RedtailSwitches = z.infer<typeof switchesSchema>;

/** Throws a ZodError for an unknown switch or value. */
export function redtailSwitches(given: Record<string, unknown> = {}): RedtailSwitches {
	return switchesSchema.parse(given);
}
