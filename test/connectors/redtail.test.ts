/** The Redtail connector in the conformance suite, against its simulator. */
import { redtail } from '../../lib/connectors/redtail';
import { startRedtailSimulator } from '../simulators/redtail';
import { contextOf, portOf } from '../unit/connectors/harness';
import { describeConnector } from './conformance';

const QUICK = { minItemPollSeconds: 0.005, maxItemPollSeconds: 0.02 };

describeConnector({
	connector: redtail,
	start: async (contacts) => {
		const simulator = await startRedtailSimulator({ contacts });
		const port = portOf(simulator);
		const context = (settings = {}) => contextOf(redtail, port, { ...QUICK, ...settings });
		return { ...simulator, context };
	},
	// A stage that is not in Redtail's list is left out when it is written.
	samples: {
		opportunity: {
			made: { name: 'Rollover', amount: 250_000, stage: 'Prospecting', closeDate: '2027-01-29' },
			changed: { amount: 275_000, closeDate: '2027-02-26' },
		},
	},
	smallPages: { pageSize: 2 },
	quickDeletes: { fullScanMinutes: 0.001 },
});
