/** Mapping operations of the CRM Fabric node, on a store of their own. */
import { closeFabrics } from '../../../lib';
import type { CrmField } from '../../../lib/connectors/connector';
import type { FieldMap } from '../../../lib/model/field-map';
import { Desk } from './desk';
import { JANE_MAIL, snapshot } from './events';

const WEALTHBOX = { system: 'wealthbox', mappingObject: 'contact' };
const ASKED = { system: 'wealthbox', object: 'contact' as const };

const field = (name: string, more: Partial<CrmField> = {}): CrmField => ({
	...{ name, label: name, type: 'string', readOnly: false, required: false, custom: false },
	...more,
});
const options = (...values: string[]) => values.map((value) => ({ value, label: value }));

describe('CRM Fabric, Mapping', () => {
	let desk: Desk;
	let fields: CrmField[];
	let map: FieldMap;

	beforeEach(async () => {
		desk = await Desk.open();
		({ map } = (await desk.fabric.mappings.get(ASKED)).version);
		fields = [
			...map.map(({ crmField }) => field(crmField)),
			field('custom_fields.41', {
				label: 'Risk Tolerance',
				custom: true,
				type: 'options',
				options: options('Low', 'High'),
			}),
			field('custom_fields.42', { custom: true }),
			field('custom_fields.43', { custom: true }),
			field('score', { readOnly: true, type: 'number' }),
		];
		await desk.fabric.mappings.observe(ASKED, fields);
	});
	afterEach(closeFabrics);

	const risk = {
		field: 'custom.riskTolerance',
		crmField: 'custom_fields.41',
		direction: 'both' as const,
	};
	const save = async (next: unknown, more = {}) =>
		await desk.run('mapping', 'save', { ...WEALTHBOX, map: next, ...more });

	/** The trigger starts with this mapping in its panel. */
	const publish = async (fieldMap: FieldMap) => {
		const [known] = (await desk.fabric.systems()).filter(({ name }) => name === 'wealthbox');
		if (known === undefined) throw new Error('No system.');
		const { name, connector, priority, settings, creates, gonePolicy } = known;
		const registration = { name, connector, priority, settings, creates, gonePolicy };
		return await desk.fabric.registerSystem({ ...registration, fieldMap });
	};

	it('gets the mapping that the trigger gave, and saves a version of it', async () => {
		const { rows } = await desk.run('mapping', 'get', WEALTHBOX);
		expect(rows).toMatchObject([{ system: 'wealthbox', version: 1, origin: 'panel', drifts: [] }]);
		const more = { note: 'Risk', requestedBy: 'Robin' };
		const saved = await save(JSON.stringify([...map, risk]), more);
		expect(saved.rows).toMatchObject([
			{ version: 2, origin: 'desk', note: 'Risk', savedBy: 'Robin' },
		]);
		const [system] = (await desk.fabric.systems()).filter(({ name }) => name === 'wealthbox');
		expect(system?.fieldMap).toContainEqual(risk);
	});

	it('keeps what was saved when the trigger starts again, and when another row of its panel changes', async () => {
		await save([...map, risk], { requestedBy: 'Robin' });
		const again = await publish(map);
		expect(again.fieldMap).toContainEqual(risk);
		const panel = map.slice(1);
		const changed = await publish(panel);
		expect(changed).toMatchObject({ fieldMap: [...panel, risk], replaced: [] });
		const { rows } = await desk.run('mapping', 'listVersions', { ...WEALTHBOX, returnAll: true });
		expect(rows.map(({ version, origin }) => [version, origin])).toEqual([
			[3, 'panel'],
			[2, 'desk'],
			[1, 'panel'],
		]);
	});

	it('says whose row a panel has replaced, and shows what counts beside a panel', async () => {
		const [first = risk, ...others] = map;
		const elsewhere = { ...first, field: 'custom.a' };
		await save([elsewhere, ...others], { requestedBy: 'Robin', note: 'As agreed' });
		const shown = await desk.run('mapping', 'get', WEALTHBOX);
		expect(shown.rows[0]?.panel).toMatchObject({
			isInForce: false,
			note: expect.stringContaining('saved by Robin on'),
			differences: [{ crmField: first.crmField, panel: [first], inForce: [elsewhere] }],
		});
		const panel = [{ ...first, field: 'custom.b' }, ...others];
		const { replaced, fieldMap } = await publish(panel);
		expect(fieldMap).toEqual(panel);
		expect(replaced).toEqual([expect.stringContaining('version 2 of the mapping (Contact)')]);
		const after = await desk.run('mapping', 'get', WEALTHBOX);
		expect(after.rows).toMatchObject([
			{ version: 3, origin: 'panel', note: replaced[0], panel: { isInForce: true, note: null } },
		]);
		expect((await publish(panel)).replaced).toEqual([]);
	});

	describe('chosen row by row', () => {
		const below = { ...WEALTHBOX, mapFrom: 'below' };
		const rows = async (parameters: Record<string, unknown> = WEALTHBOX) =>
			await desk.node.methods.resourceMapping.getMappingRows.call(desk.loadOptions(parameters));
		const untouched = async () => {
			const shown = (await rows()).fields.filter(({ removed }) => !removed);
			return Object.fromEntries(shown.map(({ id, defaultValue }) => [id, defaultValue]));
		};

		it('begins with what is in force, and saves what is changed', async () => {
			await save([...map, { ...risk, direction: 'out' }]);
			const value = await untouched();
			expect(value['custom_fields.41']).toBe('custom.riskTolerance|out');
			const same = await desk.run('mapping', 'save', { ...below, mapRows: { value } });
			const used = [...map, { ...risk, direction: 'out' }].filter((one) => one.direction !== 'off');
			expect(same.rows[0]?.map).toHaveLength(used.length);
			expect(same.rows[0]?.map).toEqual(expect.arrayContaining(used));
			const parameters = {
				...{ ...below, mapRows: { value: { ...value, 'custom_fields.42': 'custom.aum' } } },
				fieldDirections: { field: [{ crmField: 'custom_fields.42', direction: 'in' }] },
				valueForms: { field: [{ crmField: 'custom_fields.42', kind: 'money' }] },
			};
			const changed = await desk.run('mapping', 'save', parameters);
			expect(changed.rows[0]?.map).toContainEqual(
				expect.objectContaining({
					...{ field: 'custom.aum', crmField: 'custom_fields.42', direction: 'in' },
					transform: expect.objectContaining({ kind: 'money', crm: 'text' }),
				}),
			);
			// A form that was saved stays with its row.
			const again = await desk.run('mapping', 'save', { ...parameters, valueForms: {} });
			expect(again.rows[0]?.map).toEqual(changed.rows[0]?.map);
		});

		it('says what to do where nothing is known yet', async () => {
			expect(await rows({ ...WEALTHBOX, system: '' })).toMatchObject({ fields: [] });
			const task = await rows({ system: 'wealthbox', mappingObject: 'task' });
			expect(task).toEqual({
				fields: [],
				emptyFieldsNotice: expect.stringContaining('Choose the object in its trigger'),
			});
			await expect(desk.run('mapping', 'save', { ...below, mapRows: {} })).rejects.toThrow(
				"'Fields' maps no field",
			);
		});

		it('lists the fields for directions and forms', async () => {
			const { getMappedFields } = desk.node.methods.loadOptions;
			const options = await getMappedFields.call(desk.loadOptions(WEALTHBOX));
			expect(options).toContainEqual({
				...{ name: 'Risk Tolerance', value: 'custom_fields.41', description: 'custom_fields.41' },
			});
		});
	});

	it('notes in the audit trail that a panel was published with another mapping', async () => {
		const audited = async () =>
			(await desk.fabric.desk.audit({ limit: 20 })).filter(({ kind }) => kind === 'mapping');
		await publish(map);
		expect(await audited()).toEqual([]);
		await publish(map.slice(1));
		expect(await audited()).toMatchObject([
			{ system: 'wealthbox', object: 'contact', detail: { version: 2, origin: 'panel' } },
		]);
		await publish(map.slice(1));
		expect(await audited()).toHaveLength(1);
	});

	describe('a transform, when the panel is published', () => {
		const transform = {
			kind: 'picklist' as const,
			values: [{ canonical: 'High', crm: 'Bold' }],
			unknown: 'keep' as const,
		};
		const moved = { ...risk, crmField: 'custom_fields.42' };
		const published = async (panel: FieldMap) => {
			await publish(panel);
			return (await desk.fabric.mappings.get(ASKED)).version.map;
		};

		beforeEach(async () => {
			await publish([...map, risk]);
			await save([...map, { ...risk, transform }]);
		});

		it('goes with a field that is mapped anew', async () => {
			expect(await published([...map, moved])).toContainEqual({ ...moved, transform });
			expect(await published([...map, moved])).toContainEqual({ ...moved, transform });
		});

		it('goes nowhere when it could be meant for several', async () => {
			const second = { ...risk, crmField: 'custom_fields.43', direction: 'out' as const };
			expect(await published([...map, moved, second])).toEqual([...map, moved, second]);
		});

		it('stays with its own row when another is added', async () => {
			const second = { ...moved, direction: 'out' as const };
			const after = await published([...map, risk, second]);
			expect(after).toEqual([...map, { ...risk, transform }, second]);
		});
	});

	it('returns to an older version as a new one', async () => {
		await save([...map, risk]);
		const { rows } = await desk.run('mapping', 'restore', { ...WEALTHBOX, version: 1 });
		expect(rows).toMatchObject([{ version: 3, origin: 'restore', map }]);
		await expect(desk.run('mapping', 'restore', { ...WEALTHBOX, version: 9 })).rejects.toThrow(
			'has no version 9',
		);
	});

	it('refuses a mapping with errors, unless it is forced', async () => {
		const wrong = [...map, { ...risk, crmField: 'custom_fields.99' }];
		await expect(save(wrong)).rejects.toThrow('The mapping cannot be saved as it is');
		expect((await save(wrong, { force: true })).rows).toMatchObject([{ version: 2 }]);
		await expect(save([{ field: 1 }])).rejects.toThrow(
			"'Mapping' cannot be read at 0.field [item 0]",
		);
	});

	it('validates both ways, and shows values only in its output', async () => {
		const fields_ = { ...JANE_MAIL, jobTitle: 'Vice President of Everything' };
		await desk.merge(snapshot('wealthbox', '1', fields_));
		const short = { kind: 'text', maxLength: 4 };
		const next = [
			...map.map((one) => (one.field === 'jobTitle' ? { ...one, transform: short } : one)),
			{ ...risk, crmField: 'score' },
			{ ...risk, field: 'custom.other', crmField: 'nowhere' },
		];
		const { rows } = await desk.run('mapping', 'validate', { ...WEALTHBOX, map: next });
		expect(rows).toMatchObject([{ system: 'wealthbox', canBeSaved: false }]);
		const problems = rows[0]?.problems as Array<Record<string, unknown>>;
		expect(problems.map(({ kind, field: of }) => [kind, of])).toEqual(
			expect.arrayContaining([
				['readOnly', 'custom.riskTolerance'],
				['unknownField', 'custom.other'],
				['lossy', 'jobTitle'],
			]),
		);
		const lossy = problems.find(({ kind }) => kind === 'lossy');
		expect(lossy).toMatchObject({ count: 1, samples: [{ comesBack: 'Vice' }] });
		expect(problems.map(({ sentence }) => sentence).join()).not.toContain('Vice');
	});

	it('suggests what a custom field may stand for, by its name', async () => {
		const redtail = { system: 'redtail', object: 'contact' as const };
		const other = (await desk.fabric.mappings.get(redtail)).version.map;
		const named = {
			field: 'custom.riskTolerance',
			crmField: 'udfs.12',
			direction: 'both' as const,
		};
		await desk.fabric.mappings.save({ ...redtail, map: [...other, named] });
		const { rows } = await desk.run('mapping', 'suggest', { ...WEALTHBOX, compareRecords: false });
		expect(rows).toMatchObject([
			{ crmField: 'custom_fields.41', field: 'custom.riskTolerance', confidence: 0.9 },
		]);
		expect(rows[0]?.reasons).toContain('name 100 % alike');
	});

	it('reports drifts of one system or of all', async () => {
		await save([...map, risk]);
		const without = fields.filter(({ name }) => name !== 'custom_fields.41');
		await desk.fabric.mappings.observe(ASKED, without);
		for (const system of ['', 'wealthbox']) {
			const { rows } = await desk.run('mapping', 'reportDrift', { system });
			expect(rows).toMatchObject([
				{ kind: 'vanished', crmField: 'custom_fields.41', fields: ['custom.riskTolerance'] },
			]);
		}
		const { rows } = await desk.run('mapping', 'reportDrift', { system: 'redtail' });
		expect(rows).toEqual([]);
	});
});
