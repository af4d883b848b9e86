/** The Wealthbox connector. */
import type { Connector, ConnectorContext, CrmField } from '../connector';
import { configurationFailureOf } from '../rest';
import { CONFIGURED_OPTIONS, CONTACT_FIELDS } from './catalog';
import { runChangeSource } from './changes';
import { CRM, wealthboxClient } from './client';
import { contacts } from './contacts';
import { deliver } from './deliver';
import { customFieldOf, DEFAULT_FIELD_MAP, project, toCanonical } from './fields';
import { isGone, readAll } from './listing';
import { DEFAULT_SETTINGS, RATE_LIMIT } from './settings';

async function describe(context: ConnectorContext): Promise<CrmField[]> {
	const client = wealthboxClient(context, { repeats: 2 });
	const options = new Map<string, CrmField['options']>();
	for (const [field, category] of Object.entries(CONFIGURED_OPTIONS)) {
		const rows = await client.category(category);
		const names = rows.map(({ name }) => String(name));
		options.set(
			field,
			names.map((name) => ({ value: name, label: name })),
		);
	}
	const custom = await client.category('custom_fields', { document_type: 'Contact' });
	const standard = CONTACT_FIELDS.map((field) => {
		const own = options.get(field.name);
		return own === undefined ? field : { ...field, options: own };
	});
	return [...standard, ...custom.map(customFieldOf)];
}

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
		},
		defaultFieldMap: DEFAULT_FIELD_MAP,
		defaultSettings: DEFAULT_SETTINGS,
		check: (context) => configurationFailureOf(CRM, () => wealthboxClient(context).me()),
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

export const wealthbox = createWealthboxConnector();
