/** Bulk writes and reads under test: what came of them, row by row. */
import type { BulkOutcome } from '../../../lib/connectors/salesforce/bulk-results';
import { bulkWrite, type BulkWriteOptions } from '../../../lib/connectors/salesforce/bulk-write';
import type { World } from './world';

export const QUICK_BULK = { bulkPollSeconds: 0.01, bulkWaitMinutes: 1, bulkReadAbove: 1 };

export type Rows = BulkWriteOptions['rows'];
export type Outcomes = Map<string, BulkOutcome>;

/** Each row's outcome by its key; fails if one is told of twice. */
export async function written(
	world: World,
	options: Omit<BulkWriteOptions, 'sobject' | 'signal'>,
): Promise<Outcomes> {
	const outcomes: Outcomes = new Map();
	const { signal } = new AbortController();
	const all = { sobject: 'Contact', signal, ...options };
	for await (const { key, outcome } of bulkWrite(world.context, all)) {
		if (outcomes.has(key)) throw new Error(`The row ${key} has two outcomes`);
		outcomes.set(key, outcome);
	}
	return outcomes;
}

export const statusOf = (outcomes: Outcomes) =>
	Object.fromEntries([...outcomes].map(([key, { status }]) => [key, status]));

export function upserts(count: number): Rows {
	return Array.from({ length: count }, (_, index) => ({
		key: `row ${index}`,
		values: { Fabric_Id__c: `U${index}`, LastName: `Client ${index}` },
	}));
}

export function inserts(count: number): Rows {
	return upserts(count).map(({ key, values }) => ({
		key,
		values: { LastName: values['LastName'] },
	}));
}

/** The record of each key, as the outcome says, really is the one of that key. */
export function misplaced(world: World, outcomes: Outcomes): string[] {
	return [...outcomes].flatMap(([key, outcome]) => {
		if (outcome.status !== 'written') return [];
		const contact = world.sim.people.get(outcome.crmId);
		return contact?.lastName === key.replace('row', 'Client') ? [] : [key];
	});
}

/** Upserts by the fabric's external id. */
export const UPSERT = { operation: 'upsert', externalIdField: 'Fabric_Id__c' } as const;
