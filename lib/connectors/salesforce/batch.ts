/** Deliveries that are written by one call. */
import type { ConnectorContext } from '../connector';
import type { DeliveryJob, DeliveryOutcome } from '../../model/delivery';
import type { FieldMap } from '../../model/field-map';
import type { CanonicalFields } from '../../model/fields';
import type { SalesforceConnection } from './client';
import type { Written } from './collections';
import { deliver } from './deliver';
import type { Work } from './remove';
import type { SalesforceSettings } from './settings';

export type Outcomes = Map<DeliveryJob, DeliveryOutcome>;

export interface Batch {
	context: ConnectorContext;
	settings: SalesforceSettings;
	jobs: DeliveryJob[];
	connection: SalesforceConnection;
	/** Calls that no outcome has been told of yet. */
	calls: () => number;
}

/** What of a delivery goes into the record, by CRM field names. */
export interface Plan extends Written {
	wanted: CanonicalFields;
	mappings: FieldMap;
}

export function workOf({ context, settings, connection, calls }: Batch, job: DeliveryJob): Work {
	return { context, settings, connection, calls, job };
}

export async function oneByOne(
	context: ConnectorContext,
	jobs: readonly DeliveryJob[],
): Promise<Outcomes> {
	const outcomes: Outcomes = new Map();
	for (const job of jobs) outcomes.set(job, await deliver(context, job));
	return outcomes;
}
