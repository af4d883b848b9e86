import { NodeOperationError, type IDataObject } from 'n8n-workflow';
import { closeFabrics, type Fabric } from '../../../lib';
import { Desk } from './desk';
import { JANE_MAIL, snapshot } from './events';

describe('CRM Fabric, resource Delivery, Record Result', () => {
	let desk: Desk;
	let fabric: Fabric;

	beforeEach(async () => {
		desk = await Desk.open();
		fabric = desk.fabric;
	});
	afterEach(closeFabrics);

	async function claimed(): Promise<IDataObject[]> {
		const bo = { type: 'person', firstName: 'Bo', lastName: 'Ray' };
		await desk.merge(snapshot('redtail', '1', JANE_MAIL), snapshot('redtail', '2', bo));
		const jobs = await fabric.claim('wealthbox', 10);
		expect(jobs).toHaveLength(2);
		return jobs.map(({ deliveryId, claimToken }) => ({ deliveryId, claimToken }));
	}
	const rejected = { status: 'rejected', reason: 'The last name is missing.', code: '422' };
	const busy = { status: 'retry', reason: 'Busy.', code: '503', outcomeUnknown: false };

	it('records all, then fails naming the deliveries that are dead', async () => {
		const [first, second] = await claimed();
		const confirmed = {
			status: 'confirmed',
			crmId: '77',
			known: {},
			confirmedAt: '2026-11-22T09:00:00Z',
			calls: 1,
		};
		const items = [
			{ ...first, outcome: rejected },
			{ ...second, outcome: confirmed },
		];
		const failure = await desk
			.run('delivery', 'deliveryResult', {}, { items })
			.catch((error: unknown) => error);
		expect(failure).toBeInstanceOf(NodeOperationError);
		const { message, context } = failure as NodeOperationError;
		expect(message).toBe(
			`1 delivery is now a dead letter. ${String(first?.deliveryId)} (wealthbox): The last name is missing.`,
		);
		expect(context.itemIndex).toBe(0);
		expect(await fabric.desk.findEntity('wealthbox', '77')).toBeDefined();
		expect(await fabric.desk.deadLetters('open', 10)).toHaveLength(1);
	});

	it('does not fail if it is told not to, or is to continue', async () => {
		const [first, second] = await claimed();
		const options = { failOnDeadLetter: false };
		const items = [{ ...first, outcome: rejected }];
		const { items: quiet } = await desk.run('delivery', 'deliveryResult', { options }, { items });
		expect(quiet[0]).toEqual({
			json: expect.objectContaining({ state: 'dead', reason: rejected.reason }),
			pairedItem: { item: 0 },
		});
		const { items: marked } = await desk.run(
			'delivery',
			'deliveryResult',
			{},
			{ items: [{ ...second, outcome: rejected }], continueOnFail: true },
		);
		expect(marked[0]).toMatchObject({
			json: { error: expect.stringContaining(rejected.reason) },
			pairedItem: { item: 0 },
		});
		expect(marked[0]?.error).toBeInstanceOf(NodeOperationError);
	});

	it('tells when a delivery will be tried again, and why', async () => {
		const [first] = await claimed();
		const items = [{ ...first, outcome: busy }];
		const { rows, hints } = await desk.run('delivery', 'deliveryResult', {}, { items });
		expect(rows[0]).toMatchObject({ state: 'retry', reason: 'Busy.' });
		expect(hints[0]?.message).toMatch(/^1 delivery will be tried again .*Busy\.$/);
	});

	it('records the good results before it names what is no result', async () => {
		const [first] = await claimed();
		const items = [{ error: 'from the CRM node' }, { ...first, outcome: busy }];
		const failure = desk.run('delivery', 'deliveryResult', {}, { items });
		await expect(failure).rejects.toThrow(/no result of a delivery: .*\[item 0\]/);
		const { deliveries } = await fabric.desk.metrics();
		expect(deliveries.find(({ state }) => state === 'claimed')?.count).toBe(1);
	});

	it('a dead letter is listed, retried and discarded', async () => {
		const [first, second] = await claimed();
		const items = [first, second].map((job) => ({ ...job, outcome: rejected }));
		await desk.run(
			'delivery',
			'deliveryResult',
			{ options: { failOnDeadLetter: false } },
			{ items },
		);
		const { rows } = await desk.run('deadLetter', 'getAll');
		expect(rows).toMatchObject([
			{ kind: 'delivery', state: 'open', reason: rejected.reason },
			{ kind: 'delivery', state: 'open' },
		]);
		const locator = (row?: IDataObject) => ({
			deadLetterId: { mode: 'list', value: String(row?.deadLetterId) },
		});
		const retried = await desk.run('deadLetter', 'retry', locator(rows[0]));
		expect(retried.rows).toMatchObject([{ state: 'retried', closedAt: expect.any(String) }]);
		expect(await fabric.claim('wealthbox', 10)).toHaveLength(1);
		await desk.run('deadLetter', 'discard', locator(rows[1]));
		expect((await desk.run('deadLetter', 'getAll')).rows).toEqual([]);
		expect((await desk.run('deadLetter', 'getAll', { state: 'any' })).rows).toHaveLength(2);
		await expect(desk.run('deadLetter', 'retry', locator(rows[1]))).rejects.toThrow(
			'was discarded before [item 0]',
		);
		const { results } = await desk.node.methods.listSearch.searchDeadLetters.call(
			desk.loadOptions(),
			'',
		);
		expect(results).toEqual([]);
	});
});
