/** The Salesforce connector: contacts over REST, changes over Change Data Capture. */
import { isEmpty } from '../../model/canonical';
import {
	ConfigurationFailure,
	CrmError,
	type Connector,
	type ConnectorContext,
} from '../connector';
import { capabilitiesOf, defaultMapOf, itemToCanonical, projectItem } from '../objects/crm-object';
import type { FieldMapping } from '../../model/field-map';
import { runChangeSource } from './changes';
import { connect, OBJECT } from './client';
import { contacts } from './contacts';
import { deliver } from './deliver';
import { deliverMany, manyCalls } from './deliver-many';
import { describe } from './describe';
import { defaultFieldMap, project, toCanonical } from './fields';
import { isGone, readAll } from './listing';
import { HOUSEHOLD_ACCOUNT, RELATION_ROLE } from './household-account';
import { withItems } from './items/changes';
import { records } from './items/records';
import { ITEMS, itemOf } from './objects';
import { runQuery } from './queries';
import { defaultSettings } from './settings';

/** One query shows that the address, the API version and the right to read contacts are in order. */
async function check(context: ConnectorContext): Promise<void> {
	const connection = connect(context, { priority: 'live' });
	try {
		await runQuery(connection, `SELECT Id FROM ${OBJECT} LIMIT 1`, 1);
	} catch (error) {
		if (!(error instanceof CrmError) || error.status !== 404) throw error;
		throw new ConfigurationFailure(
			`Salesforce does not offer API version ${connection.version} at this address`,
			'Check the instance URL (My Domain) of the credential, and choose a version that the org offers.',
		);
	}
}

/** By its own account, or where the org has it so by its relation to one: household-model.ts. */
const MEMBERSHIP: FieldMapping[] = [
	{ object: 'contact', field: 'household', crmField: HOUSEHOLD_ACCOUNT, direction: 'both' },
	{ object: 'contact', field: 'householdRole', crmField: RELATION_ROLE, direction: 'both' },
];

export const salesforce: Connector = {
	kind: 'salesforce',
	displayName: 'Salesforce',
	capabilities: {
		changes: 'stream',
		// Change events carry milliseconds, records read over REST whole seconds.
		timeResolutionMs: 1_000,
		// Salesforce limits an org's calls in 24 h, by edition and licences; it reports the count with
		// every answer, and the client pauses by that (setting apiUsageCeilingPercent).
		rateLimit: null,
		writeCalls: { create: 1, update: 2, ...manyCalls },
		readOnlyFields: ['companyName'],
		removal: { archive: true, delete: true },
		objects: capabilitiesOf(ITEMS),
	},
	defaultFieldMap,
	defaultSettings,
	check,
	describe,
	objectFieldMap: [...defaultMapOf(ITEMS), ...MEMBERSHIP],
	runChangeSource: withItems(runChangeSource),
	readAll,
	isGone,
	toCanonical: (record, fieldMap, settings, object = 'contact') =>
		object === 'contact'
			? toCanonical(record, fieldMap, settings)
			: itemToCanonical(itemOf(object, settings), record, fieldMap, settings),
	project: (desired, fieldMap, settings, object = 'contact') =>
		object === 'contact'
			? project(desired, fieldMap, settings)
			: projectItem(itemOf(object, settings), desired, fieldMap, settings),
	refuses: ({ lastName }) =>
		isEmpty(lastName ?? null) ? 'A Salesforce contact needs a last name.' : undefined,
	deliver,
	deliverMany,
	contacts,
	records,
};
