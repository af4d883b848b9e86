/** Deliveries that are written by one call. */
import type { ConnectorContext } from '../connector';
import type { DeliveryJob, DeliveryOutcome } from '../../model/delivery';
import type { FieldMap } from '../../model/field-map';
import type { CanonicalFields } from '../../model/fields';
import type { CallScope, SalesforceConnection } from './client';
import type { Written } from './collections';
import { deliver } from './deliver';
import type { OrgModel } from './org-model';
import type { Work } from './remove';
import type { SalesforceSettings } from './settings';
import type { WriteTarget } from './write-target';

export type Outcomes = Map<DeliveryJob, DeliveryOutcome>;

export interface Batch {
	context: ConnectorContext;
	settings: SalesforceSettings;
	model: OrgModel;
	jobs: DeliveryJob[];
	connection: SalesforceConnection;
	/** Calls that no outcome has been told of yet. */
	calls: () => number;
	/** Under which the connection's calls run; those beside it count in `scope.onCall`, too. */
	scope: CallScope;
}

/** What of a delivery goes into the record, by CRM field names. */
export interface Plan extends Written {
	wanted: CanonicalFields;
	mappings: FieldMap;
	/** Known once the record was looked at. */
	target?: WriteTarget;
}

export function workOf(batch: Batch, job: DeliveryJob): Work {
	const { context, settings, model, connection, calls } = batch;
	return { context, settings, model, connection, calls, job };
}

export async function oneByOne(
	context: ConnectorContext,
	jobs: readonly DeliveryJob[],
): Promise<Outcomes> {
	const outcomes: Outcomes = new Map();
	for (const job of jobs) outcomes.set(job, await deliver(context, job));
	return outcomes;
}
