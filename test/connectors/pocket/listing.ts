/** All records of an object, or some of them, as they are now. */
import type { ConnectorContext, Connector } from '../../../lib/connectors/connector';
import { withPollShare } from '../../../lib/connectors/poll-reader';
import { readAllWith } from '../../../lib/connectors/read-all';
import type { ObjectName } from '../../../lib/model/objects';
import { CRM, PATHS, type PocketObject } from './client';
import { pocketReader } from './reader';
import { pocketSettings } from './settings';

/** Reading keeps to its share of the calls, so that writes always find some left. */
export function paced(context: ConnectorContext): ConnectorContext {
	const { callsPerWindow, windowSeconds, pollShare } = pocketSettings(context.settings);
	return withPollShare(context, {
		calls: callsPerWindow,
		windowMs: windowSeconds * 1_000,
		share: pollShare,
	});
}

export const readAll: Connector['readAll'] = (context, options) => {
	const { fieldMap, object = 'contact' } = options;
	return readAllWith(context, pocketReader(paced(context), fieldMap, known(object)), options);
};

export const isGone: Connector['isGone'] = (
	context,
	crmId,
	signal = new AbortController().signal,
	object = 'contact',
) => pocketReader(context, [], known(object)).isGone(crmId, signal);

/** The hub asks only for what the capabilities name. */
export function known(object: ObjectName): PocketObject {
	if (object in PATHS) return object as PocketObject;
	throw new Error(`${CRM} has no ${object}.`);
}
