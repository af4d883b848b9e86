import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NodeHelpers, NodeOperationError, type IDataObject, type INode } from 'n8n-workflow';
import { CHECKS, closeFabrics, DEFAULT_THRESHOLDS, FORMATS } from '../../../lib';
import { DataQuality } from '../../../nodes/DataQuality/DataQuality.node';
import { ruleProperties } from '../../../nodes/DataQuality/rule-properties';
import { fabricWith, JANE, JANE_MAIL, snapshot } from './events';
import { freshStorePath, nodeContext, type NodeRun } from './node-context';

async function run(
	operation: string,
	items: IDataObject[],
	parameters: IDataObject = {},
	options: Partial<NodeRun> = {},
) {
	const made = nodeContext({ parameters: { operation, ...parameters }, items, ...options });
	const [first = [], second = []] = await new DataQuality().execute.call(made.context);
	return { first, second, hints: made.hints };
}

const rules = (...list: IDataObject[]): IDataObject => ({ rules: { rules: list } });
const NO_NAME = { field: 'lastName', check: 'required', on: 'reject', message: '' };

describe('the panel', () => {
	const { description } = new DataQuality();

	it.each([
		['check', []],
		['findDuplicates', []],
		['checkEvents', ['crmFabricStoreApi']],
	])('%s needs the credentials %j and nothing else', (operation, expected) => {
		const node = {
			id: '1',
			name: 'n',
			type: 'n',
			typeVersion: 1,
			position: [0, 0],
			parameters: {},
		};
		const parameters = NodeHelpers.getNodeParameters(
			description.properties,
			{ operation },
			true,
			false,
			{ typeVersion: 1 },
			description,
		);
		const filled = { ...node, parameters: parameters ?? {} } as INode;
		expect(
			NodeHelpers.getNodeParametersIssues(description.properties, filled, description),
		).toBeNull();
		const shown = (description.credentials ?? []).filter((one) =>
			NodeHelpers.displayParameter(filled.parameters, one, filled, description),
		);
		expect(shown.map(({ name }) => name)).toEqual(expected);
	});

	it('offers what the library knows', () => {
		const valuesOf = (name: string) =>
			ruleProperties
				.find((property) => property.name === name)
				?.options?.map((option) => ('value' in option ? option.value : option.name));
		expect(valuesOf('check')?.sort()).toEqual([...CHECKS].sort());
		expect(valuesOf('format')?.sort()).toEqual([...FORMATS].sort());
		const options = description.properties.find(({ name }) => name === 'duplicateOptions')?.options;
		expect(options?.find(({ name }) => name === 'threshold')).toMatchObject({
			default: DEFAULT_THRESHOLDS.link,
		});
	});

	it('has icons and a codex', () => {
		const folder = join(__dirname, '../../../nodes/DataQuality');
		const { icon } = description;
		if (typeof icon !== 'object') throw new Error('light and dark are wanted');
		for (const path of [icon.light, icon.dark])
			expect(existsSync(join(folder, path.replace('file:', '')))).toBe(true);
		const codex = readFileSync(join(folder, 'DataQuality.node.json'), 'utf8');
		expect(JSON.parse(codex)).toMatchObject({ node: 'n8n-nodes-crm-fabric.dataQuality' });
	});
});

describe('Check and Normalise', () => {
	const LIST = [
		{ id: 1, first_name: 'JANE', last_name: "O'NEILL", email: 'Jane@X.io', state: 'maine' },
		{ id: 2, first_name: 'Bo', last_name: '', email: 'bo@gmial.com' },
	];

	it('passes what is right, in its normal form, and rejects what breaks a rule, as it came', async () => {
		const { first, second } = await run('check', LIST, rules(NO_NAME));
		expect(first).toMatchObject([
			{
				pairedItem: { item: 0 },
				json: { id: 1, first_name: 'Jane', last_name: "O'Neill", email: 'jane@x.io', state: 'ME' },
			},
		]);
		expect((first[0]?.json.quality as IDataObject).repairs).toHaveLength(4);
		expect(second).toMatchObject([
			{
				pairedItem: { item: 1 },
				json: {
					...LIST[1],
					quality: {
						ok: false,
						rejections: [{ field: 'lastName', message: 'Last Name is missing' }],
						warnings: [{ suggestion: 'bo@gmail.com' }],
					},
				},
			},
		]);
	});

	it('only checks if it is told not to normalise', async () => {
		const { first } = await run('check', LIST, { normalise: false });
		expect(first[0]?.json).toMatchObject({ ...LIST[0], quality: { ok: true, repairs: [] } });
	});

	it.each<[IDataObject, IDataObject, string]>([
		[
			{
				field: 'custom',
				customField: 'tier',
				check: 'allowed',
				values: 'Gold\nSilver\n',
				onRepairable: 'repair',
				otherwise: 'warn',
				on: 'reject',
			},
			{ tier: 'gold' },
			'r:Gold',
		],
		[
			{ field: 'taxId', check: 'pattern', pattern: '^\\d+$', on: 'warn' },
			{ ssn: 'x' },
			'w:pattern',
		],
		[
			{ field: 'lastName', check: 'length', min: 2, max: 9, on: 'reject' },
			{ last_name: 'X' },
			'x:length',
		],
		[
			{ field: 'birthDate', check: 'dateRange', earliest: '', latest: 'today-18y', on: 'warn' },
			{ dob: '2999-01-01' },
			'w:dateRange',
		],
		[
			{
				field: 'addresses.postalCode',
				check: 'format',
				format: 'postalCode',
				onRepairable: 'reject',
			},
			{ zip: 'x1' },
			'x:format',
		],
	])('rule %j on %j', async (rule, item, expected) => {
		const { first, second } = await run('check', [item], { normalise: false, ...rules(rule) });
		const [result] = [...first, ...second];
		const { warnings, rejections, repairs } = result?.json.quality as Record<string, IDataObject[]>;
		expect([
			...(warnings ?? []).map(({ check }) => `w:${String(check)}`),
			...(rejections ?? []).map(({ check }) => `x:${String(check)}`),
			...(repairs ?? []).map(({ after }) => `r:${String(after)}`),
		]).toEqual([expected]);
		expect(second).toHaveLength(expected.startsWith('x') ? 1 : 0);
	});

	it('reads the keys that the panel names', async () => {
		const parameters = {
			mappingMode: 'manual',
			mapping: { keys: [{ key: 'who.surname', field: 'lastName' }] },
			checkOptions: { country: 'gb', regions: 'name', dateOrder: 'country' },
		};
		const { first } = await run('check', [{ who: { surname: 'HALE' }, state: 'x' }], parameters);
		expect(first[0]?.json).toMatchObject({ who: { surname: 'Hale' }, state: 'x' });
	});

	it.each<[IDataObject, RegExp]>([
		[
			rules({ field: 'taxId', check: 'pattern', pattern: '(', on: 'warn' }),
			/Rule 1 \(Tax ID\): pattern: is no regular/,
		],
		[rules({ field: 'custom', customField: 'a b', check: 'required' }), /"custom.a b" is no field/],
		[{ checkOptions: { country: 'USA' } }, /country must be an ISO code/],
		[{ mappingMode: 'manual' }, /'Keys' is empty/],
		[
			{ mappingMode: 'manual', mapping: { keys: [{ key: '', field: 'lastName' }] } },
			/key 1 is not complete/,
		],
	])('says what is wrong with %j', async (parameters, message) => {
		await expect(run('check', LIST, parameters)).rejects.toThrow(message);
		await expect(run('check', LIST, parameters)).rejects.toThrow(NodeOperationError);
	});

	it('an item that cannot be read fails, or goes on as an error, and holds up no other', async () => {
		const items = [{ last_name: { odd: true } }, { last_name: 'Hale' }];
		await expect(run('check', items)).rejects.toThrow(/last_name is neither a text.*\[item 0\]/);
		const { first } = await run('check', items, {}, { continueOnFail: true });
		expect(first).toMatchObject([
			{ json: { last_name: 'Hale' }, pairedItem: { item: 1 } },
			{ json: { error: expect.stringContaining('last_name') }, pairedItem: { item: 0 } },
		]);
	});
});

describe('Find Duplicates', () => {
	const LIST = [
		{
			key: 'a',
			'First Name': 'Jane',
			'Last Name': 'Okafor',
			email: 'jane@okafor.io',
			at: '2026-01-01',
			title: '',
		},
		{
			key: 'b',
			'First Name': 'Abel',
			'Last Name': 'Quist',
			email: 'abel@quist.io',
			at: '2026-01-01',
		},
		{
			key: 'c',
			'First Name': 'Jane',
			'Last Name': 'Okafor',
			email: 'JANE@okafor.io',
			at: '2026-02-01',
			city: 'Bath',
		},
	];
	const options = { duplicateOptions: { idKey: 'key', changedKey: 'at' } };

	it('one item a group, with the master, the merged values and their sources', async () => {
		const { first, hints } = await run('findDuplicates', LIST, { returnAs: 'groups', ...options });
		expect(first).toMatchObject([
			{
				pairedItem: [{ item: 2 }, { item: 0 }],
				json: {
					group: 'D1',
					count: 2,
					confidence: 'sure',
					master: 'c',
					members: ['c', 'a'],
					merged: { lastName: 'Okafor', addresses: [{ city: 'Bath' }] },
					sources: { addresses: { from: ['c'] } },
					evidence: [{ pair: ['a', 'c'], by: 'email' }],
				},
			},
		]);
		expect(hints[0]?.message).toBe(
			'1 group of duplicates among 3 items; merging them would save 1.',
		);
	});

	it('every item with its group, as it was', async () => {
		const { first } = await run('findDuplicates', LIST, { returnAs: 'items', ...options });
		expect(first.map(({ json }) => json.duplicate)).toEqual([
			{ group: 'D1', isMaster: false, master: 'c', confidence: 'sure', count: 2 },
			{ group: null, isMaster: true, master: 'b', confidence: null, count: 1 },
			{ group: 'D1', isMaster: true, master: 'c', confidence: 'sure', count: 2 },
		]);
		expect(first.map(({ json }) => ({ ...json, duplicate: undefined }))).toEqual(LIST);
	});

	it('numbers the items if they have no IDs, and names those whose ID says nothing', async () => {
		const { first } = await run('findDuplicates', LIST, { returnAs: 'groups' });
		expect(first[0]?.json.members).toEqual(['3', '1']);
		const twice = [...LIST, LIST[0] as IDataObject, { email: 'x@x.io' }];
		await expect(run('findDuplicates', twice, options)).rejects.toThrow(/2 items cannot be used/);
	});
});

describe('Check Change Events', () => {
	let path: string;
	beforeEach(() => {
		path = freshStorePath();
	});
	afterEach(closeFabrics);

	const nameless = { ...snapshot('wealthbox', '2', { emails: JANE_MAIL.emails }) };
	const loud = snapshot('wealthbox', '1', { ...JANE, firstName: 'JANE' });
	const gone = { ...snapshot('wealthbox', '3', {}), change: 'delete' };
	const part: IDataObject = { ...snapshot('wealthbox', '4', { jobTitle: 'CFO' }), kind: 'delta' };

	it('turns what breaks a rule into dead letters, and lets everything else go on as it came', async () => {
		const fabric = await fabricWith(path, 'wealthbox');
		const events = [loud, nameless] as unknown as Parameters<typeof fabric.accept>[1]['events'];
		await fabric.accept('wealthbox', { events, cursor: null, complete: false });
		const batch = await fabric.nextEvents('wealthbox', 9);
		const { first, second } = await run(
			'checkEvents',
			[loud, nameless, gone, part],
			rules(NO_NAME),
			{
				storePath: path,
			},
		);
		expect(first.map(({ json }) => [json.crmId, json.fields])).toEqual([
			['1', loud.fields],
			['3', {}],
			['4', part.fields],
		]);
		expect(first[0]?.json.quality).toMatchObject({ repairs: [{ before: 'JANE', after: 'Jane' }] });
		const reason = 'Data Quality rejected it: Last Name is missing.';
		expect(second).toMatchObject([{ json: { quality: { reason, deadLetter: true } } }]);
		expect(await fabric.desk.deadLetters('open', 9)).toMatchObject([{ crmId: '2', reason }]);
		// The end of the execution finds it settled; the other one was merged by no node here.
		await fabric.finishEvents('wealthbox', batch?.id ?? '', { ok: true });
		expect((await fabric.desk.metrics()).inbox).toEqual(
			expect.arrayContaining([
				{ system: 'wealthbox', state: 'dead', count: 1 },
				{ system: 'wealthbox', state: 'filtered', count: 1 },
			]),
		);
	});

	it('a test item that no inbox knows is rejected without a dead letter', async () => {
		const fabric = await fabricWith(path, 'wealthbox');
		const { second } = await run('checkEvents', [nameless], rules(NO_NAME), { storePath: path });
		expect(second).toMatchObject([{ json: { quality: { deadLetter: false } } }]);
		expect(await fabric.desk.deadLetters('open', 9)).toEqual([]);
	});

	it('an item that is no change event fails with its number', async () => {
		await expect(run('checkEvents', [{ a: 1 }], {}, { storePath: path })).rejects.toThrow(
			/\[item 0\]/,
		);
	});
});
