import type { ConnectorContext, CrmRecord } from '../connector';
import type { DeliveryJob } from '../../model/delivery';
import type { WealthboxClient } from './client';
import type { WealthboxSettings } from './settings';

/** What one delivery works with. */
export interface Desk {
	context: ConnectorContext;
	job: DeliveryJob;
	settings: WealthboxSettings;
	client: WealthboxClient;
	/** Of the record's custom fields; default: Contact. */
	documentType?: string;
	/** Fields with values that Wealthbox lists; default: those of contacts. */
	listed?: ReadonlySet<string>;
	/** Fields that Wealthbox may want in every PUT, and the record to take them from. */
	wanted?: readonly string[];
	current?: () => Promise<CrmRecord>;
}
