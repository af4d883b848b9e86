/** The Wealthbox connector. */
import { mapOfObject } from '../../model/field-map';
import type { ObjectName } from '../../model/objects';
import type { Connector, ConnectorContext, CrmField } from '../connector';
import {
	capabilitiesOf,
	describeFields,
	itemToCanonical,
	projectItem,
} from '../objects/crm-object';
import { configurationFailureOf } from '../rest';
import { accountOf } from './account';
import { CONFIGURED_OPTIONS, CONTACT_FIELDS } from './catalog';
import { runChangeSource } from './changes';
import { CRM, wealthboxClient, type WealthboxClient } from './client';
import { contacts } from './contacts';
import { deliver } from './deliver';
import { customFieldOf, DEFAULT_FIELD_MAP, project, toCanonical } from './fields';
import { isGone, readAll } from './listing';
import { itemOf, OBJECT_DECLARATIONS, OBJECT_FIELD_MAP } from './objects';
import { asHousehold, household, untyped } from './objects/household';
import type { WealthboxItem } from './objects/wealthbox-object';
import { records } from './records';
import { DEFAULT_SETTINGS, RATE_LIMIT } from './settings';

async function describe(
	context: ConnectorContext,
	object: ObjectName = 'contact',
): Promise<CrmField[]> {
	const client = wealthboxClient(context, { repeats: 2 });
	const item = itemOf(object);
	if (item !== undefined) return describeItem(context, client, item);
	const options = new Map<string, string[]>();
	for (const [field, category] of Object.entries(CONFIGURED_OPTIONS)) {
		const rows = await client.category(category);
		options.set(
			field,
			rows.map(({ name }) => String(name)),
		);
	}
	const custom = await customFields(client, 'Contact');
	if (object === 'household') return describeFields(household, options, custom);
	const standard = CONTACT_FIELDS.map((field) => {
		const own = options.get(field.name);
		return own === undefined
			? field
			: { ...field, options: own.map((name) => ({ value: name, label: name })) };
	});
	return [...standard, ...custom];
}

async function describeItem(
	context: ConnectorContext,
	client: WealthboxClient,
	item: WealthboxItem,
): Promise<CrmField[]> {
	const options = new Map<string, string[]>();
	for (const { field, category } of item.named)
		options.set(field, await accountOf(context).namesOf(category, client, context.now()));
	const { documentType } = item;
	const custom = documentType === undefined ? [] : await customFields(client, documentType);
	return describeFields(item, options, custom);
}

async function customFields(client: WealthboxClient, documentType: string): Promise<CrmField[]> {
	const rows = await client.category('custom_fields', { document_type: documentType });
	return rows.map(customFieldOf);
}

const recordToCanonical: Connector['toCanonical'] = (record, fieldMap, settings, object) => {
	const item = itemOf(object ?? 'contact');
	return item === undefined
		? toCanonical(record, mapOfObject(fieldMap, object ?? 'contact'), settings)
		: itemToCanonical(item, record, fieldMap, settings);
};

const recordProject: Connector['project'] = (desired, fieldMap, settings, object = 'contact') => {
	const item = itemOf(object);
	if (item !== undefined) return projectItem(item, desired, fieldMap, settings);
	const own = mapOfObject(fieldMap, object);
	if (object !== 'household') return project(desired, own, settings);
	return untyped(project(asHousehold(desired), own, settings));
};

/** `random` is for the jitter of retries; a simulation gives its own. */
export function createWealthboxConnector(parts: { random?: () => number } = {}): Connector {
	return {
		kind: 'wealthbox',
		displayName: CRM,
		capabilities: {
			changes: 'poll',
			timeResolutionMs: 60_000,
			rateLimit: RATE_LIMIT,
			readOnlyFields: [],
			removal: { archive: true, delete: true },
			sharedLists: [['contact', 'household']],
			membershipCalls: 1,
			objects: capabilitiesOf(OBJECT_DECLARATIONS),
		},
		defaultFieldMap: DEFAULT_FIELD_MAP,
		objectFieldMap: OBJECT_FIELD_MAP,
		defaultSettings: DEFAULT_SETTINGS,
		check: (context) => configurationFailureOf(CRM, () => wealthboxClient(context).me()),
		describe,
		runChangeSource: (context, options) => runChangeSource(context, options, parts.random),
		readAll,
		isGone,
		toCanonical: recordToCanonical,
		project: recordProject,
		deliver,
		contacts,
		records,
	};
}

export const wealthbox = createWealthboxConnector();
