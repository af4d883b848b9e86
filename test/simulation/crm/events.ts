/** Change events as the connectors make them of what an invented CRM answers. */
import { createHash } from 'node:crypto';
import type { ChangeEventInput } from '../../../lib/model/event';
import type { CanonicalFields } from '../../../lib/model/fields';
import { addressOf, type MemoryRecord } from './record';

export const iso = (at: number) => new Date(at).toISOString();

/** The circumstances of a read, ms in our clock. */
export interface Sighting {
	readAt: number;
	receivedAt: number;
	unchangedUntil: number | null;
}

/** `shownTime`: the edit time that the API shows; null if it shows none. */
export function snapshot(
	system: string,
	record: MemoryRecord,
	shownTime: number | null,
	{ readAt, receivedAt, unchangedUntil }: Sighting,
	change: 'upsert' | 'undelete' | 'archive' = 'upsert',
): ChangeEventInput {
	const shown = shownTime === null ? 'unknown' : iso(shownTime);
	const { archived, members } = record;
	const told = { ...record.fields, archived, ...(members === undefined ? {} : { members }) };
	return {
		...frame(system, record.id, receivedAt),
		...(members === undefined ? {} : { members }),
		change,
		eventId: `${system}:${record.id}:${shown}:${hash(told)}`,
		kind: 'snapshot',
		fields: structuredClone(record.fields) as ChangeEventInput['fields'],
		editedAt: shownTime === null ? iso(readAt) : shown,
		readAt: iso(readAt),
		...(unchangedUntil === null ? {} : { unchangedUntil: iso(unchangedUntil) }),
	};
}

export function deletion(system: string, id: string, readAt: number): ChangeEventInput {
	return {
		...frame(system, id, readAt),
		eventId: `${system}:${id}:deleted`,
		change: 'delete',
		kind: 'snapshot',
		fields: {},
		editedAt: iso(readAt),
		readAt: iso(readAt),
	};
}

/** What a stream tells, when it happens. */
export function streamed(
	system: string,
	record: MemoryRecord,
	fields: CanonicalFields,
	position: number,
	at: number,
	rest: Partial<ChangeEventInput>,
): ChangeEventInput {
	return {
		...frame(system, record.id, at),
		eventId: `${system}:${position}`,
		kind: 'delta',
		fields: structuredClone(fields) as ChangeEventInput['fields'],
		externalKeys: record.fabricId === undefined ? {} : { fabric: record.fabricId },
		editedAt: iso(at),
		readAt: iso(at),
		...rest,
	};
}

function frame(system: string, id: string, receivedAt: number) {
	const change = 'upsert' as const;
	return { system, ...addressOf(id), change, receivedAt: iso(receivedAt) };
}

function hash(content: unknown): string {
	return createHash('sha1').update(JSON.stringify(content)).digest('hex').slice(0, 12);
}
