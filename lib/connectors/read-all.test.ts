/** What a complete listing may be taken to say where lists lag behind. */
import type { ConnectorContext } from './connector';
import type { PolledRecord } from './poll-events';
import { readAllWith, type RecordReader } from './read-all';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const LAG = 90_000;

const record = (crmId: string, ago: number): PolledRecord => {
	return { crmId, updatedAt: NOW - ago, deleted: false, fields: { lastName: 'Brandt' } };
};
const old = record('old', 3_600_000);
const fresh = record('fresh', 30_000);

const context = { system: 'redtail', now: () => NOW } as ConnectorContext;
const reader: RecordReader = {
	readPage: () => Promise.resolve({ records: [old, fresh], more: false, total: 2 }),
	readOne: () => Promise.resolve(old),
	isGone: () => Promise.resolve(false),
};

async function agesOf(crmIds?: string[]): Promise<number[]> {
	const { signal } = new AbortController();
	const ages: number[] = [];
	for await (const page of readAllWith(context, reader, { fieldMap: [], crmIds, signal }, LAG))
		ages.push(...page.map(({ readAt }) => NOW - Date.parse(readAt)));
	return ages;
}

test('a list shows a record as it was up to the lag before, but not before its last edit', async () => {
	expect(await agesOf()).toEqual([LAG, 30_000]);
});

test('a record that is read by its id is as it is now', async () => {
	expect(await agesOf(['old'])).toEqual([0]);
});
