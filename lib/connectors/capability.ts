/** What a connector can do with the records of each object. */
import type { ObjectName } from '../model/objects';
import { withArchive } from './archive';
import type { Connector, Json, ObjectCapability } from './connector';

const NOTHING: ObjectCapability = { create: false, change: false, archive: false, delete: false };

/** Records that travel in one call together when they are written; 1: each goes by itself. */
export function writesAtOnce(
	{ capabilities }: Pick<Connector, 'capabilities'>,
	settings: Record<string, Json>,
): number {
	return Math.max(1, capabilities.writeCalls?.atOnce?.(settings) ?? 1);
}

/** Deliveries that can wait and are handed out together. */
export function handedOutTogether(
	{ capabilities }: Pick<Connector, 'capabilities'>,
	settings: Record<string, Json>,
): number {
	const together = capabilities.writeCalls?.together?.(settings) ?? 1;
	return Math.max(together, writesAtOnce({ capabilities }, settings));
}

export function capabilityOf(
	{ capabilities }: Pick<Connector, 'capabilities'>,
	object: ObjectName,
	/** Of the system that is asked about. */
	settings?: Record<string, Json>,
): ObjectCapability {
	const own = settings && capabilities.objectIn?.(object, settings);
	if (object !== 'contact')
		return withArchive(own ?? capabilities.objects?.[object] ?? NOTHING, object, settings);
	return { create: true, change: true, ...capabilities.removal };
}
