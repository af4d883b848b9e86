/** The Pocket CRM connector. */
import type { Connector } from '../../../lib/connectors/connector';
import {
	capabilitiesOf,
	describeFields,
	itemToCanonical,
	projectItem,
} from '../../../lib/connectors/objects/crm-object';
import { configurationFailureOf } from '../../../lib/connectors/rest';
import { mapOfObject } from '../../../lib/model/field-map';
import { runChangeSource } from './changes';
import { CRM, pocketClient } from './client';
import { deliver } from './deliver';
import { CONTACT_FIELDS, DEFAULT_FIELD_MAP, project, refuses, toCanonical } from './fields';
import { isGone, readAll } from './listing';
import { note, OBJECT_DECLARATIONS, OBJECT_FIELD_MAP } from './objects/note';
import { contacts, records } from './records';
import { DEFAULT_SETTINGS, RATE_LIMIT } from './settings';

/** `random` is for the jitter of retries; a simulation gives its own. */
export function createPocketConnector(parts: { random?: () => number } = {}): Connector {
	return {
		kind: 'pocket',
		displayName: CRM,
		capabilities: {
			changes: 'poll',
			timeResolutionMs: 1_000,
			rateLimit: RATE_LIMIT,
			readOnlyFields: [],
			removal: { archive: false, delete: true },
			objects: capabilitiesOf(OBJECT_DECLARATIONS),
		},
		defaultFieldMap: DEFAULT_FIELD_MAP,
		objectFieldMap: OBJECT_FIELD_MAP,
		defaultSettings: DEFAULT_SETTINGS,
		check: (context) => configurationFailureOf(CRM, () => pocketClient(context).me()),
		describe: (_context, object = 'contact') =>
			Promise.resolve(object === 'contact' ? CONTACT_FIELDS : describeFields(note)),
		runChangeSource: (context, options) => runChangeSource(context, options, parts.random),
		readAll,
		isGone,
		toCanonical: (record, fieldMap, settings, object = 'contact') =>
			object === 'contact'
				? toCanonical(record, mapOfObject(fieldMap, object))
				: itemToCanonical(note, record, fieldMap, settings),
		project: (desired, fieldMap, settings, object = 'contact') =>
			object === 'contact'
				? project(desired, mapOfObject(fieldMap, object))
				: projectItem(note, desired, fieldMap, settings),
		refuses,
		deliver,
		contacts,
		records,
	};
}

export const pocket = createPocketConnector();
