/** Writes of households, opportunities, notes, tasks and events: the calls behind deliverItem. */
import type { DeliveryJob, DeliveryOutcome } from '../../../model/delivery';
import type { CanonicalFields } from '../../../model/fields';
import { CrmError, type ConnectorContext, type CrmRecord } from '../../connector';
import { urgencyOf, writeHeaders } from '../../deliver-common';
import { itemBody, type ItemObject } from '../../objects/crm-object';
import { deliverItem } from '../../objects/deliver-item';
import type { ItemPort } from '../../objects/item-port';
import { checkedId, connect, CRM, soqlInstant, soqlText, type CallScope } from '../client';
import { ownUserId } from '../find-created';
import { itemOf } from '../objects';
import type { SalesforceItem } from '../objects/salesforce-object';
import { settingsOf } from '../settings';
import { atPerson } from './persons';
import { contentBody } from './content-notes';
import { createTogether, newRow } from './create';
import type { ItemReads } from './item-reads';
import { accountsContacts, fieldsOf, isItemGone, select } from './read';
import { sharedRows, singleRows, type ItemRows } from './rows';

/** Clocks differ, and the try may have begun before the delivery's time was written. */
const MARGIN_MS = 5 * 60_000;
const MAX_CANDIDATES = 200;
const PRECONDITION_FAILED = 412;

export function deliverItemJob(
	context: ConnectorContext,
	job: DeliveryJob,
): Promise<DeliveryOutcome> {
	let calls = 0;
	const scope: CallScope = {
		priority: urgencyOf(job),
		writeHeaders: writeHeaders(job),
		onCall: () => (calls += 1),
	};
	const desk = { scope, rows: singleRows(context, scope), calls: () => calls };
	return deliverItem(context, job, new Port(context, job, desk));
}

/**
 * Those that are made for the first time or changed, of different records: in the calls of one.
 * `scope.onCall` counts for all of them.
 */
export async function deliverItemsTogether(
	context: ConnectorContext,
	jobs: readonly DeliveryJob[],
	{ scope, calls }: Pick<Desk, 'scope' | 'calls'>,
): Promise<DeliveryOutcome[]> {
	const desk = { scope, rows: sharedRows(context, scope), calls };
	return Promise.all(jobs.map((job) => deliverItem(context, job, new Port(context, job, desk))));
}

/** What one delivery, or those of a batch, work with. */
interface Desk {
	scope: CallScope;
	rows: ItemRows;
	/** Calls that no outcome has been told of yet. */
	calls: () => number;
}

class Port implements ItemPort {
	readonly crm = CRM;
	readonly object: SalesforceItem;
	readonly verifyBeforeWrite: boolean;
	readonly alwaysLookBeforeCreate = false;
	readonly calls: () => number;
	private readonly scope: CallScope;
	private readonly reads: ItemReads;

	constructor(
		private readonly context: ConnectorContext,
		private readonly job: DeliveryJob,
		private readonly desk: Desk,
	) {
		const { scope, calls } = desk;
		this.scope = scope;
		this.calls = calls;
		this.object = itemOf(job.object as ItemObject, context.settings);
		this.verifyBeforeWrite = settingsOf(context).verifyBeforeWrite;
		const { priority, onCall } = scope;
		const fields = fieldsOf(this.object, job.fieldMap);
		this.reads = { context, item: this.object, fields, priority, onCall };
	}

	/** A collection takes no texts of files. */
	private get rows(): ItemRows {
		const { context, scope, desk, object } = this;
		return object.isContent ? singleRows(context, scope) : desk.rows;
	}

	async get(crmId: string): Promise<CrmRecord> {
		const record = await this.rows.read(this.reads, crmId);
		if (record !== undefined) return record;
		throw new CrmError('Salesforce has no such record', 404, 'NOT_FOUND', { retryable: false });
	}

	async create(body: CrmRecord) {
		const { beside, ...first } = await newRow(this.context, this.connection(), this.object, body);
		const crmId =
			beside === undefined
				? await this.rows.create(first.sobject, first.row)
				: await createTogether(this.connection(), first, beside);
		return { crmId, record: await this.get(crmId) };
	}

	/** What cannot be changed after it was made shows itself in the record. */
	async update(crmId: string, body: CrmRecord, current: CrmRecord | null) {
		const since = Date.parse(String(current?.['LastModifiedDate'] ?? ''));
		const own = this.object.isContent ? contentBody(body) : body;
		const row = { ...own, Id: checkedId(crmId) };
		try {
			// What cannot be said of a note (whom it is about) leaves nothing to write.
			if (Object.keys(own).length > 0) await this.rows.update(this.object.sobject, row, since);
		} catch (error) {
			if (!(error instanceof CrmError) || error.status !== PRECONDITION_FAILED) throw error;
			throw new CrmError('Salesforce: the record was changed meanwhile', 409, 'conflict', {
				retryable: true,
			});
		}
		return { record: await this.get(crmId) };
	}

	async remove(crmId: string): Promise<void> {
		const id = checkedId(crmId);
		if (this.object.object === 'household') await this.requireEmpty(id);
		await this.connection().destroy(this.object.sobject, id);
	}

	/**
	 * Salesforce deletes an account together with its contacts and opportunities. Where the household was deleted
	 * elsewhere, they leave it by deliveries of their own, mostly within a second: this one comes after them by
	 * being tried again, soon at first.
	 */
	private async requireEmpty(crmId: string): Promise<void> {
		const members = await accountsContacts(this.context, [crmId], this.scope);
		const count = members.get(crmId)?.length ?? 0;
		const opportunities = {
			...this.reads,
			item: itemOf('opportunity', this.context.settings),
			fields: ['Id'],
		};
		const [owned] = await select(opportunities, [`AccountId = ${soqlText(crmId)}`], { limit: 1 });
		if (count === 0 && owned === undefined) return;
		const what = count > 0 ? `${count} contacts` : 'opportunities';
		throw new CrmError(
			`Salesforce would delete the ${what} of this household with it. Move them to another account first`,
			409,
			'household-not-empty',
			{ retryable: true },
		);
	}

	/** What our own user has made since the delivery was opened. */
	async candidates(desired: CanonicalFields) {
		const connection = this.connection();
		const { searchBy } = this.object;
		const { context, object } = this;
		const made = await atPerson(context, connection, object, this.body(desired));
		const wanted = made[searchBy ?? ''];
		const narrowed =
			searchBy !== undefined && typeof wanted === 'string'
				? [`${searchBy} = ${soqlText(wanted)}`]
				: [];
		const userId = await ownUserId(this.context, connection);
		const since = soqlInstant(Date.parse(this.job.openedAt) - MARGIN_MS);
		const conditions = [
			...narrowed,
			`CreatedDate >= ${since}`,
			`CreatedById = ${soqlText(userId)}`,
		];
		const order = 'CreatedDate';
		const rows = await select(this.reads, conditions, { order, limit: MAX_CANDIDATES });
		return rows.map((record) => ({ crmId: String(record['Id']), record }));
	}

	goneCheck(crmId: string) {
		return {
			isThere: async () => !(await isItemGone(this.reads, crmId)),
			// The read itself has shown that the connection answers.
			probe: () => Promise.resolve(),
		};
	}

	withJob(job: DeliveryJob): ItemPort {
		return new Port(this.context, job, this.desk);
	}

	private body(desired: CanonicalFields): CrmRecord {
		const { settings } = this.context;
		return itemBody(this.object, desired, this.job.fieldMap, { settings, current: null });
	}

	private connection() {
		return connect(this.context, this.scope);
	}
}
