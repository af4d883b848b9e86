/** What the connectors' deliveries share. */
import { isDeepStrictEqual } from 'node:util';
import { isEmpty, sameValue } from '../model/canonical';
import type { DeliveryJob, DeliveryOutcome, Urgency } from '../model/delivery';
import type { CanonicalFields } from '../model/fields';
import type { ConnectorContext } from './connector';
import { shortHash } from './field-codec';
import type { RestRequest } from './rest';

/** Headers of a delivery's one write: who caused it, and which repeated call is the same write. */
export function writeHeaders(job: DeliveryJob): Record<string, string> {
	return {
		'Idempotency-Key': job.idempotencyKey,
		'X-Sync-Origin': `crm-fabric;${job.syncOrigin}`,
	};
}

/**
 * For a delivery of several calls, each with a key of its own: what follows the slash names the call by
 * what it does, so the same call of another try has the same key, whatever was done before it.
 */
export function writeHeadersByCall(
	job: DeliveryJob,
): (call: RestRequest) => Record<string, string> {
	const CALL_DIGITS = 8;
	return ({ method, path, json }) => {
		const call = shortHash([method, path, json ?? null]).slice(0, CALL_DIGITS);
		return writeHeaders({ ...job, idempotencyKey: `${job.idempotencyKey}/${call}` });
	};
}

/** How urgent the delivery's calls are. */
export function urgencyOf({ urgency, attempt }: DeliveryJob): Urgency {
	return urgency ?? (attempt > 1 ? 'retry' : 'live');
}

/** The changes as the CRM can hold them; its type decides which fields it has at all. */
export function wantedOf(
	job: DeliveryJob,
	project: (fields: CanonicalFields) => CanonicalFields,
): CanonicalFields {
	const type = job.changes.type ?? job.known.type ?? job.desired.type;
	const projected = project(type === undefined ? job.changes : { ...job.changes, type });
	return Object.fromEntries(Object.entries(projected).filter(([field]) => field in job.changes));
}

/**
 * What a record that an earlier try of this create made may hold, as the CRM can hold it: what is wanted now, then
 * what was tried, newest first; each once.
 */
export function contentsTried(
	{ desired, tried = [] }: DeliveryJob,
	project: (fields: CanonicalFields) => CanonicalFields,
): CanonicalFields[] {
	// A try that did not speak of a field left it empty.
	const empty = Object.fromEntries(Object.keys(desired).map((field) => [field, null]));
	const contents = [desired, ...tried.toReversed().map((one) => ({ ...empty, ...one }))];
	const held = contents.map(project);
	const said = held.map(saidOf);
	return held.filter(
		(_, place) => said.findIndex((other) => isDeepStrictEqual(said[place], other)) === place,
	);
}

/** The fields that hold anything. */
export function saidOf(fields: CanonicalFields): CanonicalFields {
	return Object.fromEntries(Object.entries(fields).filter(([, value]) => !isEmpty(value)));
}

/** The first field that the record states differently from what it is known to hold. */
export function changedField(known: CanonicalFields, fresh: CanonicalFields): string | undefined {
	return Object.keys(known).find(
		(field) => fresh[field] !== undefined && !sameValue(field, known[field], fresh[field]),
	);
}

export interface Confirmation {
	crmId: string;
	known: CanonicalFields;
	/** ms */
	at: number;
	calls: number;
	found?: boolean;
}

export function confirmedOutcome(confirmation: Confirmation): DeliveryOutcome {
	const { crmId, known, at, calls, found } = confirmation;
	return {
		status: 'confirmed',
		crmId,
		known,
		confirmedAt: new Date(at).toISOString(),
		calls,
		...(found === true ? { found } : {}),
	};
}

/** {@link confirmedOutcome} by what a delivery works with. */
export function confirmed(
	{ context, client }: { context: ConnectorContext; client: { calls: () => number } },
	crmId: string,
	known: CanonicalFields,
	found?: boolean,
): DeliveryOutcome {
	return confirmedOutcome({ crmId, known, at: context.now(), calls: client.calls(), found });
}

export function noRecord(): DeliveryOutcome {
	return {
		status: 'rejected',
		reason: 'The delivery names no record to write. Discard it; the next change opens a new one.',
		code: 'no-record',
	};
}
