/** Which lists of a CRM are read to see every record of some objects. Pure. */
import { OBJECTS, type ObjectName } from '../model/objects';
import type { Connector } from './connector';

/** Objects that one listing shows; the first one names it. */
export type ObjectList = [ObjectName, ...ObjectName[]];

/** In the order in which they are read: what others name comes first. */
export function listsOf(
	{ capabilities: { sharedLists = [] } }: Pick<Connector, 'capabilities'>,
	objects: readonly ObjectName[],
): ObjectList[] {
	const lists: ObjectList[] = [];
	for (const object of OBJECTS.filter((one) => objects.includes(one))) {
		const shared = sharedLists.find((list) => list.includes(object)) ?? [];
		const known = lists.find(([main]) => shared.includes(main));
		if (known === undefined) lists.push([object]);
		else known.push(object);
	}
	return lists;
}
