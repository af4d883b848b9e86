/** The Salesforce connector: contacts over REST, changes over Change Data Capture. */
import {
	ConfigurationFailure,
	CrmError,
	type Connector,
	type ConnectorContext,
} from '../connector';
import { runChangeSource } from './changes';
import { connect, OBJECT } from './client';
import { contacts } from './contacts';
import { deliver } from './deliver';
import { describe } from './describe';
import { defaultFieldMap, project, toCanonical } from './fields';
import { isGone, readAll } from './listing';
import { runQuery } from './reader';
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
		readOnlyFields: ['companyName'],
		removal: { archive: true, delete: true },
	},
	defaultFieldMap,
	defaultSettings,
	check,
	describe,
	runChangeSource,
	readAll,
	isGone,
	toCanonical,
	project,
	deliver,
	contacts,
};
