/**
 * Reads of families, activities and opportunities: Redtail filters none of their lists by change, so a poll
 * reads the list and compares (reference/redtail.md, section 5).
 */
import type { FieldMap } from '../../model/field-map';
import { localReference } from '../../model/objects';
import type { CallPriority } from '../budget';
import type { ConnectorContext, CrmRecord } from '../connector';
import { isRecordGone } from '../gone';
import { itemToCanonical, type ItemObject } from '../objects/crm-object';
import type { PolledRecord } from '../poll-events';
import type { PageQuery } from '../poll-reader';
import type { RecordReader } from '../read-all';
import { isGone, isObject } from '../rest';
import { redtailClient, type RedtailClient } from './client';
import type { FamilyMembers } from './family-members';
import { readItem, RESOURCES, withTexts } from './items';
import { REDTAIL_OBJECTS } from './objects';
import { isTask } from './objects/activity';
import { linkedIds } from './objects/links';
import { RowMemory } from './row-memory';
import type { RedtailSettings } from './settings';

export type Listed = Exclude<ItemObject, 'note'>;

export interface ItemReaderParts {
	/** Paced. */
	context: ConnectorContext;
	/** Of one list: families, opportunities, or activities, of which tasks, events or both are wanted. */
	objects: readonly [Listed, ...Listed[]];
	fieldMap: FieldMap;
	settings: RedtailSettings;
	/** Told of every family that is read. */
	members?: FamilyMembers;
}

const DAY_MS = 86_400_000;

export function itemReader(parts: ItemReaderParts): RecordReader {
	const { context, objects, members } = parts;
	const [main] = objects;
	const resource = RESOURCES[main];
	const rows = new Rows(parts);
	const clientOf = (signal: AbortSignal, priority: CallPriority = 'backfill') =>
		redtailClient(context, { priority, signal });
	const isItemGone = (crmId: string, signal: AbortSignal) =>
		isRecordGone(itemGoneCheck(context, clientOf(signal), main, crmId));
	return {
		readPage: async (query) => {
			const { page, signal, priority } = query;
			const client = clientOf(signal, priority);
			const dates = main === 'task' || main === 'event' ? datesOf(parts, query) : {};
			const read = await client.items.page(resource, { ...dates, page });
			const now = read.serverTime ?? context.now();
			members?.told(query.since === null ? 'all' : 'poll', { ...read, page }, now);
			const records = await rows.polled(client, read.rows, now);
			// Rows of the other kind stand in the same list: how many there are of this one is not told.
			const isWhole = objects.length > 1 || (main !== 'task' && main !== 'event');
			const { more, total, serverTime } = read;
			return { records, more, total: isWhole ? total : undefined, serverTime };
		},
		readOne: async (crmId, signal, priority) => {
			const client = clientOf(signal, priority);
			try {
				const row = await readItem(context, client, main, crmId);
				return row.deleted === true ? null : rows.record(row, editTimeOf(row));
			} catch (error) {
				if (isGone(error) && (await isItemGone(crmId, signal))) return null;
				throw error;
			}
		},
		isGone: isItemGone,
	};
}

export function itemGoneCheck(
	context: ConnectorContext,
	client: RedtailClient,
	object: Listed,
	crmId: string,
) {
	const isThere = async () => (await readItem(context, client, object, crmId)).deleted !== true;
	return { isThere, probe: client.check };
}

/** Polls look at the days around today, the full listing at all there are. */
function datesOf(
	{ context, settings }: ItemReaderParts,
	{ since }: PageQuery,
): { start_date: string; end_date: string } {
	const { activityFrom, activityUntil, activityPastDays, activityFutureDays } = settings;
	if (since === null) return { start_date: activityFrom, end_date: activityUntil };
	const day = (days: number) => new Date(context.now() + days * DAY_MS).toISOString().slice(0, 10);
	return { start_date: day(-activityPastDays), end_date: day(activityFutureDays) };
}

function editTimeOf({ updated_at }: CrmRecord): number | null {
	const updatedAt = Date.parse(String(updated_at));
	return Number.isNaN(updatedAt) ? null : updatedAt;
}

/** Links of rows whose list leaves them out, by edit time. */
const MAX_LINKS = 50_000;

class Rows {
	private readonly memory = new RowMemory();
	private readonly links = new Map<string, { edited: unknown; links: unknown }>();

	constructor(private readonly parts: ItemReaderParts) {}

	async polled(
		client: RedtailClient,
		rows: readonly CrmRecord[],
		now: number,
	): Promise<PolledRecord[]> {
		const polled: PolledRecord[] = [];
		for (const row of rows) {
			const record = await this.whole(client, row);
			if (!this.parts.objects.includes(this.objectOf(record))) continue;
			const one = this.record(record, null);
			const { crmId, fields, members, deleted } = one;
			const said = { fields, members, deleted };
			polled.push({
				...one,
				updatedAt: this.memory.editedAt(crmId, said, editTimeOf(row), now),
			});
		}
		return polled;
	}

	record(row: CrmRecord, updatedAt: number | null): PolledRecord {
		const { context, fieldMap } = this.parts;
		const object = this.objectOf(row);
		const deleted = row.deleted === true;
		const members = object === 'household' && !deleted ? membersOf(row) : undefined;
		return {
			object,
			crmId: String(row.id),
			updatedAt,
			deleted,
			fields: deleted
				? {}
				: itemToCanonical(REDTAIL_OBJECTS[object], row, fieldMap, context.settings),
			...(members === undefined ? {} : { members }),
		};
	}

	private objectOf(row: CrmRecord): Listed {
		const { objects, settings } = this.parts;
		const [main] = objects;
		if (main !== 'task' && main !== 'event') return main;
		return isTask(row, settings) ? 'task' : 'event';
	}

	private async whole(client: RedtailClient, row: CrmRecord): Promise<CrmRecord> {
		const { context, objects } = this.parts;
		const [main] = objects;
		const isComplete = main === 'household' || row.deleted === true || linkedIds(row) !== undefined;
		if (isComplete) return withTexts(context, client, main, row);
		const id = String(row.id);
		const known = this.links.get(id);
		const texts = await withTexts(context, client, main, row);
		if (known?.edited === row.updated_at) return { ...texts, linked_contacts: known?.links };
		const { linked_contacts: links = [] } = await client.items.get(RESOURCES[main], id);
		if (this.links.size >= MAX_LINKS) this.links.clear();
		this.links.set(id, { edited: row.updated_at, links });
		return { ...texts, linked_contacts: links };
	}
}

/** Who belongs to a family, as it was read with its members; undefined: it does not say. */
export function membersOf({ members }: CrmRecord): string[] | undefined {
	if (!Array.isArray(members)) return undefined;
	return members
		.filter(isObject)
		.filter(({ deleted }) => deleted !== true)
		.map(({ contact_id }) => localReference('contact', String(contact_id as number)));
}
