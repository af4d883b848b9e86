/** All records of an object, or some of them, as they are now. */
import type { Connector } from '../../../lib/connectors/connector';
import { paced } from '../../../lib/connectors/poll-settings';
import { readAllWith } from '../../../lib/connectors/read-all';
import type { ObjectName } from '../../../lib/model/objects';
import { CRM, PATHS, type PocketObject } from './client';
import { pocketReader } from './reader';
import { pocketSettings } from './settings';

export const readAll: Connector['readAll'] = (context, options) => {
	const { fieldMap, object = 'contact' } = options;
	const own = paced(context, pocketSettings(context.settings));
	return readAllWith(context, pocketReader(own, fieldMap, known(object)), options);
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
