/** Reconcile of the CRM nodes: a real fabric on one side, a simulator on the other. */
import { NodeOperationError, type IDataObject } from 'n8n-workflow';
import { closeFabrics, type Fabric } from '../../../lib';
import { Wealthbox } from '../../../nodes/Wealthbox/Wealthbox.node';
import { startWealthboxSimulator } from '../../simulators';
import type { Simulator } from '../../simulators/simulator';
import { fabricWith } from './events';
import { freshStorePath, nodeContext, type NodeRun } from './node-context';

const STORE = 'crmFabricStoreApi';
const ANN = { type: 'person', firstName: 'Ann', lastName: 'Hale' } as const;

describe('Reconcile', () => {
	let storePath: string;
	let fabric: Fabric;
	let simulator: Simulator;

	beforeEach(async () => {
		simulator = await startWealthboxSimulator();
		storePath = freshStorePath();
		fabric = await fabricWith(storePath, 'wealthbox', 'redtail');
	});
	afterEach(async () => {
		await closeFabrics();
		await simulator.stop();
	});

	async function run(parameters: IDataObject = {}, options: Partial<NodeRun> = {}) {
		const { context, hints } = nodeContext({
			parameters: {
				resource: 'fabric',
				operation: 'reconcile',
				system: 'wealthbox',
				...parameters,
			},
			storePath,
			chosen: [STORE],
			credentials: { wealthboxApi: { baseUrl: simulator.url } },
			headers: { ACCESS_TOKEN: String(simulator.credentials.accessToken) },
			...options,
		});
		const [items = []] = await new Wealthbox().execute.call(context);
		return { report: items[0]?.json ?? {}, items, hints };
	}

	const waiting = async () => (await fabric.nextEvents('wealthbox', 10))?.items.length ?? 0;

	it('only reports what was missed, unless told to repair it', async () => {
		const { id } = simulator.people.create(ANN);
		const dry = await run();
		expect(dry.report).toMatchObject({
			...{ run: 'reconcile/1', system: 'wealthbox', state: 'finished' },
			...{ scope: 'full', dryRun: true, complete: true, records: 1 },
			counts: { newRecord: 1 },
			samples: [{ finding: 'newRecord', crmId: id }],
		});
		expect(dry.hints[0]?.message).toMatch(/newRecord 1\. Nothing was changed/);
		expect(await waiting()).toBe(0);

		const { report } = await run({ dryRun: false });
		expect(report).toMatchObject({ dryRun: false, counts: { newRecord: 1 } });
		expect(await waiting()).toBe(1);
		expect(simulator.writes()).toEqual([]);
	});

	it('reads only the records that the items give', async () => {
		const [, second] = [simulator.people.create(ANN), simulator.people.create(ANN)];
		const parameters = { scope: 'slice', recordId: second?.id };
		const { report, items } = await run(parameters, { items: [{}, {}] });
		expect(report).toMatchObject({ scope: 'slice', records: 1 });
		expect(items[0]?.pairedItem).toEqual([{ item: 0 }, { item: 1 }]);
		await expect(run({ scope: 'slice', recordId: ' ' })).rejects.toThrow(
			"'Record ID' is empty [item 0]",
		);
	});

	it('takes nothing for deleted when the listing breaks off', async () => {
		simulator.people.create(ANN);
		await run({ dryRun: false });
		simulator.setFault({ kind: 'status', match: 'GET /', status: 403 });
		await expect(run({ dryRun: false })).rejects.toThrow(/403|allow|right/i);
		const [last] = await fabric.reconcile.reports(1);
		expect(last).toMatchObject({ run: 'reconcile/2', state: 'finished', complete: false });
		expect(last?.counts.gone).toBe(0);
	});

	it.each([
		['a system that the store does not know', { system: 'elsewhere' }, 'knows no system'],
		['an account of another CRM', { system: 'redtail' }, 'is no Wealthbox account'],
	])('refuses %s', async (_what, parameters, message) => {
		await expect(run(parameters)).rejects.toThrow(message);
	});

	it('says so when no store is chosen', async () => {
		const failure = await run({}, { chosen: [] }).catch((error: unknown) => error);
		expect(failure).toBeInstanceOf(NodeOperationError);
		expect((failure as NodeOperationError).description).toContain('Choose the CRM Fabric Store');
	});
});
