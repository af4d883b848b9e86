import { mkdirSync } from 'node:fs';
import {
	NodeOperationError,
	type ICredentialsDecrypted,
	type IDataObject,
	type ILoadOptionsFunctions,
} from 'n8n-workflow';
import { changeEventSchema, closeFabrics, type ChangeEvent, type Fabric } from '../../../lib';
import { CrmFabric } from '../../../nodes/CrmFabric/CrmFabric.node';
import { RESOURCES } from '../../../nodes/CrmFabric/resources';
import { fabricWith, JANE_MAIL, snapshot } from './events';
import { freshStorePath, nodeContext, type NodeRun } from './node-context';

describe('CRM Fabric', () => {
	const node = new CrmFabric();
	let path: string;
	let fabric: Fabric;

	beforeEach(async () => {
		path = freshStorePath();
		fabric = await fabricWith(path, 'wealthbox', 'redtail');
	});
	afterEach(closeFabrics);

	async function run(
		resource: string,
		operation: string,
		parameters: Record<string, unknown> = {},
		options: Partial<NodeRun> = {},
	) {
		const all = { resource, operation, ...parameters };
		const { context, hints } = nodeContext({ parameters: all, storePath: path, ...options });
		const [items = []] = await node.execute.call(context);
		return { items, rows: items.map(({ json }) => json), hints };
	}

	async function merge(...items: IDataObject[]): Promise<ChangeEvent[]> {
		const events = items.map((item) => changeEventSchema.parse(item));
		await fabric.resolve(events);
		await fabric.merge(events, []);
		return events;
	}

	function loadOptions(parameters: Record<string, unknown> = {}): ILoadOptionsFunctions {
		const { context } = nodeContext({ parameters, storePath: path });
		const getCurrentNodeParameter = (name: string) =>
			context.getNodeParameter(name, 0, undefined, { extractValue: true });
		return Object.assign(context, { getCurrentNodeParameter }) as unknown as ILoadOptionsFunctions;
	}

	it('shows for each operation only its own fields', () => {
		for (const { value, operations, first } of RESOURCES) {
			expect(Object.keys(operations)).toContain(first);
			for (const [name, { option }] of Object.entries(operations)) {
				expect([value, option.value]).toEqual([value, name]);
			}
		}
		const own = node.description.properties.filter(({ name }) => !/resource|operation/.test(name));
		for (const { displayOptions } of own) {
			expect(displayOptions?.show?.resource).toHaveLength(1);
			expect(displayOptions?.show?.operation).toHaveLength(1);
		}
	});

	describe('Audit', () => {
		const byRecord = { clientBy: 'record', system: 'wealthbox', recordId: '1' };

		beforeEach(async () => {
			await merge(snapshot('wealthbox', '1', { ...JANE_MAIL, jobTitle: 'Clerk' }));
			await merge(snapshot('redtail', '2', { ...JANE_MAIL, jobTitle: 'Partner' }, 5));
			await merge(snapshot('wealthbox', '1', { ...JANE_MAIL, jobTitle: 'Owner' }, 3));
		});

		it('says who changed a field last', async () => {
			const { items } = await run('audit', 'whoChanged', { ...byRecord, field: 'jobTitle' });
			expect(items).toHaveLength(1);
			expect(items[0]).toMatchObject({
				pairedItem: { item: 0 },
				json: {
					kind: 'change',
					label: 'Job Title',
					before: 'Clerk',
					after: 'Partner',
					who: { system: 'redtail', crmId: '2', record: 'redtail/contact/2' },
					eventId: 'redtail:2:5',
					rule: 'lastWriteWins',
					editedAt: '2026-11-22T08:05:00.000Z',
				},
			});
		});

		it('shows earlier changes and the values that lost, newest first', async () => {
			const parameters = {
				...byRecord,
				field: 'jobTitle',
				lastOnly: false,
				limit: 50,
				alsoReturn: ['lost'],
			};
			const { rows } = await run('audit', 'whoChanged', parameters);
			expect(rows.map(({ kind, after }) => [kind, after])).toEqual([
				['lost', 'Partner'],
				['change', 'Partner'],
				['change', 'Clerk'],
			]);
			expect(rows[0]?.detail).toEqual({ offered: 'Owner' });
		});

		it('tells the whole history of a client by its unified id', async () => {
			const [client] = (await run('client', 'get', byRecord)).rows;
			const parameters = { clientBy: 'unifiedId', unifiedId: client?.unifiedId, returnAll: true };
			const { rows } = await run('audit', 'history', parameters);
			expect(new Set(rows.map(({ kind }) => kind))).toEqual(
				new Set(['entity', 'link', 'change', 'lost']),
			);
			expect(rows.every(({ unifiedId }) => unifiedId === client?.unifiedId)).toBe(true);
		});

		it('says so when there is no such client or field', async () => {
			const nobody = { clientBy: 'unifiedId', unifiedId: 'U999', field: 'jobTitle' };
			await expect(run('audit', 'whoChanged', nobody)).rejects.toThrow('no client U999 [item 0]');
			const wrong = { ...byRecord, field: 'shoe size' };
			await expect(run('audit', 'whoChanged', wrong)).rejects.toThrow('no field "shoe size"');
			const { items } = await run('audit', 'whoChanged', nobody, { continueOnFail: true });
			expect(items).toEqual([
				{
					json: { error: 'There is no client U999 [item 0]' },
					error: expect.any(NodeOperationError),
					pairedItem: { item: 0 },
				},
			]);
		});
	});

	it('Client, Get: the unified record and its CRM records with the evidence', async () => {
		await merge(snapshot('wealthbox', '1', JANE_MAIL), snapshot('redtail', '2', JANE_MAIL));
		const parameters = { clientBy: 'record', system: 'redtail', recordId: '2' };
		const { rows } = await run('client', 'get', parameters);
		expect(rows).toMatchObject([
			{
				unifiedId: expect.stringMatching(/^U\d+$/),
				fields: { firstName: 'Jane' },
				links: expect.arrayContaining([
					expect.objectContaining({
						system: 'redtail',
						crmId: '2',
						evidence: expect.objectContaining({ by: 'email' }),
					}),
				]),
			},
		]);
	});

	describe('Review', () => {
		beforeEach(async () => {
			await merge(snapshot('wealthbox', '1', JANE_MAIL));
			const other = snapshot('redtail', '2', { ...JANE_MAIL, firstName: 'Robert' });
			const event = changeEventSchema.parse(other);
			await fabric.accept('redtail', { events: [event], cursor: null, complete: false });
			await fabric.resolve([event]);
		});

		it('lists the open question, and approves it from the panel', async () => {
			const { rows } = await run('review', 'getAll');
			expect(rows).toMatchObject([{ state: 'open', system: 'redtail', crmId: '2' }]);
			const reviewId = { mode: 'list', value: String(rows[0]?.reviewId) };
			const { listSearch, loadOptions: load } = node.methods;
			expect((await listSearch.searchReviews.call(loadOptions(), 'robert')).results).toMatchObject([
				{ value: reviewId.value, name: expect.stringContaining('Robert Doe') },
			]);
			const [candidate] = await load.getCandidates.call(loadOptions({ reviewId }));
			expect(candidate?.name).toContain('Jane Doe');
			const unifiedId = candidate?.value;
			const decided = await run('review', 'approve', { reviewId, unifiedId, decidedBy: 'Nathan' });
			expect(decided.rows).toMatchObject([
				{ state: 'decided', decision: { verdict: 'link', unifiedId, by: 'Nathan' } },
			]);
			expect(await fabric.desk.findEntity('redtail', '2')).toMatchObject({ unifiedId });
			expect((await fabric.nextEvents('redtail', 10))?.items).toHaveLength(1);
		});

		it('rejects into a client of its own, and says what to do about a second answer', async () => {
			const [review] = (await run('review', 'getAll')).rows;
			const parameters = { reviewId: { mode: 'id', value: review?.reviewId } };
			await run('review', 'reject', parameters);
			const [mine, theirs] = await Promise.all([
				fabric.desk.findEntity('wealthbox', '1'),
				fabric.desk.findEntity('redtail', '2'),
			]);
			expect(theirs?.unifiedId).not.toBe(mine?.unifiedId);
			await expect(run('review', 'reject', parameters)).rejects.toThrow('was decided before');
			const unknown = { reviewId: { mode: 'id', value: '99' } };
			const failure = await run('review', 'reject', unknown).catch((error: unknown) => error);
			expect(failure).toBeInstanceOf(NodeOperationError);
			expect((failure as NodeOperationError).message).toBe('There is no review 99 [item 0]');
			expect((failure as NodeOperationError).description).toContain('List the reviews');
		});
	});

	describe('Delivery, Record Result', () => {
		async function claimed(): Promise<IDataObject[]> {
			await merge(snapshot('redtail', '1', JANE_MAIL), snapshot('redtail', '2', { name: 'Acme' }));
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
			const failure = await run('delivery', 'deliveryResult', {}, { items }).catch(
				(error: unknown) => error,
			);
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
			const { items: quiet } = await run('delivery', 'deliveryResult', { options }, { items });
			expect(quiet[0]).toEqual({
				json: expect.objectContaining({ state: 'dead', reason: rejected.reason }),
				pairedItem: { item: 0 },
			});
			const { items: marked } = await run(
				'delivery',
				'deliveryResult',
				{},
				{ items: [{ ...second, outcome: rejected }], continueOnFail: true },
			);
			expect(marked[0]).toMatchObject({ json: { state: 'dead' }, pairedItem: { item: 0 } });
			expect(marked[0]?.error).toBeInstanceOf(NodeOperationError);
		});

		it('tells when a delivery will be tried again, and why', async () => {
			const [first] = await claimed();
			const items = [{ ...first, outcome: busy }];
			const { rows, hints } = await run('delivery', 'deliveryResult', {}, { items });
			expect(rows[0]).toMatchObject({ state: 'retry', reason: 'Busy.' });
			expect(hints[0]?.message).toMatch(/^1 delivery will be tried again .*Busy\.$/);
		});

		it('records the good results before it names what is no result', async () => {
			const [first] = await claimed();
			const items = [{ error: 'from the CRM node' }, { ...first, outcome: busy }];
			const failure = run('delivery', 'deliveryResult', {}, { items });
			await expect(failure).rejects.toThrow(/no result of a delivery: .*\[item 0\]/);
			const { deliveries } = await fabric.desk.metrics();
			expect(deliveries.find(({ state }) => state === 'claimed')?.count).toBe(1);
		});

		it('a dead letter is listed, retried and discarded', async () => {
			const [first, second] = await claimed();
			const items = [first, second].map((job) => ({ ...job, outcome: rejected }));
			await run('delivery', 'deliveryResult', { options: { failOnDeadLetter: false } }, { items });
			const { rows } = await run('deadLetter', 'getAll');
			expect(rows).toMatchObject([
				{ kind: 'delivery', state: 'open', reason: rejected.reason },
				{ kind: 'delivery', state: 'open' },
			]);
			const locator = (row?: IDataObject) => ({
				deadLetterId: { mode: 'list', value: String(row?.deadLetterId) },
			});
			const retried = await run('deadLetter', 'retry', locator(rows[0]));
			expect(retried.rows).toMatchObject([{ state: 'retried', closedAt: expect.any(String) }]);
			expect(await fabric.claim('wealthbox', 10)).toHaveLength(1);
			await run('deadLetter', 'discard', locator(rows[1]));
			expect((await run('deadLetter', 'getAll')).rows).toEqual([]);
			expect((await run('deadLetter', 'getAll', { state: 'any' })).rows).toHaveLength(2);
			await expect(run('deadLetter', 'retry', locator(rows[1]))).rejects.toThrow(
				'was discarded before [item 0]',
			);
			const { results } = await node.methods.listSearch.searchDeadLetters.call(loadOptions(), '');
			expect(results).toEqual([]);
		});
	});

	it('Metrics, Get: counts', async () => {
		await merge(snapshot('wealthbox', '1', JANE_MAIL));
		const { rows } = await run('metrics', 'get');
		expect(rows).toMatchObject([
			{
				inbox: [{ system: 'wealthbox', state: 'applied', count: 1 }],
				openReviews: 0,
				openDeadLetters: 0,
			},
		]);
	});

	it('offers the systems that are connected and the fields that are mapped', async () => {
		const [wealthbox] = await fabric.systems();
		await fabric.registerSystem({
			...(wealthbox as NonNullable<typeof wealthbox>),
			name: 'wealthbox-east',
			fieldMap: [{ field: 'custom.riskScore', crmField: 'custom_fields.4', direction: 'both' }],
		});
		const { getFields, getSystems } = node.methods.loadOptions;
		const systems = (await getSystems.call(loadOptions())).map(({ value }) => value);
		expect(systems.sort()).toEqual(['redtail', 'wealthbox', 'wealthbox-east']);
		const fields = await getFields.call(loadOptions());
		expect(fields).toContainEqual({ name: 'riskScore (Custom)', value: 'custom.riskScore' });
		expect(fields).toContainEqual({ name: 'Job Title', value: 'jobTitle' });
	});

	describe('the test of the store credential', () => {
		const test = async (filePath: string) => {
			const credential = { data: { type: 'sqlite', filePath } } as unknown as ICredentialsDecrypted;
			return await node.methods.credentialTest.crmFabricStoreTest.call({} as never, credential);
		};

		it('passes for a file that can be written', async () => {
			expect(await test(freshStorePath())).toMatchObject({ status: 'OK' });
		});

		it('says what to do about one that cannot', async () => {
			const folder = freshStorePath();
			mkdirSync(folder, { recursive: true });
			const result = await test(folder);
			expect(result.status).toBe('Error');
			expect(result.message).toMatch(/cannot be opened for writing.*Choose another file/s);
			expect((await test('relative.sqlite')).message).toContain('must be absolute');
		});
	});
});
