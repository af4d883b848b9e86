/** Every connector there is. A fourth CRM is one more folder and one more line here. */
import type { Connector } from './connector';
import { redtail } from './redtail';
import { salesforce } from './salesforce';
import { wealthbox } from './wealthbox';

export const connectors: ReadonlyMap<string, Connector> = new Map(
	[wealthbox, redtail, salesforce].map((connector) => [connector.kind, connector]),
);
