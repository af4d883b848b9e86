import {
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeProperties,
} from 'n8n-workflow';
import { instantIn } from '../../../../lib';
import { type ContactCall, type ContactOperation, type Crm } from '../crm';
import { shownFor } from '../../shown-for';
import { contactOptions, simplifyProperty } from '../panel';
import { simplify } from '../simplify';

/** Return All ends here: a larger book of clients is read by the trigger, page by page. */
const MAX_CONTACTS = 50_000;

export const getAll: ContactOperation = {
	description: (crm) =>
		shownFor(
			'contact',
			['getAll'],
			[returnAll, limit, simplifyProperty, filters(crm), contactOptions(crm)],
		),

	async execute(call) {
		const { node, index, crm, context } = call;
		const all = node.getNodeParameter('returnAll', index, false) as boolean;
		const records = await crm.connector.contacts.list(context, {
			limit: all ? MAX_CONTACTS : (node.getNodeParameter('limit', index, 50) as number),
			filters: filterValues(call),
		});
		const simple = node.getNodeParameter('simplify', index, true) as boolean;
		return records.map((record) =>
			simple ? simplify(crm, context, record) : (record as IDataObject),
		);
	},
};

const returnAll: INodeProperties = {
	displayName: 'Return All',
	name: 'returnAll',
	type: 'boolean',
	default: false,
	description: 'Whether to return all results or only up to a given limit',
};

const limit: INodeProperties = {
	displayName: 'Limit',
	name: 'limit',
	type: 'number',
	typeOptions: { minValue: 1 },
	displayOptions: { show: { returnAll: [false] } },
	default: 50,
	description: 'Max number of results to return',
};

const INPUTS = { string: 'string', date: 'dateTime', boolean: 'boolean' } as const;

function filters({ connector }: Crm): INodeProperties {
	const offered = connector.contacts.listFilters.map(
		({ name, label, type, description }): INodeProperties => ({
			...{ displayName: label, name, type: INPUTS[type], description },
			default: type === 'boolean' ? false : '',
		}),
	);
	return {
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add filter',
		default: {},
		options: offered.sort((a, b) => a.displayName.localeCompare(b.displayName)),
	};
}

/** n8n's date field gives local time without a zone, to be read in the workflow's own zone. */
function filterValues({ node, index, crm }: ContactCall): Record<string, string> {
	const given = node.getNodeParameter('filters', index, {}) as IDataObject;
	const dates = new Set(
		crm.connector.contacts.listFilters
			.filter(({ type }) => type === 'date')
			.map(({ name }) => name),
	);
	const values: Record<string, string> = {};
	for (const [name, value] of Object.entries(given)) {
		if (value === undefined || value === null || value === '') continue;
		values[name] = dates.has(name) ? instantOf(node, index, value) : String(value);
	}
	return values;
}

function instantOf(node: IExecuteFunctions, itemIndex: number, value: unknown): string {
	const text = value instanceof Date ? value.toISOString() : String(value);
	const instant = instantIn(node.getTimezone(), text);
	if (instant !== undefined) return instant;
	throw new NodeOperationError(
		node.getNode(),
		`A date in 'Filters' cannot be read [item ${itemIndex}]`,
		{
			itemIndex,
			description: 'Enter it as 2026-11-22 or 2026-11-22T08:00:00Z.',
		},
	);
}
