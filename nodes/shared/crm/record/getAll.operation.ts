import {
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeProperties,
} from 'n8n-workflow';
import { instantIn } from '../../../../lib';
import type { RecordCall, RecordOperation } from '../record-call';
import { limitOf, limitProperties } from '../../limit';
import { shownFor } from '../../shown-for';
import { recordOptions, simplifyProperty } from '../panel';
import type { CrmResource } from '../resource';
import { shown } from './shown';

/** Return All ends here: a larger book of clients is read by the trigger, page by page. */
const MAX_RECORDS = 50_000;

export const getAll: RecordOperation = {
	description: (crm, resource) =>
		shownFor(
			resource.name,
			['getAll'],
			[...limitProperties, simplifyProperty, filters(resource), recordOptions(crm, resource)],
		),

	async execute(call) {
		const { node, index, resource, context } = call;
		const records = await resource.client.list(context, {
			limit: limitOf(node, index, MAX_RECORDS),
			filters: filterValues(call),
		});
		return records.map((record) => shown(call, record));
	},
};

const INPUTS = { string: 'string', date: 'dateTime', boolean: 'boolean' } as const;

function filters({ client }: CrmResource): INodeProperties {
	const offered = client.listFilters.map(
		({ name, label, type, description }): INodeProperties => ({
			...{ displayName: label, name, type: INPUTS[type], description },
			default: type === 'boolean' ? false : '',
		}),
	);
	return {
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add Filter',
		default: {},
		options: offered.sort((a, b) => a.displayName.localeCompare(b.displayName)),
	};
}

/** n8n's date field gives local time without a zone, to be read in the workflow's own zone. */
function filterValues({ node, index, resource }: RecordCall): Record<string, string> {
	const given = node.getNodeParameter('filters', index, {}) as IDataObject;
	const dates = new Set(
		resource.client.listFilters.filter(({ type }) => type === 'date').map(({ name }) => name),
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
