/** The Wealthbox connector in the conformance suite, against its simulator. */
import { wealthbox } from '../../lib/connectors/wealthbox';
import { startWealthboxSimulator } from '../simulators/wealthbox';
import { contextOf, portOf } from '../unit/connectors/harness';
import { describeConnector } from './conformance';

const QUICK = { minItemPollSeconds: 0.005, maxItemPollSeconds: 0.02 };

describeConnector({
	connector: wealthbox,
	start: async (contacts) => {
		const simulator = await startWealthboxSimulator({ contacts, switches: { throttle: false } });
		const port = portOf(simulator);
		const context = (settings = {}) => contextOf(wealthbox, port, { ...QUICK, ...settings });
		return { ...simulator, context };
	},
	smallPages: { pageSize: 2 },
	quickDeletes: { deletedEveryPolls: 1 },
});
