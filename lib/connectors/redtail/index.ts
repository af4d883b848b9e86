/** The Redtail connector. */
import { mapOfObject } from '../../model/field-map';
import type { ObjectName } from '../../model/objects';
import type { Connector, ConnectorContext, CrmField } from '../connector';
import {
	describeFields,
	itemToCanonical,
	projectItem,
	type ItemObject,
} from '../objects/crm-object';
import { configurationFailureOf } from '../rest';
import { CONTACT_FIELDS, PICKLISTS } from './catalog';
import { runChangeSource } from './changes';
import { CRM, redtailClient, type RedtailClient } from './client';
import { contacts } from './contacts';
import { deliver } from './deliver';
import {
	DEFAULT_FIELD_MAP,
	ownType,
	project,
	READ_ONLY_CANONICAL,
	toCanonical,
	udfFieldOf,
} from './fields';
import { isGone, readAll } from './listing';
import { MEMBERSHIP_FIELDS } from './membership';
import {
	capabilityIn,
	OBJECT_CAPABILITIES,
	OBJECT_FIELD_MAP,
	OBJECT_PICKLISTS,
	REDTAIL_OBJECTS,
} from './objects';
import { records } from './records';
import { DEFAULT_SETTINGS, RATE_LIMIT, redtailSettings } from './settings';

async function describe(
	context: ConnectorContext,
	object: ObjectName = 'contact',
): Promise<CrmField[]> {
	const client = redtailClient(context, { repeats: 2 });
	if (object !== 'contact') return describeItem(context, client, object);
	const fields: CrmField[] = [];
	for (const field of CONTACT_FIELDS) {
		const list = PICKLISTS[field.name]?.list;
		if (list === undefined) {
			fields.push(field);
			continue;
		}
		const names = (await client.list(list)).map(({ name }) => String(name));
		fields.push({ ...field, options: names.map((name) => ({ value: name, label: name })) });
	}
	const udfs = await client.list('contact_udfs');
	return [...fields, ...MEMBERSHIP_FIELDS, ...udfs.map(udfFieldOf)];
}

async function describeItem(
	context: ConnectorContext,
	client: RedtailClient,
	object: ItemObject,
): Promise<CrmField[]> {
	const options = new Map<string, readonly string[]>();
	for (const [field, { list }] of Object.entries(OBJECT_PICKLISTS[object])) {
		if (list === undefined) continue;
		const rows = await client.list(list);
		options.set(
			field,
			rows.map(({ name, code = name }) => String(code)),
		);
	}
	const { importances } = redtailSettings(context.settings);
	options.set('importance', Object.keys(importances));
	return describeFields(REDTAIL_OBJECTS[object], options);
}

const recordToCanonical: Connector['toCanonical'] = (
	record,
	fieldMap,
	settings,
	object = 'contact',
) =>
	object === 'contact'
		? toCanonical(record, mapOfObject(fieldMap, object), settings)
		: itemToCanonical(REDTAIL_OBJECTS[object], record, fieldMap, settings);

const recordProject: Connector['project'] = (desired, fieldMap, settings, object = 'contact') =>
	object === 'contact'
		? project(desired, mapOfObject(fieldMap, object), settings)
		: projectItem(REDTAIL_OBJECTS[object], desired, fieldMap, settings);

/** `random` is for the jitter of retries; a simulation gives its own. */
export function createRedtailConnector(parts: { random?: () => number } = {}): Connector {
	return {
		kind: 'redtail',
		displayName: CRM,
		capabilities: {
			changes: 'poll',
			timeResolutionMs: 1_000,
			rateLimit: RATE_LIMIT,
			readOnlyFields: READ_ONLY_CANONICAL,
			removal: { archive: true, delete: true },
			sharedLists: [['task', 'event']],
			membershipCalls: 1,
			objects: OBJECT_CAPABILITIES,
			objectIn: capabilityIn,
		},
		defaultFieldMap: DEFAULT_FIELD_MAP,
		objectFieldMap: OBJECT_FIELD_MAP,
		defaultSettings: DEFAULT_SETTINGS,
		check: (context) => configurationFailureOf(CRM, () => redtailClient(context).check()),
		describe,
		runChangeSource: (context, options) => runChangeSource(context, options, parts.random),
		readAll,
		isGone,
		toCanonical: recordToCanonical,
		project: recordProject,
		refuses: (desired, settings) =>
			ownType(desired.type, redtailSettings(settings)) === undefined
				? 'Redtail keeps households as families, not as contacts.'
				: undefined,
		deliver,
		contacts,
		records,
	};
}

export const redtail = createRedtailConnector();
