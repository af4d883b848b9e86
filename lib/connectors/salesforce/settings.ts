/**
 * The connector's settings, as the node's panel offers them, checked and with their defaults.
 * Several stand for facts that Salesforce does not document (reference/salesforce.md, section 12).
 */
import { z } from 'zod';
import { ConfigurationFailure, type ConnectorContext, type Json } from '../connector';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** Upserts by a list of external ids need 46.0; Winter '27 is 68.0. */
const OLDEST_VERSION = 46;

const apiVersion = z
	.string()
	.regex(/^\d{2,3}\.0$/, 'must look like 62.0')
	.refine((version) => Number(version) >= OLDEST_VERSION, `must be ${OLDEST_VERSION}.0 or newer`);

const fieldName = z.string().regex(/^([A-Za-z]\w*)?$/, 'must be the API name of a field');

const duration = z.coerce.number().finite().nonnegative();

const settingsSchema = z.object({
	/** REST and CometD version. The change events' shape does not depend on it. */
	apiVersion: apiVersion.default('62.0'),
	/** Named in Sforce-Call-Options and so in the changeOrigin of what the fabric writes. */
	clientId: z
		.string()
		.regex(/^[\w.-]{1,40}$/, 'may hold letters, digits, dot, dash and underscore')
		.default('crm-fabric'),
	/** CDC channel; a custom channel (`/data/Fabric__chn`) may filter and enrich. */
	channel: z
		.string()
		.startsWith('/', 'must start with a slash')
		.default('/data/ContactChangeEvent'),
	/** API name of a unique external-id text field on Contact that holds the unified id; empty for none. */
	externalIdField: fieldName.default(''),
	/**
	 * API name of the field that says whether a contact is put away, its value then, and what it is set
	 * back to if unknown (empty: cleared, a check box unticked). Contacts have no such field of their own:
	 * without one archiving is refused.
	 */
	archiveField: fieldName.default(''),
	archiveValue: z.string().max(255).default(''),
	unarchiveValue: z.string().max(255).default(''),
	/** A contact that a person puts away counts as removed, as if it were deleted. */
	archiveIsRemoval: z.boolean().default(false),
	/** The same of other objects, e.g. {"event": {"field": "Off__c", "value": true}}; null: not to be put away. */
	itemArchive: z
		.record(z.record(z.union([z.string(), z.number(), z.boolean()])).nullable())
		.default({}),
	/** Read the name of a contact's account as its company. */
	companyFromAccount: z.boolean().default(false),
	/**
	 * Updates of one claimed batch go as sObject Collections, up to 200 in a call, and so do creates at
	 * their first try, or by external id. Collections take no `If-Unmodified-Since`: between the one read of all and the write
	 * lies the time of a call. False: each record by itself, on that condition.
	 */
	batchWrites: z.boolean().default(true),
	/**
	 * Deliveries of contacts that can wait (a first load's) go by Bulk API 2.0 if more of one kind than this are
	 * handed out together; 0: never. Creates only where `externalIdField` is set. Below some 2,000 collections take
	 * fewer calls and no longer.
	 */
	bulkAbove: z.coerce.number().int().nonnegative().default(2_000),
	/** A listing of more contacts than this is read by Bulk API 2.0; 0: never. */
	bulkReadAbove: z.coerce.number().int().nonnegative().default(2_000),
	/** First pause between two looks at a bulk job; grows to half a minute. */
	bulkPollSeconds: duration.default(2),
	/** How long a bulk job may take, queue included, before it is given up (a read) or left to run (a write). */
	bulkWaitMinutes: duration.default(60),
	/** Person accounts: where describe shows them, or not looked for (then their contacts cannot be written). */
	personAccounts: z.enum(['auto', 'never']).default('auto'),
	/** What a new client is made as; auto: a person account where the connected user may make one. */
	newPersons: z.enum(['auto', 'personAccount', 'contact']).default('auto'),
	/** Developer name or id of the record type of new person accounts; empty: the connected user's default. */
	personAccountRecordType: z.string().max(255).default(''),
	/** What is synced: see objects/chosen.ts. */
	objects: z.array(z.string()).default(['contact']),
	/** What a household is, and how its members are told (household-model.ts); auto: as describe shows it. */
	householdModel: z.enum(['auto', 'field', 'recordType', 'group']).default('auto'),
	/** Financial Services Cloud: developer name of the record type, or type of the group, of households. */
	householdRecordType: z.string().min(1).max(80).default('IndustriesHousehold'),
	householdGroupType: z.string().min(1).max(80).default('Household'),
	/** Further fields of a new member's AccountContactRelation, e.g. {"FinServ__Rollups__c": "All"}. */
	memberFields: z.record(z.union([z.string(), z.number(), z.boolean()])).default({}),
	/** API name of the account field that tells households from other accounts, and its value then. */
	householdField: fieldName.default('Type'),
	householdValue: z.string().max(255).default('Household'),
	/** Status of a new task, and the one that stands for done. */
	taskOpenStatus: z.string().min(1).max(40).default('Not Started'),
	taskDoneStatus: z.string().min(1).max(40).default('Completed'),
	/** classic: Note; enhanced: ContentNote, which an org may have to switch on. */
	noteFormat: z.enum(['classic', 'enhanced']).default('classic'),
	/** Title of a note without a subject; Salesforce wants one of every note. */
	noteTitle: z.string().min(1).max(80).default('Note'),
	/** Of a new opportunity that names none: its stage, and in how many days it closes. */
	opportunityStage: z.string().min(1).max(40).default('Prospecting'),
	opportunityCloseDays: z.coerce.number().int().nonnegative().default(90),
	/** Pause between two reads of households, notes, tasks, events and opportunities: while there is news, and at most. */
	itemPollSeconds: duration.default(30),
	itemPollMaxSeconds: duration.default(300),
	/** How often all of them are listed, to find what no other read showed; 0: never. */
	itemScanHours: duration.default(24),
	/** Look at the record before an update, and write only if nobody changed it since it was read. */
	verifyBeforeWrite: z.boolean().default(true),
	/** How often the stream is compared with the record list, to find a session that went deaf. */
	heartbeatMinutes: duration.default(10),
	/** How long a change may be under way before it counts as not delivered. */
	deafGraceSeconds: duration.default(60),
	/** Salesforce answers an idle poll after 110 s; without an answer by then the poll is given up. */
	watchdogSeconds: duration.default(130),
	/** First wait after a lost session; doubles up to the cap. */
	backoffBaseSeconds: duration.default(1),
	backoffCapSeconds: duration.default(60),
	/** After "server is too busy". */
	busyWaitSeconds: duration.default(120),
	/** After a concurrent-client or daily limit. */
	limitWaitMinutes: duration.default(10),
	/** Recovery reads this much further back than the last known change. */
	overlapMinutes: duration.default(5),
	/**
	 * Share of the org's daily API calls, in percent, above which the fabric pauses for the others. Live
	 * calls go on until then; backfills wait from 80 % on and retries from 95 % on (budget-window.ts).
	 */
	apiUsageCeilingPercent: z.coerce.number().min(1).max(100).default(98),
});

type RawSettings = z.infer<typeof settingsSchema>;

/** Durations in ms. */
export interface SalesforceSettings
	extends Pick<
		RawSettings,
		| 'apiVersion'
		| 'clientId'
		| 'channel'
		| 'externalIdField'
		| 'archiveField'
		| 'archiveValue'
		| 'unarchiveValue'
		| 'archiveIsRemoval'
		| 'companyFromAccount'
		| 'verifyBeforeWrite'
		| 'batchWrites'
		| 'bulkAbove'
		| 'bulkReadAbove'
		| 'personAccounts'
		| 'newPersons'
		| 'personAccountRecordType'
	> {
	bulkPollMs: number;
	bulkWaitMs: number;
	heartbeatMs: number;
	deafGraceMs: number;
	watchdogMs: number;
	backoffBaseMs: number;
	backoffCapMs: number;
	busyWaitMs: number;
	limitWaitMs: number;
	overlapMs: number;
	apiUsageCeiling: number;
}

export const defaultSettings: Record<string, Json> = settingsSchema.parse({});

/** Throws ConfigurationFailure naming the settings that are wrong. */
export function parseSettings(raw: Record<string, Json>): SalesforceSettings {
	const result = settingsSchema.safeParse(raw);
	if (!result.success) {
		const wrong = result.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
		throw new ConfigurationFailure(
			`A Salesforce setting cannot be used: ${wrong.join('; ')}.`,
			'Correct it in the options of the Salesforce node.',
		);
	}
	return inMilliseconds(result.data);
}

export type ItemSettings = Pick<
	RawSettings,
	| 'householdModel'
	| 'householdRecordType'
	| 'householdGroupType'
	| 'memberFields'
	| 'householdField'
	| 'householdValue'
	| 'taskOpenStatus'
	| 'taskDoneStatus'
	| 'noteTitle'
	| 'noteFormat'
	| 'opportunityStage'
	| 'opportunityCloseDays'
	| 'itemPollSeconds'
	| 'itemPollMaxSeconds'
	| 'itemScanHours'
>;

const parsedItems = new WeakMap<object, ItemSettings>();

/** What the objects beside contacts go by; what cannot be read has its default. */
export function itemSettings(raw: Record<string, Json>): ItemSettings {
	const known = parsedItems.get(raw);
	if (known !== undefined) return known;
	const result = settingsSchema.safeParse(raw);
	const settings = result.success ? result.data : settingsSchema.parse({});
	parsedItems.set(raw, settings);
	return settings;
}

export function settingsOf(context: ConnectorContext): SalesforceSettings {
	return parseSettings(context.settings);
}

function inMilliseconds(raw: RawSettings): SalesforceSettings {
	return {
		apiVersion: raw.apiVersion,
		clientId: raw.clientId,
		channel: raw.channel,
		externalIdField: raw.externalIdField,
		archiveField: raw.archiveField,
		archiveValue: raw.archiveValue,
		unarchiveValue: raw.unarchiveValue,
		archiveIsRemoval: raw.archiveIsRemoval,
		companyFromAccount: raw.companyFromAccount,
		verifyBeforeWrite: raw.verifyBeforeWrite,
		batchWrites: raw.batchWrites,
		bulkAbove: raw.bulkAbove,
		bulkReadAbove: raw.bulkReadAbove,
		personAccounts: raw.personAccounts,
		newPersons: raw.newPersons,
		personAccountRecordType: raw.personAccountRecordType.trim(),
		bulkPollMs: raw.bulkPollSeconds * SECOND,
		bulkWaitMs: raw.bulkWaitMinutes * MINUTE,
		heartbeatMs: raw.heartbeatMinutes * MINUTE,
		deafGraceMs: raw.deafGraceSeconds * SECOND,
		watchdogMs: raw.watchdogSeconds * SECOND,
		backoffBaseMs: raw.backoffBaseSeconds * SECOND,
		backoffCapMs: raw.backoffCapSeconds * SECOND,
		busyWaitMs: raw.busyWaitSeconds * SECOND,
		limitWaitMs: raw.limitWaitMinutes * MINUTE,
		overlapMs: raw.overlapMinutes * MINUTE,
		apiUsageCeiling: raw.apiUsageCeilingPercent / 100,
	};
}
