/** A CRM in memory that can hold everything an office keeps. */
import type { Connector } from '../../../lib/connectors/connector';
import { memoryConnector } from './memory-connector';

const ALL = { create: true, change: true, archive: false, delete: true };

export function wholeOffice(): Connector {
	const connector = memoryConnector('memory');
	const item = { ...ALL, needs: ['client'] };
	connector.capabilities.objects = {
		...{ household: ALL, note: item, task: item, event: item, opportunity: item },
	};
	return connector;
}
