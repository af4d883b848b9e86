/**
 * What a record names and the fabric does not know yet: its shadow shows it as the CRM made it, no
 * register moves, and it is kept; once the named record is known, it is merged, dated as it was said.
 */
import type { MergeOutcome } from '../merge/batch-result';
import { changeEventSchema, recordKey, type ChangeEvent, type RecordAddress } from '../model/event';
import { localReference, parseLocalReference, REFERENCE_FIELDS } from '../model/objects';
import type { MissingReference } from '../store/references';
import type { StoreTransaction } from '../store/store';

/** Taken up in one transaction. */
const MAX_FOUND = 500;
const FREED = 'The record that it names is known now.';

/** After the merge: what nobody can follow yet is waited for, what was said anew is waited for no longer. */
export async function keepMissing(
	tx: StoreTransaction,
	events: readonly ChangeEvent[],
	outcomes: readonly MergeOutcome[],
): Promise<void> {
	const said: Array<RecordAddress & { field: string }> = [];
	const awaited: MissingReference[] = [];
	for (const [index, event] of events.entries()) {
		const { unknown = {}, moved } = outcomes[index] ?? {};
		if (moved === undefined) continue;
		const { system, object, crmId } = event;
		for (const field of REFERENCE_FIELDS) {
			const value = event.fields[field];
			// What an older read says takes back nothing that was said since.
			if (value === undefined || !moved.has(field)) continue;
			const named = typeof value === 'string' ? parseLocalReference(value) : undefined;
			const editedAt = unknown[field];
			if (named !== undefined && editedAt === undefined) continue;
			said.push({ system, object, crmId, field });
			if (named === undefined || editedAt === undefined) continue;
			const dated = { ...event, editedAt: new Date(editedAt).toISOString() };
			awaited.push(missing(dated, field, named, null));
		}
	}
	await tx.references.forget(said);
	await tx.references.await(awaited);
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
	await tx.inbox.hasten(waiting, now, FREED);
	const fields = found.filter(({ field }) => field !== '');
	const shadows = await tx.registers.shadows(fields);
	const events = fields.flatMap((one) => {
		const known = shadows.get(recordKey(one))?.fields[one.field];
		// Only what the record still says, as far as anybody has seen.
		if (known?.value !== localReference(one.refObject, one.refCrmId)) return [];
		return [eventOf(one, Math.max(known.seenAt, Date.parse(one.readAt)), now)];
	});
	const freed = found.filter(({ inboxSeq }) => inboxSeq !== null).map(({ system }) => system);
	return { events, freed: new Set(freed) };
}

function eventOf(
	found: MissingReference & { unifiedId: string },
	seenAt: number,
	now: number,
): ChangeEvent {
	const { system, object, crmId, field, eventId, editedAt } = found;
	return changeEventSchema.parse({
		eventId: `${eventId}:${field}`.slice(-300),
		system,
		object,
		crmId,
		change: 'upsert',
		kind: 'delta',
		fields: { [field]: found.unifiedId },
		editedAt,
		readAt: new Date(seenAt).toISOString(),
		receivedAt: new Date(Math.max(seenAt, now)).toISOString(),
	});
}
