/**
 * How an invented CRM's connector writes one delivery: it reads the record first, leaves alone what
 * people did meanwhile, and answers what its own write made of the record.
 */
import { sameValue } from '../../../lib/model/canonical';
import type { DeliveryJob, DeliveryOutcome } from '../../../lib/model/delivery';
import type { CanonicalFields, EmailItem } from '../../../lib/model/fields';
import { diffList, type ListDiff } from '../../../lib/model/list-diff';
import { iso } from '../support/hub';
import { apply, keyOf, SCALARS, type MemoryCrm, type MemoryRecord } from './memory-crm';

const CONFLICT: DeliveryOutcome = {
	status: 'retry',
	reason: 'The record was changed since it was last read.',
	code: 'changed-meanwhile',
	outcomeUnknown: false,
};

/** `clientOf`: whom a unified id truly is. */
export function deliver(
	crm: MemoryCrm,
	job: DeliveryJob,
	now: number,
	clientOf: (unifiedId: string) => number,
): DeliveryOutcome {
	if (job.operation === 'create') return create(crm, job, now, clientOf(job.unifiedId));
	const record = crm.records.get(job.crmId ?? '');
	if (record === undefined) return { status: 'gone', reason: 'It is gone.', code: '404' };
	const emails = listPlan(job.known, job.changes);
	const changes = scalarsToWrite(record, job);
	if (changes === undefined || (emails && !fits(record, emails))) return CONFLICT;
	const known: CanonicalFields = {};
	for (const field of SCALARS) {
		if (field in job.changes) known[field] = job.changes[field] ?? null;
	}
	write(crm, record, changes, now);
	if (emails !== undefined) {
		writeEmails(crm, record, emails, now);
		const ofKnown = apply((job.known['emails'] ?? []) as EmailItem[], emails);
		known['emails'] = withRefsOf(ofKnown, crm.emails(record));
	}
	return confirmed(record, known, now);
}

function confirmed(record: MemoryRecord, known: CanonicalFields, now: number) {
	return { status: 'confirmed' as const, crmId: record.id, known, confirmedAt: iso(now), calls: 1 };
}

/** A create that was made by an earlier try is found again, as people left it. */
function create(crm: MemoryCrm, job: DeliveryJob, now: number, client: number): DeliveryOutcome {
	const found = [...crm.records.values()].find(({ fabricId }) => fabricId === job.unifiedId);
	if (found !== undefined) {
		const known = structuredClone(found.fields);
		return { ...confirmed(found, known, now), found: true };
	}
	const emails = ((job.changes['emails'] ?? []) as EmailItem[]).map(({ address }) => ({ address }));
	const record = crm.create(client, { ...job.changes, emails }, now, job.unifiedId);
	return confirmed(record, structuredClone(record.fields), now);
}

/** Undefined if a person changed one of them since it was last read. */
function scalarsToWrite(record: MemoryRecord, job: DeliveryJob): CanonicalFields | undefined {
	const changes: CanonicalFields = {};
	for (const field of SCALARS.filter((name) => name in job.changes)) {
		const [now, wanted, known] = [record.fields, job.changes, job.known].map((from) => from[field]);
		if (sameValue(field, now, wanted)) continue;
		if (!sameValue(field, now, known)) return undefined;
		changes[field] = wanted ?? null;
	}
	return changes;
}

function listPlan(
	known: CanonicalFields,
	changes: CanonicalFields,
): ListDiff<EmailItem> | undefined {
	if (!('emails' in changes)) return undefined;
	const [before, wanted] = [known['emails'] ?? [], changes['emails'] ?? []];
	return diffList<EmailItem>('emails', before as EmailItem[], wanted as EmailItem[]);
}

/** False if a person edited or removed an entry that is to be changed or removed. */
function fits({ fields }: MemoryRecord, diff: ListDiff<EmailItem>): boolean {
	const now = (fields['emails'] ?? []) as EmailItem[];
	const touched = [...diff.removed, ...diff.changed.map(({ from }) => from)];
	return touched.every((item) =>
		now.some((one) => one.ref === item.ref && keyOf(one) === keyOf(item)),
	);
}

function withRefsOf(items: readonly EmailItem[], stored: readonly EmailItem[]): EmailItem[] {
	return items.map((item) => ({
		...item,
		ref: item.ref ?? stored.find((one) => keyOf(one) === keyOf(item))?.ref,
	}));
}

function write(crm: MemoryCrm, record: MemoryRecord, changes: CanonicalFields, now: number): void {
	if (Object.keys(changes).length === 0) return;
	crm.change(record, changes, now, true);
	Object.assign(record.unanswered.scalars, changes);
	if (crm.settings.source === 'stream') crm.settle(record);
	for (const field of Object.keys(changes)) countWrite(crm, record, field);
}

/** What people did to the list since it was last seen stays unseen. */
function writeEmails(
	crm: MemoryCrm,
	record: MemoryRecord,
	diff: ListDiff<EmailItem>,
	now: number,
): void {
	const seen = (record.seen['emails'] ?? []) as EmailItem[];
	const next = apply(crm.emails(record), diff);
	if (sameValue('emails', next, crm.emails(record))) return;
	crm.change(record, { emails: next }, now, true);
	const after = withRefsOf(apply(seen, diff), crm.emails(record));
	const isAdded = (item: EmailItem) => !seen.some(({ ref }) => ref === item.ref);
	record.seen['emails'] = after.filter((item) => !isAdded(item));
	record.unanswered.emails.push(...after.filter(isAdded));
	record.unconfirmed = [...record.unconfirmed, ...after.filter(isAdded)];
	// A stream tells of every write, before anything that people do to it.
	if (crm.settings.source === 'stream') crm.settle(record);
	countWrite(crm, record, 'emails');
}

function countWrite(crm: MemoryCrm, record: MemoryRecord, field: string): void {
	const key = `${record.id}/${field}`;
	crm.writes.set(key, (crm.writes.get(key) ?? 0) + 1);
}
