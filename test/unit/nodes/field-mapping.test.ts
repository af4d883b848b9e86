import type { Connector, CrmField } from '../../../lib/connectors/connector';
import { redtail } from '../../../lib/connectors/redtail';
import { salesforce } from '../../../lib/connectors/salesforce';
import { wealthbox } from '../../../lib/connectors/wealthbox';
import { fieldMapSchema } from '../../../lib/model/field-map';
import { chosenFieldMap } from '../../../nodes/shared/trigger/field-map';
import {
	customKey,
	mappingFields,
	targetLabel,
} from '../../../nodes/shared/trigger/mapping-fields';
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

/** What n8n keeps in the workflow when the panel is opened and nothing is changed. */
function untouched(connector: Connector, crmFields: CrmField[] = []) {
	const shown = mappingFields(connector, crmFields, []).filter(({ removed }) => !removed);
	const value = Object.fromEntries(shown.map(({ id, defaultValue }) => [id, defaultValue]));
	return { mappingMode: 'defineBelow', value };
}

describe('field mapping of the panel', () => {
	const { functions } = new FakeTrigger();

	it.each([wealthbox, redtail, salesforce])('begins with the default map of $kind', (connector) => {
		const rows = untouched(connector);
		const map = chosenFieldMap(functions, { connector, rows, directions: [] });
		const wanted = connector.defaultFieldMap.filter(({ direction }) => direction !== 'off');
		expect(map).toHaveLength(wanted.length);
		expect(map).toEqual(expect.arrayContaining(wanted));
		expect(fieldMapSchema.parse(map)).toEqual(map);
	});

	it.each([wealthbox, redtail, salesforce])(
		'offers every preset among the choices of $kind',
		(connector) => {
			for (const { id, defaultValue, options } of mappingFields(connector, [], [])) {
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
		const rows = mappingFields(wealthbox, crmFields, []);
		expect(rows.find(({ id }) => id === 'first_name')).toMatchObject({ removed: false });
		expect(rows.find(({ id }) => id === 'nick')).toMatchObject({
			removed: true,
			options: expect.arrayContaining([{ name: 'Nickname', value: 'nickname' }]),
		});
	});

	it('can only read a read-only field', () => {
		const rows = mappingFields(wealthbox, [field('score', { readOnly: true, custom: true })], []);
		const row = rows.find(({ id }) => id === 'score');
		expect(row?.displayName).toBe('score (read only)');
		expect(row?.options?.[0]).toEqual({ name: 'Custom: score', value: 'custom.score|in' });
		const map = chosenFieldMap(functions, {
			connector: wealthbox,
			rows: { value: { score: 'custom.score|in', first_name: 'firstName', empty: '' } },
			directions: [],
		});
		expect(map).toEqual([
			{ crmField: 'score', field: 'custom.score', direction: 'in' },
			{ crmField: 'first_name', field: 'firstName', direction: 'both' },
		]);
	});

	it('brings custom fields of different CRMs together by label', () => {
		const risk = field('Risk_Tolerance__c', { label: 'Risk Tolerance', custom: true });
		const [row] = mappingFields({ defaultFieldMap: [] }, [risk], ['custom.aum']);
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
		const rows = mappingFields({ defaultFieldMap: [] }, crmFields, []);
		const values = rows.map(({ options }) => options?.map(({ value }) => value));
		expect(values).toEqual([
			['emails.primary', 'emails.personal', 'emails.work', 'emails.other', 'custom.e'],
			['emails', 'phones', 'addresses', 'tags'],
			['custom.n'],
		]);
	});

	it('lets Field Directions have the last word, in the default map too', () => {
		const map = chosenFieldMap(functions, {
			connector: salesforce,
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
			const choose = () =>
				chosenFieldMap(functions, { connector: wealthbox, rows, directions: [] });
			expect(choose).toThrow('the CRM field "first_name"');
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
});
