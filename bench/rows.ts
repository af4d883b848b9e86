/**
 * The rows that the hub wrote, as they stand in its database afterwards. Asked after each step, so that
 * they can be written again elsewhere.
 */
import { blocksOf, recordHash } from '../lib/identity/blocks';
import { knownFields, type Shadow } from '../lib/merge/shadow';
import type { RecordAddress } from '../lib/model/event';
import { chunks } from '../lib/store/batch';
import type { TableName } from '../lib/store/tables';
import type { PlainDatabase, Row } from './database';

/** One batch as the hub was given it. */
export interface BatchOfRecords {
	system: string;
	crmIds: string[];
}

/** What a batch of events wrote, in the order of the hub's transactions. */
export interface WrittenRows {
	inbox: Row[];
	cursor: Row[];
	registers: Row[];
	shadows: Row[];
	blocksGone: Row[];
	blocksNew: Row[];
	keysGone: Row[];
	keysNew: Row[];
	audit: Row[];
	opened: Row[];
	breakers: Row[];
}

export interface DeliveredRows {
	/** New and changed ones. */
	tables: Partial<Record<TableName, Row[]>>;
	blocksGone: Row[];
}

export interface Delivered {
	deliveryId: number;
	system: string;
	crmId: string;
}

export class RowReader {
	private last = { inbox: 0, audit: 0, delivery: 0 };
	private keys: Row[] = [];
	/** Under which hashes the records in hand were found when they were last looked at. */
	private hashes: BlocksOfRecord[] = [];
	private blocks: Row[] = [];
	private breakers = new Set<string>();

	constructor(private readonly hub: PlainDatabase) {}

	/** To be told before each batch. */
	async before(batch: BatchOfRecords): Promise<void> {
		await this.lookAtEnds();
		this.keys = await this.keysOf(batch);
		await this.changedBlocks(await this.shadowsOf(batch.system, batch.crmIds));
		this.breakers = new Set((await this.allBreakers()).map(textOf));
	}

	async after(batch: BatchOfRecords): Promise<WrittenRows> {
		const shadows = await this.shadowsOf(batch.system, batch.crmIds);
		const keys = changed(this.keys, await this.keysOf(batch));
		const blocks = await this.changedBlocks(shadows);
		const audit = await this.newRows('audit', 'seq', this.last.audit);
		return {
			inbox: await this.newRows('inbox', 'seq', this.last.inbox),
			cursor: await this.hub.rows('select * from cursors where system = ?', [batch.system]),
			registers: audit.filter(({ register }) => register !== null),
			shadows,
			blocksGone: blocks.gone,
			blocksNew: blocks.fresh,
			keysGone: keys.gone,
			keysNew: keys.fresh,
			audit,
			opened: await this.newRows('deliveries', 'id', this.last.delivery),
			breakers: (await this.allBreakers()).filter((row) => !this.breakers.has(textOf(row))),
		};
	}

	/** What claiming or confirming these deliveries wrote. */
	async delivered(jobs: readonly Delivered[]): Promise<DeliveredRows> {
		const ids = jobs.map(({ deliveryId }) => deliveryId);
		const [first] = jobs;
		const audit = await this.newRows('audit', 'seq', this.last.audit);
		await this.lookAtEnds();
		const deliveries = await this.hub.rows(
			`select * from deliveries where id in (${marks(ids.length)})`,
			ids,
		);
		const shadows = await this.shadowsOf(
			first?.system ?? '',
			jobs.map(({ crmId }) => crmId),
		);
		const { gone, fresh } = await this.changedBlocks(shadows);
		return { tables: { audit, deliveries, shadows, identity_blocks: fresh }, blocksGone: gone };
	}

	/** To be told before the first delivery of a round. */
	async lookAtEnds(): Promise<void> {
		this.last = {
			inbox: await this.highest('inbox', 'seq'),
			audit: await this.highest('audit', 'seq'),
			delivery: await this.highest('deliveries', 'id'),
		};
	}

	private async highest(table: string, column: string): Promise<number> {
		const [row] = await this.hub.rows(`select coalesce(max(${column}), 0) as top from ${table}`);
		return Number(row?.['top'] ?? 0);
	}

	private newRows(table: string, column: string, last: number): Promise<Row[]> {
		const query = `select * from ${table} where ${column} > ? order by ${column}`;
		return this.hub.rows(query, [last]);
	}

	private allBreakers(): Promise<Row[]> {
		return this.hub.rows('select * from breakers');
	}

	private shadowsOf(system: string, crmIds: readonly string[]): Promise<Row[]> {
		return this.hub.rows(
			`select * from shadows where system = ? and object = 'contact'
				and crm_id in (${marks(crmIds.length)})`,
			[system, ...crmIds],
		);
	}

	/** What has changed since these records were last looked at; nothing if others were looked at last. */
	private async changedBlocks(shadows: readonly Row[]): Promise<{ gone: Row[]; fresh: Row[] }> {
		const hashes = blocksOfRecords(shadows);
		const rows = await this.blocksOf([...this.hashes, ...hashes]);
		const before = new Set(this.hashes.map(({ record }) => record));
		const result = changed(
			this.blocks,
			rows.filter(({ record }) => before.has(Number(record))),
		);
		const now = new Set(hashes.map(({ record }) => record));
		this.hashes = hashes;
		this.blocks = rows.filter(({ record }) => now.has(Number(record)));
		return result;
	}

	private async blocksOf(records: readonly BlocksOfRecord[]): Promise<Row[]> {
		const hashes = new Map<number, Set<number>>();
		for (const one of records)
			hashes.set(one.record, new Set([...(hashes.get(one.record) ?? []), ...one.hashes]));
		const pairs = [...hashes].flatMap(([record, set]) => [...set].map((hash) => [hash, record]));
		const rows: Row[] = [];
		for (const part of chunks(pairs)) {
			// PostgreSQL takes placeholders among bare values for text.
			const tuples = part.map(() => '(cast(? as bigint), cast(? as bigint))').join(', ');
			const query = `select * from identity_blocks where (hash, record) in (values ${tuples})`;
			rows.push(...(await this.hub.rows(query, part.flat())));
		}
		return rows.sort((a, b) => Number(a['hash']) - Number(b['hash']));
	}

	private keysOf({ system, crmIds }: BatchOfRecords): Promise<Row[]> {
		return this.hub.rows(
			`select * from identity_keys where system = ? and object = 'contact'
				and crm_id in (${marks(crmIds.length)})`,
			[system, ...crmIds],
		);
	}
}

interface BlocksOfRecord {
	record: number;
	hashes: number[];
}

/** Under which hashes these records may be found: the table can be asked for a hash, not for a record. */
function blocksOfRecords(shadows: readonly Row[]): BlocksOfRecord[] {
	return shadows.map((row) => {
		const { fields } = JSON.parse(String(row['shadow'])) as Shadow;
		const [system, object, crmId] = [row['system'], row['object'], row['crm_id']].map(String);
		const record = recordHash({ system, object, crmId } as RecordAddress);
		return { record, hashes: blocksOf(knownFields({ fields })) };
	});
}

function changed(before: readonly Row[], now: readonly Row[]): { gone: Row[]; fresh: Row[] } {
	const [earlier, later] = [new Set(before.map(textOf)), new Set(now.map(textOf))];
	return {
		gone: before.filter((row) => !later.has(textOf(row))),
		fresh: now.filter((row) => !earlier.has(textOf(row))),
	};
}

function textOf(row: Row): string {
	return JSON.stringify(row);
}

function marks(count: number): string {
	return Array.from({ length: count }, () => '?').join(', ');
}
