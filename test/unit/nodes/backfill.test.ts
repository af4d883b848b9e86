/** Read for Backfill of a CRM node and the resource Backfill: a real fabric on one side, a simulator on the other. */
import type { IDataObject } from 'n8n-workflow';
import { closeFabrics, type Fabric } from '../../../lib';
import { CrmFabric } from '../../../nodes/CrmFabric/CrmFabric.node';
import { Wealthbox } from '../../../nodes/Wealthbox/Wealthbox.node';
import { startWealthboxSimulator } from '../../simulators';
import type { Simulator } from '../../simulators/simulator';
import { fabricWith } from './events';
import { freshStorePath, nodeContext } from './node-context';

const STORE = 'crmFabricStoreApi';

describe('Backfill', () => {
	let storePath: string;
	let fabric: Fabric;
	let simulator: Simulator;

	beforeEach(async () => {
		simulator = await startWealthboxSimulator();
		storePath = freshStorePath();
		fabric = await fabricWith(storePath, 'wealthbox');
	});
	afterEach(async () => {
		await closeFabrics();
		await simulator.stop();
	});

	async function read(parameters: IDataObject = {}) {
		const { context } = nodeContext({
			parameters: { resource: 'fabric', operation: 'backfill', system: 'wealthbox', ...parameters },
			storePath,
			chosen: [STORE],
			credentials: { wealthboxApi: { baseUrl: simulator.url } },
			headers: { ACCESS_TOKEN: String(simulator.credentials.accessToken) },
		});
		const [items = []] = await new Wealthbox().execute.call(context);
		return items[0]?.json ?? {};
	}

	async function desk(operation: string, parameters: IDataObject = {}) {
		const { context } = nodeContext({
			parameters: { resource: 'backfill', operation, run: 'backfill/1', ...parameters },
			storePath,
			chosen: [STORE],
		});
		const [items = []] = await new CrmFabric().execute.call(context);
		return items[0]?.json ?? {};
	}

	it('reads once, plans, shows a page without programs in it, runs, and lists it', async () => {
		simulator.people.create({ type: 'person', firstName: 'Ann', lastName: 'Hale' });
		simulator.people.create({ type: 'person', firstName: 'Bo', lastName: '{{ $env }} <b>' });
		const first = await read();
		expect(first).toEqual({
			...{ run: 'backfill/1', system: 'wealthbox', wasReadBefore: false },
			...{ records: 2, objects: { contact: 2 } },
		});
		const calls = () => Object.values(simulator.callCounts()).reduce((sum, one) => sum + one, 0);
		const before = calls();
		expect(await read()).toMatchObject({ run: 'backfill/1', wasReadBefore: true });
		expect(calls()).toBe(before);

		const plan = await desk('plan');
		expect(plan).toMatchObject({
			phase: 'planned',
			plan: { contact: { clients: 2 } },
			title: 'Load these clients?',
		});
		expect(String(plan.form)).not.toContain('{{');
		expect(JSON.parse(String(plan.form))).toHaveLength(5);

		expect(await desk('start', { mode: 'all', decidedBy: 'Pat' })).toMatchObject({
			...{ phase: 'merging', approvedBy: 'Pat', isOver: false },
		});
		expect(await desk('pause')).toMatchObject({ isPaused: true });
		expect(await fabric.backfill.advance()).toBe(false);
		await desk('resume');
		while (await fabric.backfill.advance());
		expect(await desk('progress')).toMatchObject({ phase: 'finished', isOver: true });
		expect(await desk('getAll', { limit: 5 })).toMatchObject({ run: 'backfill/1' });
		await expect(desk('cancel')).rejects.toThrow('backfill/1 has ended before');
	});

	it('goes on with the page after the last one that was read', async () => {
		for (let count = 0; count < 120; count += 1)
			simulator.people.create({ type: 'person', firstName: 'Ann', lastName: `Hale${count}` });
		simulator.setFault({ kind: 'status', match: 'page=2', status: 403 });
		await expect(read()).rejects.toThrow();
		simulator.clearFaults();
		const [broken] = await fabric.backfill.list(1);
		expect(broken?.readings['wealthbox']?.lists).toMatchObject([{ pages: 1, isDone: false }]);
		expect(await read()).toMatchObject({ records: 120, wasReadBefore: false });
		const [whole] = await fabric.backfill.list(1);
		expect(whole?.readings['wealthbox']?.lists).toMatchObject([{ pass: 1, isDone: true }]);
	});

	it('names the filter that is not complete', async () => {
		await read();
		const filters = { conditions: [{ system: '', field: 'status', is: 'equal', value: 'x' }] };
		await expect(
			desk('plan', { filters, 'filters.conditions': filters.conditions }),
		).rejects.toThrow('Filter 1 names no system [item 0]');
	});
});
