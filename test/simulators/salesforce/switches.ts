/**
 * The simulator's switches (`SimulatorOptions.switches`, `PATCH /_sim/switches`): how this org is
 * set up, and which of the documented variants of Salesforce's behaviour it shows.
 */
import { z } from 'zod';

const HOUR = 3_600_000;
const positive = z.number().int().positive();

export const switchesSchema = z
	.object({
		/** The external id field `Fabric_Id__c` exists on Contact and Account. */
		externalIdField: z.boolean().default(true),
		/** False: several records may hold one external id, and an upsert by it can answer 300. */
		externalIdUnique: z.boolean().default(true),
		/** Values of the restricted picklist `Client_Status__c`. */
		statusValues: z
			.array(z.string().min(1))
			.min(1)
			.default(['Active', 'Inactive', 'Prospect', 'Former Client']),
		/** Person accounts are enabled, and people at the screen make their clients as such. */
		personAccounts: z.boolean().default(false),
		/** Phone, fax and description of a person account show at the contact behind it, too. */
		accountPhoneOnContact: z.boolean().default(false),
		/** Financial Services Cloud: the managed package (namespace FinServ), its standard objects, or none. */
		financialServices: z.enum(['none', 'package', 'standard']).default('none'),
		/** Contacts to Multiple Accounts: AccountContactRelation is there. Financial Services Cloud has it always. */
		multipleAccounts: z.boolean().default(false),
		/** Words of AccountContactRelation.Roles. */
		memberRoles: z
			.array(z.string().min(1))
			.default(['Head', 'Spouse', 'Child', 'Parent', 'Client', 'Business User']),
		/** Enhanced notes (ContentNote) are enabled. */
		enhancedNotes: z.boolean().default(false),
		/** Objects selected in Setup for Change Data Capture; others may be subscribed to but stay silent. */
		selectedEntities: z.array(z.string()).default(['Contact', 'Account']),
		/** Custom channels: name such as `Fabric__chn` to the objects that are its members. */
		customChannels: z.record(z.array(z.string())).default({}),

		/** Rolling 24 h allowance of REST calls; more answer 403 REQUEST_LIMIT_EXCEEDED. */
		dailyApiRequests: positive.default(100_000),
		/** Logins an hour and user before `invalid_grant: login rate exceeded`. */
		loginsPerHour: positive.default(3_600),
		/** Access tokens unused for so long answer 401; 0: they never time out. */
		sessionTimeoutMs: z.number().int().nonnegative().default(0),
		/** A refresh gives a new refresh token and kills the old one. */
		rotateRefreshTokens: z.boolean().default(false),
		/** A refresh does not say `instance_url` (n8n issue 34916). */
		omitInstanceUrlOnRefresh: z.boolean().default(false),

		/** Two contacts with one e-mail address: not checked, refused unless allowSave, or refused. */
		duplicateRule: z.enum(['off', 'alert', 'block']).default('off'),
		/** Older API versions say `duplicateResut`, newer ones spell it right. */
		duplicateResultKey: z.enum(['duplicateResut', 'duplicateResult']).default('duplicateResut'),
		/** `latestDateCovered` of `updated` and `deleted` stays this far behind. */
		replicationHoldbackMs: z.number().int().nonnegative().default(0),
		/** The delete log reaches back only so far. */
		deletedLogMs: positive.default(15 * 24 * HOUR),

		/** How long an idle long poll is held. */
		holdMs: positive.default(110_000),
		/** A session without a poll for so long after an answer is forgotten. */
		reconnectWindowMs: positive.default(40_000),
		/** How long events can be replayed. */
		retentionMs: positive.default(72 * HOUR),
		/** Lifetime of the routing cookie `sfdc-stream`; after it the session is unknown. */
		routeCookieMs: positive.default(3 * HOUR),
		/** Concurrent streaming clients of the org. */
		maxStreamingClients: positive.default(1_000),
		/** HTTP status of answers that carry Bayeux errors. */
		bayeuxErrorStatus: z.number().int().min(200).max(599).default(200),
		/** First replay id, as text so that it may exceed 2^53. */
		replayIdStart: z
			.string()
			.regex(/^[0-9]{1,18}$/)
			.default('20418832'),
		/** `event.replayId` is sent as a JSON string. */
		replayIdAsString: z.boolean().default(false),

		/** How long a bulk job waits in the queue, and how long it then shows as InProgress. */
		bulkQueueMs: z.number().int().nonnegative().default(0),
		bulkProcessMs: z.number().int().nonnegative().default(0),
		/** Bulk jobs that are worked on at a time; the others stay in the queue. */
		bulkParallelJobs: positive.default(25),
		/** Rolling 24 h allowances of bulk query jobs, and of ingest batches (10,000 rows each). */
		dailyBulkQueryJobs: positive.default(10_000),
		dailyBulkBatches: positive.default(15_000),
		/** Most rows in one page of a bulk query's result. */
		bulkQueryPage: positive.default(50_000),
		/** Results of a bulk job come in the order of the upload, which Salesforce does not promise. */
		bulkResultsInOrder: z.boolean().default(false),

		/** A cleared field is left out of the event, or present as null (the documentation has both). */
		clearedFields: z.enum(['absent', 'null']).default('absent'),
		/** Events carry no `changedFields`. */
		omitChangedFields: z.boolean().default(false),
		/** Records changed alike in one transaction share one event. */
		mergeSameChanges: z.boolean().default(true),
		/** An update that changes nothing still bumps LastModifiedDate and fires an event with it alone. */
		noOpUpdateEvents: z.boolean().default(true),
		/** A row of a collection that names an unknown field: the whole call is refused, or that row alone. */
		unknownFieldFailsCollection: z.boolean().default(true),
		/** Collections and composite carry the client of `Sforce-Call-Options` into changeOrigin. */
		originInCollections: z.boolean().default(true),
	})
	.strict();

export type Switches = z.infer<typeof switchesSchema>;

export function readSwitches(given: Record<string, unknown> = {}): Switches {
	return switchesSchema.parse(given);
}
