/** The polling loop: what it takes for deleted. */
import { Source } from '../../test/unit/connectors/harness';
import { HttpFailure } from './http';
import { parseCursor } from './poll-cursor';
import { MINUTE, Desk, ids } from '../../test/unit/connectors/polled-desk';

let desk: Desk;
let source: Source | undefined;

beforeEach(() => {
	desk = new Desk();
});

afterEach(async () => {
	const running = source;
	source = undefined;
	await running?.stop();
});

describe('deletes', () => {
	test('the CRM names are told once, and told back when the record returns', async () => {
		desk.edit('1', 'Brandt');
		source = desk.start();
		await source.rounds(1);
		desk.remove('1');
		await source.until(() => (source?.events.length ?? 0) > 0);
		await source.rounds(3);
		expect(ids(source)).toEqual(['delete 1']);
		desk.deleted.clear();
		desk.edit('1', 'Brandt');
		await source.until(() => (source?.events.length ?? 0) > 1);
		expect(ids(source)[1]).toBe('undelete 1');
	});

	const scanned = { fullScanMs: 10 * MINUTE };

	test('without a list of them: missing in one complete listing and gone when read', async () => {
		desk.hasDeletedList = false;
		for (const crmId of ['1', '2']) desk.rows.set(crmId, { at: 1_000, name: crmId });
		source = desk.start(scanned, { start: 'everything' });
		source.known = new Set(['1', '2']);
		await source.until(() => source?.batches.at(-1)?.complete === true);
		desk.rows.delete('2');
		await source.until(() => source?.events.some(({ change }) => change === 'delete') === true);
		const deletes = source.events.filter(({ change }) => change === 'delete');
		expect(deletes).toMatchObject([{ crmId: '2', fields: {} }]);
		await source.rounds(12);
		expect(source.events.filter(({ change }) => change === 'delete')).toHaveLength(1);
	});

	test('a listing with a failure in it proves none', async () => {
		desk.hasDeletedList = false;
		desk.pageSize = 1;
		for (const crmId of ['1', '2', '3']) desk.rows.set(crmId, { at: 1_000, name: crmId });
		source = desk.start(scanned, { start: 'everything' });
		source.known = new Set(['1', '2', '3']);
		await source.until(() => source?.batches.at(-1)?.complete === true);
		desk.rows.delete('2');
		const listings = () => parseCursor(source?.cursor ?? null).scannedAt;
		const before = listings();
		const scanPages = () => desk.queries.filter(({ since }) => since === null).length;
		const pages = scanPages();
		await source.until(() => scanPages() > pages);
		desk.failures.push(new HttpFailure('slow', 'timeout'), new HttpFailure('slow', 'timeout'));
		await source.until(() => listings() !== before);
		expect(source.events.filter(({ change }) => change === 'delete')).toEqual([]);
		await source.until(() => source?.events.some(({ change }) => change === 'delete') === true);
	});

	test('a missing record that a read still finds is none', async () => {
		desk.hasDeletedList = false;
		for (const crmId of ['1', '2']) desk.rows.set(crmId, { at: 1_000, name: crmId });
		source = desk.start(scanned, { start: 'everything' });
		source.known = new Set(['1', '2']);
		await source.until(() => source?.batches.at(-1)?.complete === true);
		const read = desk.read.bind(desk);
		desk.read = async (query) => {
			const page = await read(query);
			const records = page.records.filter(({ crmId }) => crmId !== '2');
			return { ...page, records, total: records.length };
		};
		const before = parseCursor(source.cursor).scannedAt;
		await source.until(() => parseCursor(source?.cursor ?? null).scannedAt !== before);
		expect(source.events.filter(({ change }) => change === 'delete')).toEqual([]);
	});
});
