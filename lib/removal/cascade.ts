/**
 * Records that a CRM took along when the fabric removed their client there: Salesforce deletes the notes, tasks and
 * events of a contact with it, Wealthbox and Redtail its notes. No person removed them: nothing departs, and
 * they come back with their client.
 */
import type { Shadow } from '../merge/shadow';
import { recordKey, type ChangeEvent } from '../model/event';
import { isUnifiedId } from '../model/objects';
import type { Link } from '../model/rows';
import type { StoreTransaction } from '../store/store';

/** Keys of the records of these deletes that went with a client of our own removing. */
export async function ownCascades(
	tx: StoreTransaction,
	events: readonly ChangeEvent[],
	shadows: ReadonlyMap<string, Shadow>,
): Promise<ReadonlySet<string>> {
	const clients = new Map<string, string>();
	for (const event of events) {
		const client = shadows.get(recordKey(event))?.fields['client']?.value;
		if (event.change === 'delete' && isUnifiedId(client)) clients.set(recordKey(event), client);
	}
	if (clients.size === 0) return new Set();
	const ids = [...new Set(clients.values())];
	const aliases = await tx.entities.aliases(ids);
	const current = (id: string) => aliases.get(id) ?? id;
	const links = await tx.identity.linksOf([...new Set(ids.map(current))]);
	const known = await tx.registers.shadows(links);
	const removed = new Set(
		links
			.filter((link) => isOurs(link, known.get(recordKey(link))))
			.map(({ entityId, system }) => `${system}/${entityId}`),
	);
	const went = events.filter((event) => {
		const client = clients.get(recordKey(event));
		return client !== undefined && removed.has(`${event.system}/${current(client)}`);
	});
	return new Set(went.map(recordKey));
}

/** Removed by the fabric, or being removed right now. */
function isOurs({ state }: Link, shadow: Shadow | undefined): boolean {
	if (shadow?.removal?.operation === 'delete') return true;
	return state === 'unlinked' && shadow?.removedBy === 'fabric';
}
