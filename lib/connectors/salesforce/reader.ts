/** Reads of contacts for the change source: by id in batches, by time, page by page, and deletes. */
import {
	ConfigurationFailure,
	CrmError,
	type ConnectorContext,
	type CrmRecord,
} from '../connector';
import { connect, OBJECT, soqlInstant, soqlText, type SalesforceConnection } from './client';
import { contactsInBulk, isLarge, type BulkContactsOptions } from './bulk-contacts';
import type { ContactReads, RecordRead } from './contact-reads';
import { withMemberships } from './membership';
import { mergedPersons } from './merged-persons';
import { asContact } from './person-accounts';
import { BATCH, batches, retrieve, runQuery } from './queries';

const PAGE = 2000;
/** One transaction of a window's tail; what does not fit is found by the next pass. */
const TAIL_LIMIT = 10_000;

export interface Window {
	ids: string[];
	/** Complete up to here, ms. */
	coveredUntil: number;
}

export interface DeletedWindow {
	deleted: Array<{ id: string; deletedAt: number }>;
	coveredUntil: number;
	/** The delete log reaches back to here only, ms. */
	availableFrom: number | null;
}

export class ContactReader {
	/** `reads`: as it is when a call is made. */
	constructor(
		private readonly context: ConnectorContext,
		private readonly reads: () => ContactReads,
		private readonly signal: AbortSignal,
	) {}

	/** Names that lead through a relationship can be read by SOQL only. */
	private get bySoql(): boolean {
		return this.reads().fields.some((name) => name.includes('.'));
	}

	/** One batch of at most 200 records; ids that are gone are missing from the result. */
	async readBatch(ids: string[], priority: 'live' | 'backfill'): Promise<Map<string, RecordRead>> {
		const readAt = this.context.now();
		const connection = this.connection(priority);
		const records = await asConfiguration(() =>
			this.bySoql
				? this.queryIds(connection, ids)
				: retrieve(connection, ids, [...this.reads().fields]),
		);
		const found = records.filter((record) => record !== null);
		const whole = await this.whole(connection, found);
		return new Map(whole.map((record) => [String(record['Id']), { record, readAt }]));
	}

	/** All of `ids`, in batches. */
	async readAll(ids: string[]): Promise<Map<string, RecordRead>> {
		const reads = new Map<string, RecordRead>();
		for (const batch of batches(ids)) {
			for (const [id, read] of await this.readBatch(batch, 'live')) reads.set(id, read);
		}
		return reads;
	}

	/** The next page in the order of ids; empty at the end. */
	async page(afterId: string): Promise<RecordRead[]> {
		const where = afterId === '' ? '' : ` WHERE Id > ${soqlText(afterId)}`;
		const soql = `${this.selection()}${where} ORDER BY Id LIMIT ${PAGE}`;
		return this.query(soql, PAGE, 'backfill');
	}

	/** Are there so many contacts that they are read in bulk? */
	isLarge(): Promise<boolean> {
		return isLarge(this.context, this.signal);
	}

	/** All of them, by a bulk job. */
	inBulk(options: Omit<BulkContactsOptions, 'signal'>): AsyncGenerator<RecordRead[]> {
		return contactsInBulk(this.context, this.reads(), { ...options, signal: this.signal });
	}

	/** Records changed since `from`, to the second; closes what `updated` leaves open. */
	async modifiedSince(from: number): Promise<RecordRead[]> {
		const soql =
			`${this.selection()} ` +
			`WHERE SystemModstamp >= ${soqlInstant(from)} ORDER BY SystemModstamp LIMIT ${TAIL_LIMIT}`;
		return this.query(soql, TAIL_LIMIT, 'live');
	}

	/** @returns undefined if the window is less than a whole minute: Salesforce truncates seconds. */
	async updated(from: number, to: number): Promise<Window | undefined> {
		if (minute(from) >= minute(to)) return undefined;
		const answer = await asConfiguration(() =>
			this.connection('live').updated(OBJECT, new Date(from), new Date(to)),
		);
		return { ids: answer.ids, coveredUntil: Date.parse(answer.latestDateCovered) };
	}

	/** As {@link updated}, for the recycle bin's log. */
	async deleted(from: number, to: number): Promise<DeletedWindow | undefined> {
		if (minute(from) >= minute(to)) return undefined;
		const answer = await asConfiguration(() =>
			this.connection('live').deleted(OBJECT, new Date(from), new Date(to)),
		);
		const availableFrom = Date.parse(answer.earliestDateAvailable);
		return {
			deleted: answer.deletedRecords.map(({ id, deletedDate }) => ({
				id,
				deletedAt: Date.parse(deletedDate),
			})),
			coveredUntil: Date.parse(answer.latestDateCovered),
			availableFrom: Number.isNaN(availableFrom) ? null : availableFrom,
		};
	}

	/**
	 * Of deleted contacts, those that were merged away -> the contact that lives on. Neither change events
	 * nor the delete log say so; `MasterRecordId` of the deleted record does (Object Reference, Contact),
	 * which only queryAll shows.
	 */
	async masters(ids: string[]): Promise<Map<string, string>> {
		const found = new Map<string, string>();
		for (const batch of batches([...new Set(ids)])) {
			const gone = await this.mergedAmong(batch);
			for (const { Id: id, MasterRecordId: master } of gone) {
				if (typeof id === 'string' && typeof master === 'string' && master !== '')
					found.set(id, master);
			}
			if (this.reads().person === null) continue;
			const rest = gone.filter(({ Id: id }) => !found.has(String(id)));
			const merged = await mergedPersons(this.connection('live'), rest);
			for (const [id, master] of merged) found.set(id, master);
		}
		return found;
	}

	/** Without the right to see the field, merged contacts are taken for deleted ones. */
	private async mergedAmong(ids: string[]): Promise<CrmRecord[]> {
		const list = ids.map(soqlText).join(',');
		const names = ['Id', 'MasterRecordId', ...(this.reads().person === null ? [] : ['AccountId'])];
		const soql = `SELECT ${names.join(', ')} FROM ${OBJECT} WHERE IsDeleted = true AND Id IN (${list})`;
		try {
			return await runQuery(this.connection('live'), soql, BATCH, true);
		} catch (error) {
			if (!(error instanceof CrmError) || error.code !== 'INVALID_FIELD') throw error;
			this.context.log(
				'warn',
				'Merged contacts cannot be told from deleted ones: give the connected user access to Master Record ID.',
			);
			return [];
		}
	}

	private selection(): string {
		return `SELECT ${this.reads().fields.join(', ')} FROM ${OBJECT}`;
	}

	private connection(priority: 'live' | 'backfill'): SalesforceConnection {
		return connect(this.context, { priority, signal: this.signal });
	}

	private async query(
		soql: string,
		maxFetch: number,
		priority: 'live' | 'backfill',
	): Promise<RecordRead[]> {
		const readAt = this.context.now();
		const connection = this.connection(priority);
		const records = await asConfiguration(() => runQuery(connection, soql, maxFetch));
		return (await this.whole(connection, records)).map((record) => ({ record, readAt }));
	}

	/** With what the account of a person has, and with the household. */
	private whole(connection: SalesforceConnection, records: CrmRecord[]): Promise<CrmRecord[]> {
		const { person, households } = this.reads();
		const contacts = records.map((record) => asContact(record, person));
		const desk = { context: this.context, connection, model: { households } };
		return asConfiguration(() => withMemberships(desk, contacts));
	}

	private async queryIds(connection: SalesforceConnection, ids: string[]): Promise<CrmRecord[]> {
		const list = ids.map(soqlText).join(',');
		const soql = `${this.selection()} WHERE Id IN (${list})`;
		return runQuery(connection, soql, BATCH);
	}
}

const MINUTE = 60_000;

export function minute(at: number): number {
	return Math.floor(at / MINUTE) * MINUTE;
}

/** Answers that only another set-up can cure; the recovery knows its way with some. */
const NOT_CONFIGURATION = new Set(['INVALID_REPLICATION_DATE', 'EXCEEDED_ID_LIMIT']);

/** What Salesforce refuses to read for good ends the change source with advice. */
async function asConfiguration<T>(read: () => Promise<T>): Promise<T> {
	try {
		return await read();
	} catch (error) {
		if (!(error instanceof CrmError) || error.options.retryable) throw error;
		if (NOT_CONFIGURATION.has(error.code)) throw error;
		const hint =
			error.options.hint ?? 'Check the API version and the rights of the connected user.';
		throw new ConfigurationFailure(error.message, hint);
	}
}
