/**
 * What a record names and the fabric does not know yet is left out of its merge and kept; once the
 * named record is known, it is merged as if it had been said then, dated as it was said.
 */
import type { MergeOutcome } from '../merge/batch';
import { changeEventSchema, type ChangeEvent } from '../model/event';
import { isReferenceField, parseLocalReference } from '../model/objects';
import type { MissingReference } from '../store/references';
import type { StoreTransaction } from '../store/store';
import { unknownReferences } from './inbound';

/** Taken up in one transaction. */
const MAX_FOUND = 500;
const FREED = 'The record that it names is known now.';

/** The event without the references that nobody can follow yet. */
export function withoutUnknown(event: ChangeEvent): ChangeEvent {
	const unknown = unknownReferences(event);
	if (unknown.length === 0) return event;
	const kept = Object.entries(event.fields).filter(([field]) => !unknown.includes(field));
	return { ...event, fields: Object.fromEntries(kept) };
}

/** After the merge: what was left out is waited for, what was said anew is waited for no longer. */
export async function keepMissing(
	tx: StoreTransaction,
	events: readonly ChangeEvent[],
	outcomes: readonly MergeOutcome[],
): Promise<void> {
	const merged = events.filter((_, index) => outcomes[index]?.outcome !== 'already');
	const said = merged.flatMap(({ system, object, crmId, fields }) =>
		Object.keys(fields)
			.filter(isReferenceField)
			.map((field) => ({ system, object, crmId, field })),
	);
	if (said.length === 0) return;
	await tx.references.forget(said);
	await tx.references.await(merged.flatMap(missingOf));
}

function missingOf(event: ChangeEvent): MissingReference[] {
	return unknownReferences(event).flatMap((field) => {
		const named = parseLocalReference(String(event.fields[field]));
		return named === undefined ? [] : [missing(event, field, named, null)];
	});
}

/** `inboxSeq`: the whole event waits there. */
export function missing(
	{ system, object, crmId, eventId, editedAt, readAt, receivedAt }: ChangeEvent,
	field: string,
	named: NonNullable<ReturnType<typeof parseLocalReference>>,
	inboxSeq: number | null,
): MissingReference {
	const record = { system, object, crmId, field };
	const times = { editedAt, readAt, receivedAt };
	return { ...record, refObject: named.object, refCrmId: named.crmId, eventId, ...times, inboxSeq };
}

/**
 * What has been found meanwhile: events that say what was left out, to be merged. Events that waited as
 * a whole are due in the inbox again; their systems are answered.
 */
export async function takeUpMissing(
	tx: StoreTransaction,
	now: number,
): Promise<{ events: ChangeEvent[]; freed: Set<string> }> {
	const found = await tx.references.found(MAX_FOUND);
	const waiting = found.flatMap(({ inboxSeq }) => inboxSeq ?? []);
	await tx.inbox.postpone(waiting, now, FREED);
	const events = found.filter(({ field }) => field !== '').map(eventOf);
	const freed = found.filter(({ inboxSeq }) => inboxSeq !== null).map(({ system }) => system);
	return { events, freed: new Set(freed) };
}

function eventOf(found: MissingReference & { unifiedId: string }): ChangeEvent {
	const { system, object, crmId, field, eventId, editedAt, readAt, receivedAt } = found;
	return changeEventSchema.parse({
		eventId: `${eventId}:${field}`.slice(-300),
		system,
		object,
		crmId,
		change: 'upsert',
		kind: 'delta',
		fields: { [field]: found.unifiedId },
		editedAt,
		readAt,
		receivedAt,
	});
}
