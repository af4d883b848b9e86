/** Change events out of polled records. Pure. */
import type { ChangeEventInput } from '../model/event';
import type { CanonicalFields } from '../model/fields';
import type { ObjectName } from '../model/objects';
import { shortHash } from './field-codec';

/** A record as a poll read it. */
export interface PolledRecord {
	/** Default: contact. */
	object?: ObjectName;
	/** Default: snapshot. */
	kind?: 'snapshot' | 'delta';
	crmId: string;
	/** The vendor's time of the last edit (ms since the epoch); null where it cannot be read. */
	updatedAt: number | null;
	deleted: boolean;
	fields: CanonicalFields;
	externalKeys?: Record<string, string>;
	/** Of a household: who belongs to it, as `contact:<crmId>`. */
	members?: string[];
	/** Put away in its CRM, where that counts as a removal. */
	archived?: boolean;
}

/** The circumstances of a read. All in ms since the epoch, our clock. */
export interface Sighting {
	system: string;
	readAt: number;
	receivedAt: number;
	/** When the source was last known to hold what it held before. */
	unchangedUntil: number | null;
}

const iso = (ms: number) => new Date(ms).toISOString();

/**
 * What a list may be taken to say that shows a record up to `lagMs` late: its state of some instant between
 * that long before the read, or its last edit, and the read; and that it was unchanged before is as old.
 */
export function lateSighting(
	sighting: Sighting,
	{ updatedAt }: Pick<PolledRecord, 'updatedAt'>,
	lagMs: number,
): Sighting {
	if (lagMs <= 0) return sighting;
	const { readAt, unchangedUntil } = sighting;
	return {
		...sighting,
		readAt: Math.max(readAt - lagMs, Math.min(updatedAt ?? 0, readAt)),
		unchangedUntil: unchangedUntil === null ? null : unchangedUntil - lagMs,
	};
}

/** Names an observation: the same record with the same edit time and content has the same id. */
export function eventIdOf(system: string, record: PolledRecord): string {
	const edited = record.updatedAt === null ? 'unknown' : iso(record.updatedAt);
	const { fields, members } = record;
	const told = members === undefined ? fields : { fields, members };
	const content = `${shortHash(told)}${record.archived ? ':archived' : ''}`;
	const what = record.deleted ? 'deleted' : content;
	return `${system}:${record.object ?? 'contact'}:${record.crmId}:${edited}:${what}`;
}

/** `revived`: the record was reported as deleted before. */
export function snapshotEvent(
	record: PolledRecord,
	sighting: Sighting,
	revived: boolean,
): ChangeEventInput {
	return {
		...frame(sighting, record),
		eventId: eventIdOf(sighting.system, record),
		change: record.archived ? 'archive' : revived ? 'undelete' : 'upsert',
		fields: record.fields as ChangeEventInput['fields'],
		externalKeys: record.externalKeys ?? {},
		...(record.members === undefined ? {} : { members: record.members }),
	};
}

/** A deletion that the CRM itself names. */
export function deleteEvent(record: PolledRecord, sighting: Sighting): ChangeEventInput {
	return {
		...frame(sighting, record),
		eventId: eventIdOf(sighting.system, { ...record, deleted: true }),
		change: 'delete',
		fields: {},
	};
}

/** A deletion inferred: absent from one complete listing, and confirmed by a read of its own. */
export function missingEvent(crmId: string, sighting: Sighting): ChangeEventInput {
	const record: PolledRecord = { crmId, updatedAt: sighting.readAt, deleted: true, fields: {} };
	// The hub asks of a deletion that nobody told whether the record was seen later.
	return { ...deleteEvent(record, sighting), origin: 'listing' };
}

function frame(sighting: Sighting, record: PolledRecord) {
	const { system, readAt, receivedAt, unchangedUntil } = sighting;
	return {
		system,
		object: record.object ?? ('contact' as const),
		crmId: record.crmId,
		kind: record.kind ?? ('snapshot' as const),
		editedAt: iso(record.updatedAt ?? readAt),
		...(unchangedUntil === null ? {} : { unchangedUntil: iso(unchangedUntil) }),
		readAt: iso(readAt),
		receivedAt: iso(receivedAt),
	};
}
