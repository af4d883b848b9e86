/** Deliver of the CRM nodes: a real fabric on one side, a simulator on the other. */
import { NodeOperationError, type IDataObject, type INodeExecutionData } from 'n8n-workflow';
import { changeEventSchema, closeFabrics, deliveryReportSchema, type Fabric } from '../../../lib';
import { Wealthbox } from '../../../nodes/Wealthbox/Wealthbox.node';
import { inLanes } from '../../../nodes/shared/crm/fabric/lanes';
import { startWealthboxSimulator } from '../../simulators';
import type { Simulator } from '../../simulators/simulator';
import { fabricWith, JANE_MAIL, snapshot } from './events';
import { freshStorePath, nodeContext, type NodeRun } from './node-context';

describe('Deliver', () => {
	let fabric: Fabric;
	let simulator: Simulator;

	beforeEach(async () => {
		simulator = await startWealthboxSimulator();
		fabric = await fabricWith(freshStorePath(), 'wealthbox', 'redtail');
	});
	afterEach(async () => {
		await closeFabrics();
		await simulator.stop();
	});

	async function run(items: IDataObject[], options: Partial<NodeRun> = {}) {
		const { context, hints } = nodeContext({
			parameters: { resource: 'fabric', operation: 'deliver', system: 'wealthbox' },
			items,
			credentials: { wealthboxApi: { baseUrl: simulator.url } },
			headers: { ACCESS_TOKEN: String(simulator.credentials.accessToken) },
			...options,
		});
		const [delivered = []] = await new Wealthbox().execute.call(context);
		return { delivered, hints };
	}

	/** Clients edited in Redtail, that Wealthbox lacks. */
	async function jobs(...crmIds: string[]): Promise<IDataObject[]> {
		const events = crmIds.map((crmId) => {
			const emails = [{ address: `jane${crmId}@example.com`, primary: true }];
			const fields = { ...JANE_MAIL, firstName: `Jane${crmId}`, lastName: `Doe${crmId}`, emails };
			return changeEventSchema.parse(snapshot('redtail', crmId, fields));
		});
		await fabric.resolve(events);
		await fabric.merge(events, []);
		return (await fabric.claim('wealthbox', 10)) as unknown as IDataObject[];
	}

	const outcomeOf = (item?: INodeExecutionData) => item?.json.outcome as IDataObject;

	it('writes, and gives what Record Result needs', async () => {
		const [job] = await jobs('1');
		const { delivered } = await run([job as IDataObject]);
		expect(delivered).toMatchObject([
			{
				pairedItem: { item: 0 },
				json: {
					deliveryId: job?.deliveryId,
					claimToken: job?.claimToken,
					system: 'wealthbox',
					unifiedId: job?.unifiedId,
					operation: 'create',
					outcome: { status: 'confirmed' },
				},
			},
		]);
		const crmId = String(delivered[0]?.json.crmId);
		expect(simulator.people.get(crmId)).toMatchObject({ firstName: 'Jane1', lastName: 'Doe1' });
		const report = deliveryReportSchema.parse(delivered[0]?.json);
		expect(await fabric.recordResults([report])).toMatchObject([{ state: 'confirmed', crmId }]);
	});

	it('takes what the CRM does as an outcome, item by item, in the order of the items', async () => {
		const items = await jobs('1', '2', '3');
		simulator.setFault({ kind: 'status', match: 'POST', status: 503, times: 1 });
		const { delivered, hints } = await run(items);
		expect(delivered.map(({ json }) => json.deliveryId)).toEqual(
			items.map(({ deliveryId }) => deliveryId),
		);
		const states = delivered.map((item) => outcomeOf(item).status).sort();
		expect(states).toEqual(['confirmed', 'confirmed', 'retry']);
		expect(hints[0]?.message).toMatch(/^1 of 3 deliveries were not confirmed/);
	});

	it('does not lose the other outcomes when one cannot be computed', async () => {
		const [first, second] = await jobs('1', '2');
		// The credential is asked for anew with each job: the second one finds it broken.
		const { context } = nodeContext({
			parameters: { resource: 'fabric', operation: 'deliver', system: 'wealthbox' },
			items: [first as IDataObject, second as IDataObject],
			headers: { ACCESS_TOKEN: String(simulator.credentials.accessToken) },
		});
		let asked = 0;
		const getCredentials = () =>
			Promise.resolve({ baseUrl: (asked += 1) === 1 ? simulator.url : 'not an address' });
		context.getCredentials = getCredentials as unknown as typeof context.getCredentials;
		const [delivered = []] = await new Wealthbox().execute.call(context);
		expect(delivered.map((item) => outcomeOf(item).status)).toEqual(['confirmed', 'retry']);
		expect(outcomeOf(delivered[1])).toMatchObject({ code: 'configuration' });
	});

	it('refuses deliveries of another system before it writes anything', async () => {
		const [mine] = await jobs('1');
		const other = { ...mine, system: 'redtail' };
		const failure = await run([mine as IDataObject, other]).catch((error: unknown) => error);
		expect(failure).toBeInstanceOf(NodeOperationError);
		expect((failure as NodeOperationError).message).toMatch(/"redtail".*"wealthbox" \[item 1\]/);
		expect((failure as NodeOperationError).description).toContain('Switch node');
		expect(simulator.writes()).toEqual([]);
	});

	it('writes the good ones where it is to continue', async () => {
		const [mine] = await jobs('1');
		const items = [{ hello: 'world' }, mine as IDataObject];
		const { delivered } = await run(items, { continueOnFail: true });
		expect(delivered.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 1 }, { item: 0 }]);
		expect(outcomeOf(delivered[0]).status).toBe('confirmed');
		expect(delivered[1]?.error?.message).toMatch(/no delivery: .*\[item 0\]/);
	});

	it('refuses an update that names no record', async () => {
		const [mine] = await jobs('1');
		const failure = run([{ ...mine, operation: 'update', crmId: null }]);
		await expect(failure).rejects.toThrow(/crmId names no record to write to/);
	});
});

describe('lanes', () => {
	it('keep the order within a key, stay within the limit, and answer in the order of the items', async () => {
		const running = new Set<string>();
		const seen: string[] = [];
		let most = 0;
		const items = ['a1', 'b1', 'a2', 'c1', 'b2', 'a3'];
		const results = await inLanes(
			items,
			(item) => item.charAt(0),
			2,
			async (item) => {
				expect([...running].some((other) => other.charAt(0) === item.charAt(0))).toBe(false);
				running.add(item);
				most = Math.max(most, running.size);
				await new Promise((resolve) => setImmediate(resolve));
				running.delete(item);
				seen.push(item);
				return item.toUpperCase();
			},
		);
		expect(results).toEqual(items.map((item) => item.toUpperCase()));
		expect(most).toBe(2);
		expect(seen.filter((item) => item.startsWith('a'))).toEqual(['a1', 'a2', 'a3']);
	});
});
