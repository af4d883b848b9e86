/**
 * Finds the contact that an earlier, unanswered create made. Redtail has no field for an id of ours:
 * the contact must have been created since the delivery was opened, bear the same name, and not
 * contradict the birth date, e-mails and phones (reference/redtail.md, section 7.4).
 */
import type { DeliveryJob } from '../../model/delivery';
import { canonicalText, listItemKey, sameValue } from '../../model/canonical';
import type {
	CanonicalFields,
	EmailItem,
	ListField,
	ListItem,
	PhoneItem,
} from '../../model/fields';
import type { ConnectorContext, CrmRecord } from '../connector';
import { contentsTried } from '../deliver-common';
import type { RedtailClient } from './client';
import { knownOf, project as projectTo } from './fields';
import { bodyOf } from './nested';
import { redtailSettings } from './settings';

/** By how much Redtail's clock may be behind ours. */
const CLOCK_SLACK_MS = 300_000;
const MAX_PAGES = 3;

export async function findCreated(
	context: ConnectorContext,
	client: RedtailClient,
	job: DeliveryJob,
): Promise<CrmRecord | undefined> {
	const project = (fields: CanonicalFields) => projectTo(fields, job.fieldMap, context.settings);
	for (const content of contentsTried(job, project)) {
		const made = await findLike(context, client, job, content);
		if (made !== undefined) return made;
	}
	return undefined;
}

async function findLike(
	context: ConnectorContext,
	client: RedtailClient,
	job: DeliveryJob,
	desired: CanonicalFields,
): Promise<CrmRecord | undefined> {
	const settings = redtailSettings(context.settings);
	const since = Date.parse(job.openedAt) - CLOCK_SLACK_MS;
	for (const query of searches(desired, context)) {
		const found = new Map<number, CrmRecord>();
		for (let page = 1; page <= MAX_PAGES; page += 1) {
			const read = await client.page(settings.searchPath, { ...query, page }, settings.pageSize);
			for (const row of read.rows) {
				const fields = knownOf(row, job.fieldMap, context.settings);
				if (isRecent(row, since) && isSame(fields, desired)) found.set(Number(row.id), row);
			}
			if (!read.more) break;
		}
		const [oldest] = [...found.keys()].sort((a, b) => a - b);
		if (oldest !== undefined) return found.get(oldest);
	}
	return undefined;
}

/** Most telling first. */
function searches(
	desired: CanonicalFields,
	context: ConnectorContext,
): Array<Record<string, string>> {
	const settings = redtailSettings(context.settings);
	const [email] = (desired.emails ?? []) as EmailItem[];
	const [phone] = (desired.phones ?? []) as PhoneItem[];
	const { lastName, name } = desired;
	return [
		...(email ? [{ email: email.address }] : []),
		...(phone ? [{ phone_number: String(bodyOf('phones', phone, settings).number) }] : []),
		...(typeof lastName === 'string' && lastName !== '' ? [{ last_name: lastName }] : []),
		...(typeof name === 'string' && name !== '' ? [{ name }] : []),
	];
}

function isRecent(row: CrmRecord, since: number): boolean {
	const created = Date.parse(String(row.created_at));
	return row.deleted !== true && !Number.isNaN(created) && created >= since;
}

function isSame(fields: CanonicalFields, desired: CanonicalFields): boolean {
	const equal = (field: string) => {
		const [a, b] = [fields[field], desired[field]].map((value) =>
			canonicalText(String(value ?? '')),
		);
		return a?.toLowerCase() === b?.toLowerCase();
	};
	if (
		!['type', 'firstName', 'lastName', 'name'].every((field) => !(field in desired) || equal(field))
	) {
		return false;
	}
	const { birthDate } = fields;
	if (birthDate && desired.birthDate && !sameValue('birthDate', birthDate, desired.birthDate))
		return false;
	return (['emails', 'phones'] as const).every((field) => !contradicts(field, fields, desired));
}

/** Both have entries, and none in common. */
function contradicts(field: ListField, fields: CanonicalFields, desired: CanonicalFields): boolean {
	const keys = (list: CanonicalFields) =>
		((list[field] ?? []) as ListItem[]).map((item) => listItemKey(field, item));
	const [held, wanted] = [keys(fields), new Set(keys(desired))];
	return held.length > 0 && wanted.size > 0 && !held.some((key) => wanted.has(key));
}
