/** The Redtail connector. */
import type { Connector, ConnectorContext, CrmField } from '../connector';
import { configurationFailureOf } from '../rest';
import { CONTACT_FIELDS, PICKLISTS } from './catalog';
import { runChangeSource } from './changes';
import { CRM, redtailClient } from './client';
import { contacts } from './contacts';
import { deliver } from './deliver';
import { DEFAULT_FIELD_MAP, project, READ_ONLY_CANONICAL, toCanonical, udfFieldOf } from './fields';
import { isGone, readAll } from './listing';
import { DEFAULT_SETTINGS, RATE_LIMIT } from './settings';

async function describe(context: ConnectorContext): Promise<CrmField[]> {
	const client = redtailClient(context, { repeats: 2 });
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
	return [...fields, ...udfs.map(udfFieldOf)];
}

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
		},
		defaultFieldMap: DEFAULT_FIELD_MAP,
		defaultSettings: DEFAULT_SETTINGS,
		check: (context) => configurationFailureOf(CRM, () => redtailClient(context).check()),
		describe,
		runChangeSource: (context, options) => runChangeSource(context, options, parts.random),
		readAll,
		isGone,
		toCanonical,
		project,
		deliver,
		contacts,
	};
}

export const redtail = createRedtailConnector();
