/** Identity Resolve, Field Merge and the audit trail on n8n's own engine. */
import type { IDataObject } from 'n8n-workflow';
import {
	Engine,
	RUN_LIMIT_MS,
	START_LIMIT_MS,
	type TestWorkflow,
	type WorkflowRun,
} from './engine/engine';
import { chain, given, STORE, type TestNode } from './engine/workflow';

const RESOLVE: TestNode = { name: 'Resolve', type: 'identityResolve', credentials: STORE };
const MERGE: TestNode = { name: 'Merge', type: 'fieldMerge', credentials: STORE };

const JANE = {
	type: 'person',
	firstName: 'Jane',
	lastName: 'Doe',
	emails: [{ address: 'jane@example.com', primary: true }],
};

function snapshot(system: string, crmId: string, fields: object, minute = 0): IDataObject {
	const at = new Date(Date.UTC(2026, 10, 22, 8, minute)).toISOString();
	return {
		...{ eventId: `${system}:${crmId}:${minute}`, system, object: 'contact', crmId },
		...{ change: 'upsert', kind: 'snapshot', fields: fields as IDataObject },
		...{ editedAt: at, readAt: at, receivedAt: at },
	};
}

jest.setTimeout(RUN_LIMIT_MS);

describe('events through Identity Resolve and Field Merge', () => {
	let engine: Engine;
	let store: { crmFabricStoreApi: IDataObject };
	let stores = 0;

	beforeAll(async () => {
		engine = await Engine.start();
	}, START_LIMIT_MS);
	afterAll(() => engine?.stop());
	beforeEach(() => {
		const filePath = engine.storePath(`pipe-${(stores += 1)}`);
		store = { crmFabricStoreApi: { type: 'sqlite', filePath } };
	});

	const run = (workflow: TestWorkflow): Promise<WorkflowRun> => engine.run(workflow, store);
	const pipe = (items: object[], ...more: TestNode[]) =>
		run(chain(...given(items), RESOLVE, MERGE, ...more));

	it('join the records of one client, and the trail says who changed what', async () => {
		const first = await pipe([
			snapshot('wealthbox', '1', { ...JANE, jobTitle: 'Clerk' }),
			snapshot('redtail', '2', { ...JANE, jobTitle: 'Partner' }, 5),
		]);
		expect(first.status).toBe('success');
		const merged = first.output('Merge').map(({ json }) => json);
		expect(merged).toHaveLength(2);
		expect(merged[1]?.unifiedId).toBe(merged[0]?.unifiedId);
		expect(merged[1]).toMatchObject({
			identity: { decision: 'linked', evidence: { by: 'email' } },
			merge: {
				outcome: 'applied',
				changes: expect.arrayContaining([
					expect.objectContaining({ label: 'Job Title', before: 'Clerk', after: 'Partner' }),
				]),
			},
		});
		expect(first.output('Merge').map(({ pairedItem }) => pairedItem)).toEqual([
			{ item: 0 },
			{ item: 1 },
		]);

		const asked = await run(
			chain(...given([{ client: merged[0]?.unifiedId }]), {
				name: 'Who',
				type: 'crmFabric',
				credentials: STORE,
				parameters: {
					...{ resource: 'audit', operation: 'whoChanged' },
					...{ clientBy: 'unifiedId', unifiedId: '={{ $json.client }}', field: 'jobTitle' },
				},
			}),
		);
		expect(asked.output('Who').map(({ json }) => json)).toMatchObject([
			{ before: 'Clerk', after: 'Partner', who: { system: 'redtail', crmId: '2' } },
		]);
	});

	it('follow the rules of the panel', async () => {
		const rule = { field: 'jobTitle', policy: 'onlyFrom', system: 'wealthbox' };
		const ruled = { ...MERGE, parameters: { fieldRules: { rules: [rule] } } };
		const items = [
			snapshot('wealthbox', '1', { ...JANE, jobTitle: 'Clerk' }),
			snapshot('redtail', '2', { ...JANE, jobTitle: 'Partner' }, 5),
		];
		const { output } = await run(chain(...given(items), RESOLVE, ruled));
		expect(output('Merge')[1]?.json.merge).toMatchObject({
			changes: expect.arrayContaining([
				expect.objectContaining({ verdict: 'lost', after: 'Clerk', offered: 'Partner' }),
			]),
		});
	});

	it('leave by Decide where the canvas decides, and come back through Apply', async () => {
		await pipe([snapshot('wealthbox', '1', { ...JANE, jobTitle: 'Clerk' })]);
		const rule = { field: 'jobTitle', policy: 'custom' };
		const asking = { ...MERGE, parameters: { fieldRules: { rules: [rule] } } };
		const apply: TestNode = {
			name: 'Apply',
			type: 'crmFabric',
			credentials: STORE,
			parameters: {
				...{ resource: 'decision', operation: 'apply' },
				// What a Code node would find out.
				verdict: '={{ $json.candidate.length > $json.current.length ? "take" : "keep" }}',
			},
		};
		const later = snapshot('redtail', '2', { ...JANE, jobTitle: 'Managing Partner' }, 5);
		const workflow = chain(...given([later]), RESOLVE, asking, apply);
		const toApply = workflow.connections.Merge?.main[0] ?? [];
		workflow.connections.Merge = { main: [[], toApply] };
		const { status, output } = await run(workflow);
		expect(status).toBe('success');
		expect(output('Merge', 1)[0]?.json).toMatchObject({ label: 'Job Title', current: 'Clerk' });
		expect(output('Apply')).toMatchObject([
			{ json: { state: 'decided', decision: { verdict: 'take' } }, pairedItem: { item: 0 } },
		]);
		const asked = await run(
			chain(...given([{}]), {
				name: 'Client',
				type: 'crmFabric',
				credentials: STORE,
				parameters: {
					...{ resource: 'client', operation: 'get' },
					...{ clientBy: 'record', system: 'wealthbox', recordId: '1' },
				},
			}),
		);
		expect(asked.output('Client')[0]?.json.fields).toMatchObject({ jobTitle: 'Managing Partner' });
	});

	it('leave by the second output while a person is asked', async () => {
		await pipe([snapshot('wealthbox', '1', JANE)]);
		const asked = await pipe([snapshot('redtail', '2', { ...JANE, firstName: 'Robert' })]);
		expect(asked.output('Resolve', 0)).toEqual([]);
		expect(asked.output('Resolve', 1)[0]?.json.identity).toMatchObject({ decision: 'review' });
		expect(asked.hints('Resolve')[0]).toContain('resource Review');
	});

	it('fail the execution when an item is no event any more, naming the item', async () => {
		const failed = await pipe([snapshot('wealthbox', '1', JANE), { nothing: true }]);
		expect(failed.status).toBe('error');
		expect(failed.error?.message).toMatch(/does not fit a change event: .*\[item 1\]/);
		expect(failed.error?.description).toContain('nothing is kept');
	});

	it('pass the good ones on and send the others to the error output if so set', async () => {
		const tolerant = { ...RESOLVE, onError: 'continueErrorOutput' as const };
		const items = [{ nothing: true }, snapshot('wealthbox', '1', JANE)];
		const { status, output } = await run(chain(...given(items), tolerant, MERGE));
		expect(status).toBe('success');
		expect(output('Merge')).toHaveLength(1);
		expect(output('Resolve', 2).map(({ json }) => json)).toMatchObject([
			{ error: expect.stringContaining('[item 0]') },
		]);
	});
});
