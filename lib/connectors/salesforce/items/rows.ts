/**
 * The calls that most writes of an object are made of: for one delivery by itself, or for those of a batch
 * together, which then are one query and one sObject Collections call for up to 200 of them.
 */
import { coalesced, type Answers } from '../../coalesce';
import { CrmError, type ConnectorContext, type CrmRecord } from '../../connector';
import { checkedId, connect, type CallScope } from '../client';
import { isOfOneRow, savedRow } from '../collections';
import { isGone } from '../errors';
import type { ItemReads } from './item-reads';
import { byIds } from './read';

export type ItemRow = CrmRecord & { Id: string };

/** They reject with CrmError, HttpFailure or AuthenticationFailure. */
export interface ItemRows {
	/** undefined: it is not there. */
	read: (reads: ItemReads, crmId: string) => Promise<CrmRecord | undefined>;
	/** Answers the id. */
	create: (sobject: string, body: CrmRecord) => Promise<string>;
	/** `since`: the record's time of change as it was read, ms; what is newer is not written over, as far as the call can say so. */
	update: (sobject: string, row: ItemRow, since: number) => Promise<void>;
}

/** Salesforce's limit of a collection. */
export const MOST_ROWS = 200;

export function singleRows(context: ConnectorContext, scope: CallScope): ItemRows {
	const connection = connect(context, scope);
	return {
		read: async (reads, crmId) => (await byIds(reads, [crmId]))[0],
		create: async (sobject, body) => String((await connection.create(sobject, body)).id),
		async update(sobject, row, since) {
			const headers: Record<string, string> = Number.isNaN(since)
				? {}
				: { 'if-unmodified-since': new Date(since).toUTCString() };
			await connection.update(sobject, row, { headers });
		},
	};
}

interface ReadAsk {
	reads: ItemReads;
	crmId: string;
}
interface WriteAsk<Row extends CrmRecord> {
	sobject: string;
	row: Row;
}

/** A collection takes no `If-Unmodified-Since`. */
export function sharedRows(context: ConnectorContext, scope: CallScope): ItemRows {
	const connection = connect(context, scope);
	const read = coalesced(MOST_ROWS, inGroups(readKey, readTogether));
	const create = coalesced(
		MOST_ROWS,
		inGroups(sobjectOf, (asks: Array<WriteAsk<CrmRecord>>) =>
			written(asks, async (rows) => connection.create(asks[0]?.sobject ?? '', rows)),
		),
	);
	const update = coalesced(
		MOST_ROWS,
		inGroups(sobjectOf, (asks: Array<WriteAsk<ItemRow>>) =>
			written(asks, async (rows) => connection.update(asks[0]?.sobject ?? '', rows)),
		),
	);
	return {
		read: (reads, crmId) => read({ reads, crmId }),
		create: (sobject, row) => create({ sobject, row }),
		update: async (sobject, row) => void (await update({ sobject, row })),
	};
}

const sobjectOf = ({ sobject }: { sobject: string }) => sobject;
const readKey = ({ reads: { item, fields } }: ReadAsk) => `${item.object} ${fields.join(',')}`;

async function readTogether(asks: ReadAsk[]): Promise<Answers<CrmRecord | undefined>> {
	const [first] = asks;
	if (first === undefined) return [];
	const ids = asks.map(({ crmId }) => crmId);
	const records = await byIds(first.reads, ids);
	const byId = new Map(records.map((record) => [shortId(record['Id']), record]));
	return ids.map((id) => byId.get(shortId(id)));
}

/** Ids of 15 and of 18 signs name the same. */
function shortId(id: unknown): string {
	const SHORT = 15;
	return String(id).slice(0, SHORT);
}

/** Asks of one group are answered together. */
function inGroups<Ask, Answer>(
	keyOf: (ask: Ask) => string,
	answer: (asks: Ask[]) => Promise<Answers<Answer>>,
): (asks: Ask[]) => Promise<Answers<Answer>> {
	return async (asks) => {
		const answers = new Map<Ask, Answer | Error>();
		for (const key of new Set(asks.map(keyOf))) {
			const group = asks.filter((ask) => keyOf(ask) === key);
			const failed = (error: unknown): Answers<Answer> => {
				if (error instanceof Error) return group.map(() => error);
				throw error;
			};
			const told = await answer(group).catch(failed);
			for (const [place, ask] of group.entries()) answers.set(ask, told[place] as Answer | Error);
		}
		return asks.map((ask) => answers.get(ask) as Answer | Error);
	};
}

/**
 * The ids. If Salesforce refuses the call as a whole for what it says, nothing was written: the rows that name the
 * field at fault are refused and the others go without them; if no field is named, the halves go by themselves.
 */
async function written<Row extends CrmRecord>(
	asks: Array<WriteAsk<Row>>,
	save: (rows: Row[]) => Promise<unknown>,
): Promise<Answers<string>> {
	if (asks.length === 0) return [];
	try {
		const results = await save(asks.map(({ row }) => row));
		if (Array.isArray(results) && results.length === asks.length)
			return results.map((result, place) => idOrError(result, asks[place]?.row));
		throw new CrmError(
			'Salesforce answered for another number of records',
			500,
			'unexpected-answer',
			{
				retryable: true,
			},
		);
	} catch (error) {
		if (!(error instanceof CrmError) || !isOfOneRow(error) || asks.length === 1) throw error;
		const { field } = error.options;
		const isGuilty = ({ row }: WriteAsk<Row>) => field !== undefined && field in row;
		const guilty = asks.filter(isGuilty);
		if (guilty.length === asks.length) throw error;
		const rest = asks.filter((ask) => !isGuilty(ask));
		const middle = guilty.length > 0 ? rest.length : Math.ceil(rest.length / 2);
		const told = new Map<WriteAsk<Row>, string | Error>(guilty.map((ask) => [ask, error]));
		for (const part of [rest.slice(0, middle), rest.slice(middle)]) {
			const answers = await written(part, save).catch((failed: unknown) => part.map(() => failed));
			for (const [place, ask] of part.entries()) told.set(ask, answers[place] as string | Error);
		}
		return asks.map((ask) => told.get(ask) as string | Error);
	}
}

function idOrError(result: unknown, row: CrmRecord | undefined): string | Error {
	const known = typeof row?.['Id'] === 'string' ? checkedId(row['Id']) : '';
	const saved = savedRow(result);
	if (!(saved instanceof CrmError)) {
		if (saved.id !== '' || known !== '') return saved.id || known;
		return new CrmError(
			'Salesforce confirmed the record without its id',
			500,
			'unexpected-answer',
			{
				retryable: true,
			},
		);
	}
	const { code, options, message } = saved;
	const isMissing = code === 'INVALID_CROSS_REFERENCE_KEY' && options.field === undefined;
	const mayBeGone = known !== '' && (isGone(saved) || isMissing);
	return mayBeGone ? new CrmError(message, 404, code, options) : saved;
}
