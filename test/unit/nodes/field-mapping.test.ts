import type { Connector, CrmField } from '../../../lib/connectors/connector';
import { redtail } from '../../../lib/connectors/redtail';
import { salesforce } from '../../../lib/connectors/salesforce';
import { wealthbox } from '../../../lib/connectors/wealthbox';
import { fieldMapSchema, type FieldMap } from '../../../lib/model/field-map';
import type { ObjectName } from '../../../lib/model/objects';
import { TRANSFORM_KINDS, transformSchema } from '../../../lib/model/transform';
import {
	chosenFieldMap,
	defaultMap,
	type FieldMapChoice,
} from '../../../nodes/shared/trigger/field-map';
import { formChoices } from '../../../nodes/shared/mapping/forms';
import { mapperRows, type RowsAsked } from '../../../nodes/shared/mapping/rows';
import { customKey, targetLabel } from '../../../nodes/shared/mapping/targets';
import { FakeTrigger } from './fake-trigger';

const field = (name: string, more: Partial<CrmField> = {}): CrmField => ({
	name,
	label: name,
	type: 'string',
	readOnly: false,
	required: false,
	custom: false,
	...more,
});

const rowsOf = (connector: Pick<Connector, 'defaultFieldMap'>, more: Partial<RowsAsked> = {}) =>
	mapperRows({
		...{ object: 'contact', map: connector.defaultFieldMap, crmFields: [], otherCustomFields: [] },
		...more,
	});

/** What n8n keeps in the workflow when the panel is opened and nothing is changed. */
function untouched(rows: ReturnType<typeof mapperRows>) {
	const shown = rows.filter(({ removed }) => !removed);
	const value = Object.fromEntries(shown.map(({ id, defaultValue }) => [id, defaultValue]));
	return { mappingMode: 'defineBelow', value };
}

describe('field mapping of the panel', () => {
	const { functions } = new FakeTrigger();
	const choose = (connector: Connector, contact: unknown, more: Partial<FieldMapChoice> = {}) =>
		chosenFieldMap(functions, {
			...{ connector, objects: ['contact'], directions: [], forms: [] },
			rows: new Map(contact === undefined ? [] : [['contact', contact]]),
			...more,
		});

	it.each([wealthbox, redtail, salesforce])('begins with the default map of $kind', (connector) => {
		const map = choose(connector, untouched(rowsOf(connector)));
		const wanted = connector.defaultFieldMap.filter(({ direction }) => direction !== 'off');
		expect(map).toHaveLength(wanted.length);
		expect(map).toEqual(expect.arrayContaining(wanted));
		expect(fieldMapSchema.parse(map)).toEqual(map);
	});

	it.each([wealthbox, redtail, salesforce])(
		'offers every preset among the choices of $kind',
		(connector) => {
			for (const { id, defaultValue, options } of rowsOf(connector)) {
				if (defaultValue === undefined) continue;
				expect({ id, values: options?.map(({ value }) => value) }).toEqual({
					id,
					values: expect.arrayContaining([defaultValue]),
				});
			}
		},
	);

	it('shows what the CRM has beside the default map as fields that can be added', () => {
		const crmFields = [field('first_name'), field('nick', { suggestedField: 'nickname' })];
		const rows = rowsOf(wealthbox, { crmFields });
		expect(rows.find(({ id }) => id === 'first_name')).toMatchObject({ removed: false });
		expect(rows.find(({ id }) => id === 'nick')).toMatchObject({
			removed: true,
			options: expect.arrayContaining([{ name: 'Nickname', value: 'nickname' }]),
		});
	});

	it('can only read a read-only field', () => {
		const rows = rowsOf(wealthbox, {
			crmFields: [field('score', { readOnly: true, custom: true })],
		});
		const row = rows.find(({ id }) => id === 'score');
		expect(row?.displayName).toBe('score (read only)');
		expect(row?.options?.[0]).toEqual({ name: 'Custom: score', value: 'custom.score|in' });
		const value = { score: 'custom.score|in', first_name: 'firstName', empty: '' };
		const map = choose(wealthbox, { value });
		expect(map).toEqual([
			{ crmField: 'score', field: 'custom.score', direction: 'in' },
			{ crmField: 'first_name', field: 'firstName', direction: 'both' },
		]);
	});

	it('brings custom fields of different CRMs together by label', () => {
		const risk = field('Risk_Tolerance__c', { label: 'Risk Tolerance', custom: true });
		const [row] = rowsOf(
			{ defaultFieldMap: [] },
			{ crmFields: [risk], otherCustomFields: ['custom.aum'] },
		);
		expect(row?.options?.slice(0, 2)).toEqual([
			{ name: 'Custom: riskTolerance', value: 'custom.riskTolerance' },
			{ name: 'Custom: aum', value: 'custom.aum' },
		]);
		expect(customKey('RISK  tolerance')).toBe('riskTolerance');
		expect(customKey('Größe (%)')).toBe('groE');
		expect(customKey('%')).toBe('field');
	});

	it('offers what fits the type of the field', () => {
		const crmFields = [
			field('e', { type: 'email' }),
			field('l', { type: 'list' }),
			field('n', { type: 'number' }),
		];
		const rows = rowsOf({ defaultFieldMap: [] }, { crmFields });
		const values = rows.map(({ options }) => options?.map(({ value }) => value));
		expect(values).toEqual([
			['emails.primary', 'emails.personal', 'emails.work', 'emails.other', 'custom.e'],
			['emails', 'phones', 'addresses', 'tags'],
			['custom.n'],
		]);
	});

	it('lets Field Directions have the last word, in the default map too', () => {
		const map = choose(salesforce, undefined, {
			directions: [
				{ crmField: 'Title', direction: 'in' },
				{ crmField: 'Suffix', direction: 'both' },
			],
		});
		expect(map).toContainEqual({ field: 'jobTitle', crmField: 'Title', direction: 'in' });
		expect(map).toContainEqual({ field: 'suffix', crmField: 'Suffix', direction: 'both' });
		expect(map).toHaveLength(salesforce.defaultFieldMap.length);
	});

	it.each(['surname', 'firstName|sideways', 'custom.', 'phones.|'])(
		'refuses the target "%s"',
		(target) => {
			const rows = { value: { first_name: target } };
			expect(() => choose(wealthbox, rows)).toThrow('the CRM field "first_name"');
		},
	);

	it('labels slots and custom fields for people', () => {
		expect(['phones.work#2', 'emails.primary', 'jobTitle', 'custom.aum'].map(targetLabel)).toEqual([
			'Phones: Work 2',
			'E-mails: Primary',
			'Job Title',
			'Custom: aum',
		]);
	});

	const OBJECTS = ['contact', 'household', 'opportunity', 'note', 'task', 'event'] as const;

	describe.each([wealthbox, redtail, salesforce])(
		'objects of $kind beside contacts',
		(connector) => {
			const own = OBJECTS.filter((object) => object !== 'contact');
			const chosen = { objects: OBJECTS, rows: new Map<ObjectName, unknown>() };
			const mapper = (object: ObjectName) =>
				rowsOf(connector, { object, map: defaultMap(connector, object, OBJECTS) });

			it.each(own)('%s begins with its default map', (object) => {
				const byDefault = choose(connector, undefined, chosen);
				const rows = new Map<ObjectName, unknown>([[object, untouched(mapper(object))]]);
				const map = choose(connector, undefined, { ...chosen, rows });
				const used = (all: FieldMap) => all.filter(({ direction }) => direction !== 'off');
				expect(used(map)).toHaveLength(used(byDefault).length);
				expect(map).toEqual(expect.arrayContaining(used(byDefault)));
			});

			it('keeps the link to the household when contacts are mapped field by field', () => {
				const byDefault = choose(connector, undefined, chosen);
				const links = byDefault.filter(({ field }) => field.startsWith('household'));
				expect(links).not.toEqual([]);
				const rows = new Map<ObjectName, unknown>([['contact', untouched(rowsOf(connector))]]);
				expect(choose(connector, undefined, { ...chosen, rows })).toEqual(
					expect.arrayContaining(links),
				);
			});

			it.each(own.filter((object) => object !== 'household'))(
				'does not let %s lose its client',
				(object) => {
					const [client] = mapper(object).filter(({ required }) => required);
					const value = { ...untouched(mapper(object)).value };
					delete value[client?.id ?? ''];
					const rows = new Map<ObjectName, unknown>([[object, { value }]]);
					expect(() => choose(connector, undefined, { ...chosen, rows })).toThrow(
						`does not say whose each ${object} is`,
					);
				},
			);
		},
	);

	it('offers an object the fields that it has, and no links', () => {
		const text = rowsOf(wealthbox, {
			...{ object: 'task', map: [], crmFields: [field('x'), field('n', { type: 'number' })] },
		});
		const values = text.map(({ options }) => options?.map(({ value }) => value));
		expect(values).toEqual([
			expect.arrayContaining(['subject', 'text', 'priority', 'custom.x']),
			['custom.n'],
		]);
		expect(values.flat()).not.toContain('client');
	});

	it('gives a direction to a field of any object by its key', () => {
		const map = choose(wealthbox, undefined, {
			objects: ['contact', 'task'],
			directions: [{ crmField: 'task:name', direction: 'in' }],
		});
		expect(map).toContainEqual(
			expect.objectContaining({ object: 'task', crmField: 'name', direction: 'in' }),
		);
		expect(map.filter(({ object, direction }) => !object && direction === 'in')).toHaveLength(
			wealthbox.defaultFieldMap.filter(({ direction }) => direction === 'in').length,
		);
	});

	describe('suggestions and what is in force', () => {
		const hint = { field: 'custom.tier', confidence: 0.87, reasons: ['name 80 % alike'] };

		it('shows a suggestion with its confidence and reasons, and maps nothing by it', () => {
			const [row] = rowsOf(
				{ defaultFieldMap: [] },
				{ crmFields: [field('c41', { label: 'Level' })], hints: new Map([['c41', hint]]) },
			);
			expect(row).toMatchObject({
				...{ displayName: 'Level (likely Custom: tier)', removed: true },
				...{ defaultValue: 'custom.tier' },
			});
			expect(row?.options?.[0]).toEqual({
				...{ name: 'Custom: tier (suggested, 87 %)', value: 'custom.tier' },
				description: 'Name 80 % alike.',
			});
		});

		it('shows what counts where something else was saved than the panel says', () => {
			const saved: FieldMap = [{ field: 'category', crmField: 'c41', direction: 'both' }];
			const [row] = rowsOf(
				{ defaultFieldMap: saved },
				{
					...{ crmFields: [field('c41')], versionLabel: 'version 3, Robin, 2026-11-22' },
					inForce: new Map([['c41', saved]]),
				},
			);
			expect(row?.displayName).toBe('c41 (in force: Category)');
			expect(row?.options?.map(({ name }) => name)).toContain(
				'Category (in force: version 3, Robin, 2026-11-22)',
			);
			const [gone] = rowsOf(
				{ defaultFieldMap: [] },
				{ crmFields: [field('c41')], inForce: new Map([['c41', []]]) },
			);
			expect(gone?.displayName).toBe('c41 (in force: not synced)');
		});
	});

	describe('Value Forms', () => {
		const node = functions.getNode();
		const forms = (...field_: Array<Record<string, unknown>>) =>
			formChoices(node, { field: field_ });

		it('takes an entry that was left as it is for the defaults of its kind', () => {
			for (const kind of TRANSFORM_KINDS) {
				const [form] = forms({ crmField: 'x', kind });
				expect(form?.transform).toEqual(transformSchema.parse({ kind }));
			}
		});

		it('reads a value table, and gives it to its field', () => {
			const row = [{ canonical: 'Gold', crm: 'A' }];
			const choices = forms(
				{ crmField: '' },
				{ crmField: 'status', kind: 'picklist', picklistValues: { row }, picklistUnknown: 'omit' },
			);
			const map = choose(wealthbox, undefined, { forms: choices });
			expect(map.filter(({ transform }) => transform !== undefined)).toEqual([
				expect.objectContaining({
					...{ crmField: 'status', field: 'status' },
					transform: { kind: 'picklist', values: row, unknown: 'omit' },
				}),
			]);
		});

		it('reads words with commas between them, and numbers that mean none', () => {
			const [yes] = forms({ crmField: 'x', kind: 'boolean', booleanTrueWords: ' Ja, J ,' });
			expect(yes?.transform).toMatchObject({ trueWords: ['Ja', 'J'] });
			const [text] = forms({ crmField: 'x', kind: 'text', textMaxLength: 0 });
			expect(text?.transform).toEqual({ kind: 'text', trim: true });
			const [number] = forms({ crmField: 'x', kind: 'number', numberDecimals: -1 });
			expect(number?.transform).not.toHaveProperty('decimals');
			const [money] = forms({ crmField: 'x', kind: 'money', moneySymbol: '' });
			expect(money?.transform).toMatchObject({ symbol: '' });
		});

		it('names the entry and the setting that cannot be used', () => {
			const wrong = { crmField: 'birth_date', kind: 'date', dateZone: 'Mars/Olympus' };
			expect(() => forms(wrong)).toThrow(
				'\'Value Forms\' of "birth_date" cannot be used: Time Zone',
			);
		});
	});
});
