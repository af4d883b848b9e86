/** The Salesforce connector in the conformance suite, against its simulator. */
import type { Json } from '../../lib/connectors/connector';
import { salesforce } from '../../lib/connectors/salesforce';
import { openWorld } from '../unit/salesforce/world';
import { describeConnector } from './conformance';

const QUICK = { minItemPollSeconds: 0.005, maxItemPollSeconds: 0.02 };

describeConnector({
	connector: salesforce,
	start: async (contacts) => {
		const { sim, context: base } = await openWorld({ contacts, settings: QUICK });
		const context = (settings: Record<string, Json> = {}) => ({
			...base,
			settings: { ...base.settings, ...settings },
		});
		return { ...sim, context };
	},
	createCall: '/sobjects/Contact',
	updateCall: 'PATCH',
	refusal: (message) => ({
		...{ kind: 'status', status: 400 },
		body: [{ errorCode: 'STRING_TOO_LONG', message, fields: ['Title'] }],
	}),
});
