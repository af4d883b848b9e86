/** Reads everything that one system syncs for a backfill, list by list and page by page; goes on after a break. */
import {
	CrmError,
	type Connector,
	type ConnectorContext,
	type Json,
	type ReadAllOptions,
} from '../connectors/connector';
import type { ObjectName } from '../model/objects';
import type { Backfills } from './backfills';
import type { ListReading, Reading } from './report';

export interface SystemToRead {
	connector: Connector;
	context: ConnectorContext;
	fieldMap: ReadAllOptions['fieldMap'];
	run: string;
	/** What was read is read anew. */
	again: boolean;
	signal: AbortSignal;
	/** What the CRM has said of its calls a day. */
	daily?: () => Reading['daily'];
}

export interface SystemRead {
	run: string;
	system: string;
	records: Partial<Record<ObjectName, number>>;
	wasReadBefore: boolean;
}

/** Throws what the connector's `readAll` throws; what was read until then is kept. */
export async function readSystem(backfill: Backfills, asked: SystemToRead): Promise<SystemRead> {
	const { run, context } = asked;
	const { system } = context;
	const { lists, ...before } = await backfill.beginReading(run, system, asked.again);
	let { records } = before;
	for (const list of lists.filter(({ isDone }) => !isDone)) {
		const { pass } = await readList(backfill, asked, list);
		const place = { run, system, pass, list: mainOf(list) };
		({ records = {} } = (await backfill.endList(place, asked.daily?.())).readings[system] ?? {});
	}
	return { run, system, records, wasReadBefore: before.isDone };
}

/** A listing that goes on in the middle may find that records have shifted meanwhile: then it begins anew. */
async function readList(
	backfill: Backfills,
	asked: SystemToRead,
	list: ListReading,
): Promise<ListReading> {
	try {
		await readPages(backfill, asked, list);
		return list;
	} catch (error) {
		const hasShifted = error instanceof CrmError && error.code === 'listing-incomplete';
		if (!hasShifted) throw error;
		const { run, context } = asked;
		const place = { run, system: context.system, pass: list.pass, list: mainOf(list) };
		const again = await backfill.restartList(place);
		await readPages(backfill, asked, again);
		return again;
	}
}

async function readPages(
	backfill: Backfills,
	{ run, connector, context, fieldMap, signal }: SystemToRead,
	list: ListReading,
): Promise<void> {
	const { pass } = list;
	const { system } = context;
	const [object = 'contact', ...alongside] = list.objects;
	let position = list.position as Json;
	const onPage = (next: Json) => {
		position = next;
	};
	const from = position;
	const pages = connector.readAll(context, { fieldMap, object, alongside, from, onPage, signal });
	for await (const events of pages)
		await backfill.stage({ run, system, pass, list: object, position, events });
}

function mainOf({ objects }: ListReading): ObjectName {
	return objects[0] ?? 'contact';
}
