/** Settings of a hub on simulators: what takes minutes takes a blink. */
import type { Json } from '../../../lib/connectors/connector';
import type { Crm } from '../../../scripts/demo/agreement';

export const QUICK: Record<Crm, Record<string, Json>> = {
	wealthbox: {
		...{ minPollSeconds: 0.02, maxPollSeconds: 0.1, fullScanMinutes: 0.01, deletedEveryPolls: 1 },
		...{ minItemPollSeconds: 0.02, maxItemPollSeconds: 0.1, itemScanMinutes: 0.01 },
	},
	redtail: {
		...{ minPollSeconds: 0.02, maxPollSeconds: 0.1, fullScanMinutes: 0.01 },
		...{ minItemPollSeconds: 0.02, maxItemPollSeconds: 0.1, noteScanMinutes: 0.01 },
	},
	salesforce: { itemPollSeconds: 0.02, itemPollMaxSeconds: 0.1 },
};
