import { NodeOperationError, type IDataObject } from 'n8n-workflow';
import { changeEventSchema, closeFabrics, type Fabric } from '../../../lib';
import { FieldMerge } from '../../../nodes/FieldMerge/FieldMerge.node';
import { fabricWith, JANE, JANE_MAIL, snapshot } from './events';
import { freshStorePath, nodeContext, type NodeRun } from './node-context';

describe('Field Merge', () => {
	let path: string;
	let fabric: Fabric;

	beforeEach(async () => {
		path = freshStorePath();
		fabric = await fabricWith(path, 'wealthbox', 'redtail');
	});
	afterEach(closeFabrics);

	async function resolve(...items: IDataObject[]): Promise<IDataObject[]> {
		await fabric.resolve(items.map((item) => changeEventSchema.parse(item)));
		return items;
	}

	async function outputs(items: IDataObject[], parameters: IDataObject, options = {}) {
		const given: NodeRun = { parameters, items, storePath: path, ...options };
		const { context, hints } = nodeContext(given);
		const [merged = [], decide = []] = await new FieldMerge().execute.call(context);
		return { merged, decide, hints };
	}

	async function run(items: IDataObject[], rules: IDataObject[] = [], options = {}) {
		const parameters = { fieldRules: rules.length > 0 ? { rules } : {} };
		return (await outputs(items, parameters, options)).merged;
	}

	const mergeOf = (item?: { json: IDataObject }) => item?.json.merge as IDataObject;

	it('says of each item which fields changed, from what to what, under which rule', async () => {
		await run(await resolve(snapshot('wealthbox', '1', { ...JANE_MAIL, jobTitle: 'Clerk' })));
		const [item] = await run(
			await resolve({ ...snapshot('wealthbox', '1', { jobTitle: 'Partner' }, 5), note: 'kept' }),
		);
		expect(item).toMatchObject({ pairedItem: { item: 0 }, json: { note: 'kept' } });
		expect(item?.json.unifiedId).toMatch(/^U\d+$/);
		expect(mergeOf(item)).toEqual({
			outcome: 'applied',
			changes: [
				{
					field: 'jobTitle',
					label: 'Job Title',
					verdict: 'change',
					before: 'Clerk',
					after: 'Partner',
					rule: 'lastWriteWins',
				},
			],
		});
	});

	it('merges an item once, however often it comes', async () => {
		const items = await resolve(snapshot('wealthbox', '1', JANE_MAIL));
		await run(items);
		expect(mergeOf((await run(items))[0])).toEqual({ outcome: 'already', changes: [] });
	});

	it('lets the rule of a field decide, and shows the value that lost', async () => {
		const rule = {
			field: 'jobTitle',
			policy: 'onlyFrom',
			system: 'wealthbox',
			emptyNeverOverwrites: true,
		};
		await run(await resolve(snapshot('wealthbox', '1', { ...JANE_MAIL, jobTitle: 'Clerk' })));
		const later = snapshot('redtail', '2', { ...JANE_MAIL, jobTitle: 'Boss' }, 9);
		const [item] = await run(await resolve(later), [rule]);
		expect(mergeOf(item).changes).toContainEqual({
			field: 'jobTitle',
			label: 'Job Title',
			verdict: 'lost',
			before: 'Clerk',
			after: 'Clerk',
			offered: 'Boss',
			rule: 'onlyFrom:wealthbox',
		});
	});

	it.each([
		['household', 'Boss'],
		['contact', 'Clerk'],
	])('with a rule of the object %s alone the title is %s', async (object, after) => {
		const rule = { object, field: '*', policy: 'onlyFrom', system: 'wealthbox' };
		const rules = [{ ...rule, emptyNeverOverwrites: true }];
		await run(await resolve(snapshot('wealthbox', '1', { ...JANE_MAIL, jobTitle: 'Clerk' })));
		const later = snapshot('redtail', '2', { ...JANE_MAIL, jobTitle: 'Boss' }, 9);
		const [item] = await run(await resolve(later), rules);
		const told = { field: 'jobTitle', after };
		expect(mergeOf(item).changes).toContainEqual(expect.objectContaining(told));
	});

	it('refuses two rules for a field of one object, not for one of another object', async () => {
		const rule = { field: 'status', policy: 'ask', emptyNeverOverwrites: true };
		const items = await resolve(snapshot('wealthbox', '1', JANE_MAIL));
		const rules = [
			{ ...rule, object: 'every' },
			{ ...rule, object: 'task' },
		];
		expect(await run(items, rules)).toHaveLength(1);
		await expect(run(items, [...rules, { ...rule, object: 'task' }])).rejects.toThrow(
			"'Field Rules' has two rules for",
		);
	});

	describe('puts a question', () => {
		const clerk = snapshot('wealthbox', '1', { ...JANE_MAIL, jobTitle: 'Clerk' });
		const partner = snapshot('redtail', '2', { ...JANE_MAIL, jobTitle: 'Partner' }, 9);
		const ruleOf = (policy: string) => ({
			fieldRules: { rules: [{ field: 'jobTitle', policy, emptyNeverOverwrites: true }] },
		});

		it('to the canvas: an item for each, with both values and their sources', async () => {
			await run(await resolve(clerk));
			const { merged, decide } = await outputs(await resolve(partner), ruleOf('custom'));
			const [item] = merged;
			expect(item?.json.unifiedId).toBe('U1001');
			expect(decide).toMatchObject([
				{
					pairedItem: { item: 0 },
					json: {
						unifiedId: 'U1001',
						field: 'jobTitle',
						label: 'Job Title',
						current: 'Clerk',
						currentSource: { system: 'wealthbox', crmId: '1' },
						candidate: 'Partner',
						candidateSource: { system: 'redtail', crmId: '2', eventId: partner.eventId },
					},
				},
			]);
			const { reviewId } = decide[0]?.json ?? {};
			expect(mergeOf(item).questions).toEqual([{ reviewId, field: 'jobTitle', policy: 'custom' }]);
			expect(await fabric.desk.reviews('open', 5)).toMatchObject([
				{ id: reviewId, kind: 'custom' },
			]);
		});

		it('to a person: nothing for a Code node to answer by mistake, but a hint', async () => {
			await run(await resolve(clerk));
			const { merged, decide, hints } = await outputs(await resolve(partner), ruleOf('ask'));
			expect(decide).toEqual([]);
			expect(mergeOf(merged[0]).questions).toMatchObject([{ policy: 'ask' }]);
			expect(hints[0]?.message).toMatch(/^1 value waits for a person/);
		});
	});

	it('follows the default policy where a field has no rule', async () => {
		await run(await resolve(snapshot('wealthbox', '1', { ...JANE_MAIL, jobTitle: 'Clerk' })));
		const later = snapshot('redtail', '2', { ...JANE_MAIL, jobTitle: 'Boss', status: 'Gone' }, 9);
		const { merged } = await outputs(await resolve(later), {
			defaultPolicy: 'onlyFrom',
			defaultSystem: 'wealthbox',
			fieldRules: { rules: [{ field: 'status', policy: 'lastWriteWins' }] },
		});
		const changes = mergeOf(merged[0]).changes as IDataObject[];
		expect(changes).toContainEqual(
			expect.objectContaining({ field: 'jobTitle', verdict: 'lost', rule: 'onlyFrom:wealthbox' }),
		);
		expect(changes).toContainEqual(
			expect.objectContaining({ field: 'status', verdict: 'change', rule: 'lastWriteWins' }),
		);
	});

	it.each([
		[
			'a default that names no system',
			{ defaultPolicy: 'onlyFrom' },
			/'Default Policy'.*no system/,
		],
		[
			'a union of one value',
			{ fieldRules: { rules: [{ field: 'jobTitle', policy: 'union' }] } },
			/Rule 1 of 'Field Rules'.*union is for lists/,
		],
	])('refuses %s', async (_what, parameters, message) => {
		await expect(outputs([], parameters)).rejects.toThrow(message);
	});

	it('settles deletes without a client', async () => {
		const event = { ...snapshot('wealthbox', '9', {}), change: 'delete' };
		const [item] = await run(await resolve(event));
		expect(item?.json).toMatchObject({ unifiedId: null, merge: { outcome: 'noop' } });
	});

	it.each([
		['no system', [{ field: 'jobTitle', policy: 'onlyFrom', system: '' }], /names no system/],
		['no field', [{ field: '', policy: 'lastWriteWins' }], /Rule 1 of 'Field Rules'/],
		['a field that does not exist', [{ field: 'shoeSize' }], /"shoeSize" is no field/],
		['two rules', [{ field: 'jobTitle' }, { field: 'jobTitle' }], /two rules for Job Title/],
	])('refuses rules with %s', async (_what, rules, message) => {
		await expect(run([], rules)).rejects.toThrow(message);
	});

	it('throws for a batch that no Identity Resolve has seen, also where it is to continue', async () => {
		const items = [
			...(await resolve(snapshot('wealthbox', '1', JANE))),
			snapshot('redtail', '2', JANE),
		];
		const failure = await run(items, [], { continueOnFail: true }).catch((error: unknown) => error);
		expect(failure).toBeInstanceOf(NodeOperationError);
		expect((failure as NodeOperationError).context.itemIndex).toBe(1);
		expect((failure as NodeOperationError).description).toContain('Resolved output');
		expect((await fabric.desk.audit({ limit: 10, kinds: ['change'] })).length).toBe(0);
	});

	it('merges the others when one waits in a review, and does not touch the review', async () => {
		await run(await resolve(snapshot('wealthbox', '1', JANE_MAIL)));
		const [first] = await resolve(snapshot('wealthbox', '1', { jobTitle: 'Partner' }, 5));
		const robert = { ...JANE_MAIL, firstName: 'Robert' };
		const event = changeEventSchema.parse(snapshot('redtail', '2', robert));
		await fabric.accept('redtail', { events: [event], cursor: null, complete: false });
		const [identity] = await fabric.resolve([event]);
		const waiting = { ...event, unifiedId: null, identity } as unknown as IDataObject;
		const failure = await run([waiting, first as IDataObject]).catch((error: unknown) => error);
		expect((failure as Error).message).toMatch(/waits for a person .*\[item 0\]/);
		expect(await fabric.desk.findEntity('wealthbox', '1')).toMatchObject({
			fields: { jobTitle: 'Partner' },
		});
		expect(await fabric.desk.deadLetters('open', 10)).toEqual([]);
		expect(await fabric.desk.reviews('open', 10)).toHaveLength(1);
	});

	it('names every item that is no change event any more', async () => {
		const failure = await run([{ a: 1 }, { b: 2 }]).catch((error: unknown) => error);
		expect((failure as Error).message).toMatch(/2 items cannot be used: \[item 0\], \[item 1\]/);
	});
});
