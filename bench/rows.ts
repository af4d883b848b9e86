/**
 * The rows that the hub wrote, as they stand in its database afterwards. Asked after each step, so that
 * they can be written again elsewhere.
 */
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
	keysGone: Row[];
	keysNew: Row[];
	audit: Row[];
	opened: Row[];
	breakers: Row[];
}

export interface Delivered {
	deliveryId: number;
	system: string;
	crmId: string;
}

export class RowReader {
	private last = { inbox: 0, audit: 0, delivery: 0 };
	private keys: Row[] = [];
	private breakers = new Set<string>();

	constructor(private readonly hub: PlainDatabase) {}

	/** To be told before each batch. */
	async before(batch: BatchOfRecords): Promise<void> {
		await this.lookAtEnds();
		this.keys = await this.keysOf(batch);
		this.breakers = new Set((await this.allBreakers()).map(textOf));
	}

	async after(batch: BatchOfRecords): Promise<WrittenRows> {
		const keys = await this.keysOf(batch);
		const [before, now] = [new Set(this.keys.map(textOf)), new Set(keys.map(textOf))];
		const audit = await this.newRows('audit', 'seq', this.last.audit);
		return {
			inbox: await this.newRows('inbox', 'seq', this.last.inbox),
			cursor: await this.hub.rows('select * from cursors where system = ?', [batch.system]),
			registers: audit.filter(({ register }) => register !== null),
			shadows: await this.shadowsOf(batch.system, batch.crmIds),
			keysGone: this.keys.filter((row) => !now.has(textOf(row))),
			keysNew: keys.filter((row) => !before.has(textOf(row))),
			audit,
			opened: await this.newRows('deliveries', 'id', this.last.delivery),
			breakers: (await this.allBreakers()).filter((row) => !this.breakers.has(textOf(row))),
		};
	}

	/** What claiming or confirming these deliveries wrote, by table. */
	async delivered(jobs: readonly Delivered[]): Promise<Partial<Record<TableName, Row[]>>> {
		const ids = jobs.map(({ deliveryId }) => deliveryId);
		const [first] = jobs;
		const audit = await this.newRows('audit', 'seq', this.last.audit);
		await this.lookAtEnds();
		return {
			audit,
			deliveries: await this.hub.rows(
				`select * from deliveries where id in (${marks(ids.length)})`,
				ids,
			),
			shadows: await this.shadowsOf(
				first?.system ?? '',
				jobs.map(({ crmId }) => crmId),
			),
		};
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

	private keysOf({ system, crmIds }: BatchOfRecords): Promise<Row[]> {
		return this.hub.rows(
			`select * from identity_keys where system = ? and object = 'contact'
				and crm_id in (${marks(crmIds.length)})`,
			[system, ...crmIds],
		);
	}
}

function textOf(row: Row): string {
	return JSON.stringify(row);
}

function marks(count: number): string {
	return Array.from({ length: count }, () => '?').join(', ');
}
