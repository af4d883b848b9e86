/**
 * Who joined, left or got another role where AccountContactRelation tells households: the contact itself does not change
 * with it, so it is told as a change of these fields of the contact. Who left is among the deleted relations
 * (queryAll); what they do not show is found when all members are listed.
 */
import type { FieldMap } from '../../../model/field-map';
import { readsIn } from '../../../model/field-map';
import type { ConnectorContext, CrmRecord, KnowsRecord } from '../../connector';
import type { PolledRecord } from '../../poll-events';
import type { PageQuery, PollPage, PollReader } from '../../poll-reader';
import { connect, soqlInstant, soqlText, type SalesforceConnection } from '../client';
import { effectiveMap, readFields } from '../fields';
import { householdModel, type HouseholdModel } from '../household-model';
import { isMembership, marksOf, RELATION, relationsOf } from '../membership';
import { isContactGone, runQuery } from '../queries';
import { PAGE } from './read';

const MOST_DELETED = 2_000;

/** Undefined: the map says nothing of households. */
export function memberReader(
	context: ConnectorContext,
	fieldMap: FieldMap,
	knowsRecord: KnowsRecord,
): PollReader | undefined {
	const map = effectiveMap(fieldMap, context.settings).filter(readsIn).filter(isMembership);
	return map.length === 0 ? undefined : new MemberReader(context, map, knowsRecord);
}

class MemberReader implements PollReader {
	/** Where the next page begins. */
	private after: CrmRecord | undefined;
	/** Members met by the listing under way, and by the one before. */
	private met = new Set<string>();
	private before = new Set<string>();

	constructor(
		private readonly context: ConnectorContext,
		private readonly map: FieldMap,
		private readonly knowsRecord: KnowsRecord,
	) {}

	async readPage(query: PageQuery): Promise<PollPage> {
		const households = await householdModel(this.context);
		if (households.relations === null) return { records: [], more: false };
		if (query.page === 1) this.after = undefined;
		const connection = this.connection(query);
		const rows = await this.rows(connection, households, query);
		this.after = rows.at(-1);
		const more = rows.length === PAGE;
		const gone = query.since === null ? this.left(rows, query.page, more) : [];
		const deleted = await this.deleted(connection, households, query);
		const records = await this.told(connection, households, [...rows, ...deleted, ...gone]);
		return { records, more };
	}

	async isGone(crmId: string, signal: AbortSignal): Promise<boolean> {
		return isContactGone(this.connection({ priority: 'backfill', signal }), crmId);
	}

	private connection({ priority, signal }: Pick<PageQuery, 'priority' | 'signal'>) {
		return connect(this.context, { priority, signal });
	}

	private rows(
		connection: SalesforceConnection,
		households: HouseholdModel,
		{ since }: PageQuery,
	): Promise<CrmRecord[]> {
		const { after } = this;
		const id = soqlText(String(after?.['Id'] ?? ''));
		if (since === null) {
			const condition = after === undefined ? '' : ` AND Id > ${id}`;
			return this.select(connection, households, `${condition} ORDER BY Id LIMIT ${PAGE}`, PAGE);
		}
		const at = soqlInstant(Date.parse(String(after?.['SystemModstamp'] ?? '')) || since);
		const beyond = `(SystemModstamp > ${at} OR (SystemModstamp = ${at} AND Id > ${id}))`;
		const condition = after === undefined ? `SystemModstamp >= ${at}` : beyond;
		const tail = ` AND ${condition} ORDER BY SystemModstamp, Id LIMIT ${PAGE}`;
		return this.select(connection, households, tail, PAGE);
	}

	private async deleted(
		connection: SalesforceConnection,
		households: HouseholdModel,
		{ since, page }: PageQuery,
	): Promise<CrmRecord[]> {
		if (since === null || page > 1) return [];
		const tail =
			` AND IsDeleted = true AND SystemModstamp >= ${soqlInstant(since)} ` +
			`ORDER BY SystemModstamp LIMIT ${MOST_DELETED}`;
		return this.select(connection, households, tail, MOST_DELETED, true);
	}

	private select(
		connection: SalesforceConnection,
		{ memberWhere, relations }: HouseholdModel,
		tail: string,
		most: number,
		withDeleted = false,
	): Promise<CrmRecord[]> {
		const persons =
			relations?.of === 'persons' ? ' AND Contact.Account.IsPersonAccount = true' : '';
		const soql = `SELECT Id, ContactId, SystemModstamp FROM ${RELATION} WHERE ${memberWhere}${persons}${tail}`;
		return runQuery(connection, soql, most, withDeleted);
	}

	/** Of a listing: at its end, who was a member at the end of the one before and is none any more. */
	private left(rows: readonly CrmRecord[], page: number, more: boolean): CrmRecord[] {
		if (page === 1) this.met = new Set();
		for (const { ContactId: contactId } of rows) this.met.add(String(contactId));
		if (more) return [];
		const gone = [...this.before].filter((contactId) => !this.met.has(contactId));
		this.before = this.met;
		const now = new Date(this.context.now()).toISOString();
		return gone.map((contactId) => ({ ContactId: contactId, SystemModstamp: now }));
	}

	private async told(
		connection: SalesforceConnection,
		households: HouseholdModel,
		rows: readonly CrmRecord[],
	): Promise<PolledRecord[]> {
		const times = new Map<string, number>();
		for (const { ContactId: contactId, SystemModstamp: at } of rows) {
			const [id, time] = [String(contactId), Date.parse(String(at))];
			times.set(id, Math.max(times.get(id) ?? 0, Number.isNaN(time) ? 0 : time));
		}
		if (times.size === 0) return [];
		// The first read of a contact that is not known yet brings its household along.
		const known = await this.knowsRecord([...times.keys()], 'contact');
		const ids = [...times.keys()].filter((id) => known.has(id));
		const model = { households };
		const told = await relationsOf({ context: this.context, connection, model }, ids);
		return ids.map((crmId) => ({
			...{ object: 'contact' as const, kind: 'delta' as const, crmId, deleted: false },
			updatedAt: times.get(crmId) || null,
			fields: readFields({ AccountId: null, ...marksOf(model, told.get(crmId) ?? []) }, this.map),
		}));
	}
}
