/** The Salesforce connector in the conformance suite, against its simulator. */
import type { Json } from '../../lib/connectors/connector';
import { salesforce } from '../../lib/connectors/salesforce';
import { openWorld } from '../unit/salesforce/world';
import { OBJECTS } from '../../lib/model/objects';
import type { PlainEdit } from '../simulators/simulator';
import type { Switches } from '../simulators/salesforce';
import { describeConnector, type ConformanceOptions, type RunningCrm } from './conformance';

const QUICK = {
	...{ minItemPollSeconds: 0.005, maxItemPollSeconds: 0.02 },
	personAccounts: 'auto',
};

const plain: ConformanceOptions = {
	connector: salesforce,
	start: (contacts) => start(contacts, {}),
	createCall: '/sobjects/Contact',
	updateCall: 'PATCH',
	refusal: (message) => ({
		...{ kind: 'status', status: 400 },
		body: [{ errorCode: 'STRING_TOO_LONG', message, fields: ['Title'] }],
	}),
};

async function start(
	contacts: PlainEdit[],
	switches: Partial<Switches>,
	own: Record<string, Json> = {},
): Promise<RunningCrm> {
	const settings = { ...QUICK, ...own };
	const { sim, context: base } = await openWorld({ contacts, switches, settings });
	const context = (settings: Record<string, Json> = {}) => ({
		...base,
		settings: { ...base.settings, ...settings },
	});
	return { ...sim, context };
}

describeConnector(plain);

describe('in an org with person accounts', () => {
	describeConnector({
		...plain,
		start: (contacts) => start(contacts, { personAccounts: true }),
		createCall: 'POST /services/data/v62.0/sobjects/Account',
	});
});

const objects = [...OBJECTS];

describe.each(['package', 'standard'] as const)('in Financial Services Cloud: %s', (kind) => {
	describeConnector({
		...plain,
		start: (contacts) => {
			const switches = { personAccounts: true, financialServices: kind, enhancedNotes: true };
			return start(contacts, switches, { objects, noteFormat: 'enhanced' });
		},
		objectSettings: { objects, noteFormat: 'enhanced' },
		createCall: 'POST /services/data/v62.0/sobjects/Account',
	});
});
