/** What a connector can do with the records of each object. */
import type { ObjectName } from '../model/objects';
import type { Connector, ObjectCapability } from './connector';

const NOTHING: ObjectCapability = { create: false, change: false, archive: false, delete: false };

export function capabilityOf(
	{ capabilities }: Pick<Connector, 'capabilities'>,
	object: ObjectName,
): ObjectCapability {
	if (object !== 'contact') return capabilities.objects?.[object] ?? NOTHING;
	return { create: true, change: true, ...capabilities.removal };
}
