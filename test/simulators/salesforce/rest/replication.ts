/** `/sobjects/X/updated` and `/deleted`: what changed in a window of whole minutes. */
import { json, type SimResponse } from '../../framework';
import { SalesforceError } from '../errors';
import { restTime } from '../values';
import { objectOf, type RestCall, type RestRoute } from './call';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const UPDATED_REACH = 30 * DAY;
const DELETED_REACH = 15 * DAY;

interface Window {
	from: number;
	to: number;
	/** REST form of the time up to which the answer is complete. */
	latestDateCovered: string;
}

function replicationError(message: string): SalesforceError {
	return new SalesforceError(400, 'INVALID_REPLICATION_DATE', message);
}

function minute(text: string | null, name: string): number {
	// A plus sign that the client did not encode arrives as a blank.
	const time = Date.parse((text ?? '').replace(' ', '+').replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
	if (Number.isNaN(time)) throw replicationError(`${name} is no date-time`);
	return Math.floor(time / MINUTE) * MINUTE;
}

function windowOf(call: RestCall, reach: number): Window {
	const { org, request, label } = call;
	const from = minute(request.query.get('start'), 'startDate');
	const to = minute(request.query.get('end'), 'endDate');
	const now = org.now();
	if (from >= to) throw replicationError('endDate before or equal to startDate');
	if (from < now - reach - MINUTE) {
		throw replicationError(`startDate is more than ${reach / DAY} days ago`);
	}
	const fault = org.faults.take(['updatedHoldback'], label);
	const holdback = fault?.ms ?? org.switches.replicationHoldbackMs;
	const latest = Math.floor((Math.min(to, now) - holdback) / MINUTE) * MINUTE;
	// Without a holdback, rows of the running minute are there, yet not promised to be all.
	const end = holdback > 0 ? Math.min(to, latest) : to;
	return { from, to: end, latestDateCovered: restTime(latest) };
}

function updated(call: RestCall): SimResponse {
	const object = objectOf(call);
	const { from, to, latestDateCovered } = windowOf(call, UPDATED_REACH);
	const ids = call.org.store
		.all(object)
		.filter((row) => row.deletedAt === null && row.modifiedAt >= from && row.modifiedAt < to)
		.map(({ id }) => id);
	return json(200, { ids, latestDateCovered });
}

function deleted(call: RestCall): SimResponse {
	const { org, label } = call;
	const object = objectOf(call);
	const { from, to, latestDateCovered } = windowOf(call, DELETED_REACH);
	const fault = org.faults.take(['deletedLogStartsLater'], label);
	const earliest = org.now() - (fault?.ms ?? org.switches.deletedLogMs);
	const rows = org.store.all(object).flatMap(({ id, deletedAt }) => {
		const isIn = deletedAt !== null && deletedAt >= Math.max(from, earliest) && deletedAt < to;
		return isIn ? [{ id, deletedDate: restTime(Math.floor(deletedAt / 1000) * 1000) }] : [];
	});
	const earliestDateAvailable = restTime(Math.floor(earliest / MINUTE) * MINUTE);
	return json(200, { deletedRecords: rows, earliestDateAvailable, latestDateCovered });
}

export const replicationRoutes: RestRoute[] = [
	{ method: 'GET', path: '/sobjects/:object/updated', handle: updated },
	{ method: 'GET', path: '/sobjects/:object/deleted', handle: deleted },
];
