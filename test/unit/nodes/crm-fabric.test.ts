import { mkdirSync } from 'node:fs';
import { NodeOperationError, type ICredentialsDecrypted, type IDataObject } from 'n8n-workflow';
import { changeEventSchema, closeFabrics, type Fabric } from '../../../lib';
import { RESOURCES } from '../../../nodes/CrmFabric/resources';
import { freshSchema, sharedPostgres } from '../../support/postgres';
import { Desk } from './desk';
import { JANE_MAIL, snapshot } from './events';
import { freshStorePath } from './node-context';

describe('CRM Fabric', () => {
	let desk: Desk;
	let fabric: Fabric;

	beforeEach(async () => {
		desk = await Desk.open();
		fabric = desk.fabric;
	});
	afterEach(closeFabrics);

	it('shows for each operation only its own fields', () => {
		for (const { value, operations, first } of RESOURCES) {
			expect(Object.keys(operations)).toContain(first);
			for (const [name, { option }] of Object.entries(operations)) {
				expect([value, option.value]).toEqual([value, name]);
			}
		}
		const own = desk.node.description.properties.filter(
			({ name }) => !/resource|operation/.test(name),
		);
		for (const { displayOptions } of own) {
			expect(displayOptions?.show?.resource).toHaveLength(1);
			expect(displayOptions?.show?.operation).toHaveLength(1);
		}
	});

	describe('Audit', () => {
		const byRecord = { clientBy: 'record', system: 'wealthbox', recordId: '1' };

		beforeEach(async () => {
			await desk.merge(snapshot('wealthbox', '1', { ...JANE_MAIL, jobTitle: 'Clerk' }));
			await desk.merge(snapshot('redtail', '2', { ...JANE_MAIL, jobTitle: 'Partner' }, 5));
			await desk.merge(snapshot('wealthbox', '1', { ...JANE_MAIL, jobTitle: 'Owner' }, 3));
		});

		it('says who changed a field last', async () => {
			const { items } = await desk.run('audit', 'whoChanged', { ...byRecord, field: 'jobTitle' });
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
			const { rows } = await desk.run('audit', 'whoChanged', parameters);
			expect(rows.map(({ kind, after }) => [kind, after])).toEqual([
				['lost', 'Partner'],
				['change', 'Partner'],
				['change', 'Clerk'],
			]);
			expect(rows[0]?.detail).toEqual({ offered: 'Owner' });
		});

		it('tells the whole history of a client by its unified id', async () => {
			const [client] = (await desk.run('client', 'get', byRecord)).rows;
			const parameters = { clientBy: 'unifiedId', unifiedId: client?.unifiedId, returnAll: true };
			const { rows } = await desk.run('audit', 'history', parameters);
			expect(new Set(rows.map(({ kind }) => kind))).toEqual(
				new Set(['entity', 'link', 'change', 'agree', 'lost']),
			);
			expect(rows.every(({ unifiedId }) => unifiedId === client?.unifiedId)).toBe(true);
		});

		it('says so when there is no such client or field', async () => {
			const nobody = { clientBy: 'unifiedId', unifiedId: 'U999', field: 'jobTitle' };
			await expect(desk.run('audit', 'whoChanged', nobody)).rejects.toThrow(
				'no client U999 [item 0]',
			);
			const wrong = { ...byRecord, field: 'shoe size' };
			await expect(desk.run('audit', 'whoChanged', wrong)).rejects.toThrow('no field "shoe size"');
			const { items } = await desk.run('audit', 'whoChanged', nobody, { continueOnFail: true });
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
		await desk.merge(snapshot('wealthbox', '1', JANE_MAIL));
		await desk.merge(snapshot('redtail', '2', JANE_MAIL));
		const parameters = { clientBy: 'record', system: 'redtail', recordId: '2' };
		const { rows } = await desk.run('client', 'get', parameters);
		expect(rows).toMatchObject([
			{
				unifiedId: expect.stringMatching(/^U\d+$/),
				fields: { firstName: 'Jane' },
				links: expect.arrayContaining([
					expect.objectContaining({ system: 'redtail', crmId: '2' }),
					expect.objectContaining({ evidence: expect.objectContaining({ by: 'email' }) }),
				]),
			},
		]);
	});

	describe('Review', () => {
		beforeEach(async () => {
			await desk.merge(snapshot('wealthbox', '1', JANE_MAIL));
			const other = snapshot('redtail', '2', { ...JANE_MAIL, firstName: 'Robert' });
			const event = changeEventSchema.parse(other);
			await fabric.accept('redtail', { events: [event], cursor: null, complete: false });
			await fabric.resolve([event]);
		});

		it('lists the open question, and approves it from the panel', async () => {
			const { rows } = await desk.run('review', 'getAll');
			expect(rows).toMatchObject([{ state: 'open', system: 'redtail', crmId: '2' }]);
			const reviewId = { mode: 'list', value: String(rows[0]?.reviewId) };
			const { listSearch, loadOptions: load } = desk.node.methods;
			expect(
				(await listSearch.searchReviews.call(desk.loadOptions(), 'robert')).results,
			).toMatchObject([{ value: reviewId.value, name: expect.stringContaining('Robert Doe') }]);
			const [candidate] = await load.getCandidates.call(desk.loadOptions({ reviewId }));
			expect(candidate?.name).toContain('Jane Doe');
			const unifiedId = candidate?.value;
			const decided = await desk.run('review', 'approve', {
				reviewId,
				unifiedId,
				decidedBy: 'Nathan',
			});
			expect(decided.rows).toMatchObject([
				{ state: 'decided', decision: { verdict: 'link', unifiedId, by: 'Nathan' } },
			]);
			expect(await fabric.desk.findEntity('redtail', '2')).toMatchObject({ unifiedId });
			expect((await fabric.nextEvents('redtail', 10))?.items).toHaveLength(1);
		});

		it('rejects into a client of its own, and says what to do about a second answer', async () => {
			const [review] = (await desk.run('review', 'getAll')).rows;
			const parameters = { reviewId: { mode: 'id', value: review?.reviewId } };
			await desk.run('review', 'reject', parameters);
			const [mine, theirs] = await Promise.all([
				fabric.desk.findEntity('wealthbox', '1'),
				fabric.desk.findEntity('redtail', '2'),
			]);
			expect(theirs?.unifiedId).not.toBe(mine?.unifiedId);
			await expect(desk.run('review', 'reject', parameters)).rejects.toThrow('was decided before');
			const unknown = { reviewId: { mode: 'id', value: '99' } };
			const failure = await desk.run('review', 'reject', unknown).catch((error: unknown) => error);
			expect(failure).toBeInstanceOf(NodeOperationError);
			expect((failure as NodeOperationError).message).toBe('There is no review 99 [item 0]');
			expect((failure as NodeOperationError).description).toContain('List the reviews');
		});
	});

	it('Metrics, Get: counts', async () => {
		await desk.merge(snapshot('wealthbox', '1', JANE_MAIL));
		const { rows } = await desk.run('metrics', 'get');
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
			fieldMap: [
				{ field: 'custom.riskScore', crmField: 'custom_fields.4', direction: 'both' },
				{ object: 'task', field: 'dueDate', crmField: 'due_date', direction: 'both' },
			],
		});
		const { getFields, getSystems } = desk.node.methods.loadOptions;
		const systems = (await getSystems.call(desk.loadOptions())).map(({ value }) => value);
		expect(systems.sort()).toEqual(['redtail', 'wealthbox', 'wealthbox-east']);
		const fields = await getFields.call(desk.loadOptions());
		expect(fields).toContainEqual({ name: 'riskScore (Custom)', value: 'custom.riskScore' });
		expect(fields).toContainEqual({ name: 'Job Title', value: 'jobTitle' });
		expect(fields).toContainEqual({ name: 'Due Date', value: 'dueDate' });
		expect(fields).not.toContainEqual(expect.objectContaining({ value: 'startsAt' }));
	});

	describe('the test of the store credential', () => {
		const testOf = async (data: IDataObject) =>
			await desk.node.methods.credentialTest.crmFabricStoreTest.call(
				{} as never,
				{ data } as unknown as ICredentialsDecrypted,
			);
		const test = async (filePath: string) => await testOf({ type: 'sqlite', filePath });

		it('passes for a PostgreSQL that lets us in, and says what to do about one that does not', async () => {
			const connectionString = await sharedPostgres();
			const { location } = await freshSchema(connectionString);
			const {
				hostname: host,
				port,
				username: user,
				password,
				pathname,
			} = new URL(connectionString);
			const data = {
				...{ type: 'postgres', host, port: Number(port), user, password },
				...{ database: pathname.slice(1), schema: location.schema ?? '' },
			};
			expect(await testOf(data)).toMatchObject({ status: 'OK' });
			const refused = await testOf({ ...data, password: 'not-this-one' });
			expect(refused.status).toBe('Error');
			expect(refused.message).toMatch(/did not accept user and password.*Check user/s);
			expect(refused.message).not.toContain('not-this-one');
			const unencrypted = await testOf({ ...data, ssl: 'require' });
			expect(unencrypted.message).toContain('does not speak SSL');
		}, 60_000);

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
