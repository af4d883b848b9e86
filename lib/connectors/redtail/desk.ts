import type { ConnectorContext } from '../connector';
import type { DeliveryJob } from '../../model/delivery';
import type { RedtailClient } from './client';
import type { RedtailSettings } from './settings';

/** What one delivery works with. */
export interface Desk {
	context: ConnectorContext;
	job: DeliveryJob;
	settings: RedtailSettings;
	client: RedtailClient;
}
