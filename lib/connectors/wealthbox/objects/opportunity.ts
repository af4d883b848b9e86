/** Opportunities (reference/wealthbox.md, section 12). */
import type { FieldValue } from '../../../model/fields';
import type { CrmRecord } from '../../connector';
import { textOf } from '../../field-codec';
import type { CrmObjectField } from '../../objects/crm-object';
import { canonicalNumber } from '../../objects/values';
import { isObject } from '../../rest';
import { wealthboxSettings } from '../settings';
import {
	client,
	EDITED_FILTERS,
	customField,
	day,
	named,
	plain,
	said,
	text,
	type NamedById,
	type WealthboxItem,
} from './wealthbox-object';

const STAGE: NamedById = {
	field: 'stage',
	nameField: 'stage_name',
	category: 'opportunity_stages',
};

function amountsOf(record: CrmRecord | null): CrmRecord[] {
	const amounts = record?.amounts;
	return Array.isArray(amounts) ? amounts.filter(isObject) : [];
}

/** The first of its amounts; the others (fees beside assets) are kept by every write. */
const amount: CrmObjectField = {
	...{ name: 'amount', label: 'Amount', type: 'number', field: 'amount' },
	read: (record) => {
		if (!Array.isArray(record.amounts)) return undefined;
		return canonicalNumber((amountsOf(record)[0]?.amount ?? null) as string | number | null);
	},
	hold: said,
};

/** Wealthbox keeps a symbol, the canonical record a code (setting `currencies`). */
const currency: CrmObjectField = {
	...{ name: 'currency', label: 'Currency', type: 'string', field: 'currency' },
	read: (record, settings) => {
		if (!Array.isArray(record.amounts)) return undefined;
		const symbol = textOf(amountsOf(record)[0]?.currency) ?? '';
		const code = wealthboxSettings(settings).currencies[symbol];
		return typeof code === 'string' ? code : symbol;
	},
	hold: (value, settings) => {
		const codes = Object.values(wealthboxSettings(settings).currencies);
		return typeof value === 'string' && codes.includes(value) ? value : undefined;
	},
	write: (value, { settings }) => {
		const own = Object.entries(wealthboxSettings(settings).currencies);
		const symbol = own.find(([, code]) => code === value)?.[0];
		return symbol === undefined ? undefined : { currency: symbol };
	},
};

const probability: CrmObjectField = {
	...{ name: 'probability', label: 'Probability (%)', type: 'number', field: 'probability' },
	hold: (value) => {
		const number = Array.isArray(value) ? null : canonicalNumber(value);
		return number === null || number < 0 || number > 100 ? undefined : Math.round(number);
	},
};

const closeDate = day('target_close', 'Target Close', 'closeDate');

export const opportunity: WealthboxItem = {
	object: 'opportunity',
	path: '/opportunities',
	key: 'opportunities',
	documentType: 'Opportunity',
	capability: {
		...{
			create: true,
			change: true,
			archive: { field: 'stage', value: 'Lost', back: '' },
			delete: true,
		},
		needs: ['name', 'stage', 'closeDate'],
	},
	lists: [{ include_closed: 'true', order: 'asc' }],
	byResource: false,
	named: [STAGE],
	listed: [],
	wanted: ['name', 'target_close', 'probability', 'stage', 'amounts'],
	fields: [
		client,
		text('name', 'Name', 'name', true),
		text('description', 'Description', 'text'),
		amount,
		currency,
		named(STAGE, 'Stage', 'stage', true),
		probability,
		{ ...closeDate, required: true, hold: (value) => said(value) },
		plain('next_step', 'Next Step'),
		plain('manager', 'Manager (User ID)', { type: 'number' }),
		plain('amounts', 'Amounts', { type: 'list' }),
		plain('visible_to', 'Visible To'),
		plain('creator', 'Creator (User ID)', { type: 'number', readOnly: true }),
		plain('created_at', 'Created At', { type: 'datetime', readOnly: true }),
		plain('updated_at', 'Updated At', { type: 'datetime', readOnly: true }),
	],
	customField,
	/** Wealthbox wants a probability and an amount of every opportunity (docs, section 12). */
	assemble: (body, { settings, current }) => {
		const { amount: sum, currency: symbol, ...rest } = body;
		const whole = current === null ? { probability: 0, ...rest } : rest;
		const isNeeded = sum !== undefined || symbol !== undefined || current === null;
		if (!isNeeded || rest.amounts !== undefined) return whole;
		const [first, ...others] = amountsOf(current);
		const main = {
			...(first ?? { currency: '$', kind: wealthboxSettings(settings).amountKind, amount: 0 }),
			...(symbol === undefined ? {} : { currency: symbol }),
			...(sum === undefined ? {} : { amount: sum }),
		};
		return { ...whole, amounts: [main, ...others].map(asSent) };
	},
	matchFields: [],
	listFilters: [
		{
			name: 'resource_id',
			label: 'Contact ID',
			type: 'string',
			description: 'Only opportunities of this contact',
		},
		{
			name: 'include_closed',
			label: 'Include Closed',
			type: 'boolean',
			description: 'Whether to list won and lost opportunities, too',
		},
		...EDITED_FILTERS,
		{
			name: 'order',
			label: 'Order',
			type: 'string',
			description: 'One of: asc, desc, recent, created',
		},
	],
};

/** Read as a text, with a currency sign at times; written as a number. */
function asSent({ amount: raw, currency: symbol, kind }: CrmRecord): CrmRecord {
	const held = raw as FieldValue;
	return { amount: Array.isArray(held) ? 0 : (canonicalNumber(held) ?? 0), currency: symbol, kind };
}
