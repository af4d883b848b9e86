/** Known records that a complete listing did not show: each is read by itself before it counts as gone. */
import type { ChangeEvent } from '../model/event';
import { recordKey } from '../model/event';
import { objectName, type ObjectName } from '../model/objects';
import type { Link } from '../model/rows';
import { LISTED } from '../removal/told';
import type { StoreTransaction } from '../store/store';
import type { Finding, Sample } from './report';

/** What a read of the record itself said. Rejects if that cannot be told. */
export type IsGone = (crmId: string, object: ObjectName) => Promise<boolean>;

export interface Looked {
	link: Link;
	/** ms, before the read. */
	readAt: number;
	finding: Extract<Finding, 'gone' | 'notListed' | 'unconfirmed'>;
}

/** Outside of any transaction: it calls the CRM. */
export async function lookFor(
	links: readonly Link[],
	isGone: IsGone,
	now: () => number,
): Promise<Looked[]> {
	const looked: Looked[] = [];
	for (const link of links) {
		const readAt = now();
		const finding = await isGone(link.crmId, objectName(link.object)).then(
			(gone) => (gone ? ('gone' as const) : ('notListed' as const)),
			() => 'unconfirmed' as const,
		);
		looked.push({ link, readAt, finding });
	}
	return looked;
}

/** Takes the deletions in, unless one is known already. Answers what was found. */
export async function takeGone(
	tx: StoreTransaction,
	looked: readonly Looked[],
	run: string,
	now: number,
): Promise<{ found: Sample[]; accepted: number }> {
	const gone = looked.filter(({ finding }) => finding === 'gone').map(({ link }) => link);
	const links = await tx.identity.links(gone);
	const lasts = await tx.recordEvents.lastEvents(gone);
	const found: Sample[] = [];
	const events: ChangeEvent[] = [];
	for (const { link, readAt, finding } of looked) {
		const { system, object, crmId, entityId: unifiedId } = link;
		const what = { finding, system, object, crmId, unifiedId, fields: [] };
		if (finding !== 'gone') {
			found.push({ ...what, done: 'none' });
			continue;
		}
		const key = recordKey(link);
		const isKnown =
			links.get(key)?.state === 'unlinked' || lasts.get(key)?.event.change === 'delete';
		if (isKnown) continue;
		events.push(deletionOf(link, run, readAt, now));
		found.push({ ...what, done: 'accepted' });
	}
	return { found, accepted: await tx.inbox.add(events, 'pending', now) };
}

/** Dated by the read that confirmed it: nobody says when it was. */
function deletionOf(link: Link, run: string, readAt: number, now: number): ChangeEvent {
	const { system, crmId } = link;
	const object = objectName(link.object);
	const at = new Date(readAt).toISOString();
	return {
		eventId: `${system}:${object}:${crmId}:gone:${run}`,
		system,
		object,
		crmId,
		change: 'delete',
		kind: 'snapshot',
		fields: {},
		externalKeys: {},
		editedAt: at,
		readAt: at,
		receivedAt: new Date(now).toISOString(),
		ownWrite: false,
		origin: LISTED,
	};
}
