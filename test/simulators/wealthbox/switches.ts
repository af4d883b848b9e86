/**
 * What is not known of Wealthbox, or differs, can be switched. Defaults are the likelier
 * behaviour.
 */
import { z } from 'zod';

const switchesSchema = z
	.object({
		/** IANA zone of the account; API times are shown in it. */
		timeZone: z.string().default('America/New_York'),
		/** Status of a successful create. */
		createStatus: z.union([z.literal(200), z.literal(201)]).default(200),
		/** DELETE answers 204 without a body, or 200 with the deleted contact. */
		deleteAnswer: z.enum(['empty', 'body']).default('empty'),
		/** Sliding window for each token; false switches it off. */
		throttle: z
			.union([
				z.object({ calls: z.number().int().min(1), windowMs: z.number().int().min(1) }),
				z.literal(false),
			])
			.default({ calls: 300, windowMs: 300_000 }),
		/** Whether 429 carries Retry-After (whole seconds). */
		retryAfter: z.boolean().default(false),
		/** `meta` block as seen live, or `page` and `per_page` as the vendor's samples show. */
		paging: z.enum(['meta', 'docs']).default('meta'),
		/** Whose updated_at moves when a household gains or loses a member. */
		householdBumps: z.enum(['none', 'member', 'household', 'both']).default('both'),
		/** Whether a PUT that changes nothing moves updated_at. */
		noChangeBumps: z.boolean().default(false),
		/**
		 * Whether values outside the account's configured lists (types, kinds) are refused with 422.
		 */
		strictCategories: z.boolean().default(true),
		/** How the `phone` filter compares. */
		phoneFilter: z.enum(['exact', 'digits']).default('exact'),
		/** Whether tasks, events and opportunities want all of their required fields in a PUT too. */
		strictPut: z.boolean().default(false),
		/** Life of an OAuth access token in seconds. */
		tokenLifetimeS: z.number().int().min(1).default(7_200),
	})
	.strict();

export type WealthboxSwitches = z.infer<typeof switchesSchema>;

/** Throws a ZodError for an unknown switch or value. */
export function wealthboxSwitches(given: Record<string, unknown> = {}): WealthboxSwitches {
	return switchesSchema.parse(given);
}
