/** What a read of households, opportunities, notes, tasks and events is told. */
import type { ConnectorContext } from '../../connector';
import type { CallPriority } from '../../budget';
import type { SalesforceItem } from '../objects/salesforce-object';

export interface ItemReads {
	context: ConnectorContext;
	item: SalesforceItem;
	fields: readonly string[];
	priority: CallPriority;
	signal?: AbortSignal;
	onCall?: () => void;
}
