/**
 * How an invented CRM's connector writes one delivery, call by call: it reads the record, leaves
 * alone what people did since the hub last saw it, writes, and answers what its write made of the
 * record. A CRM with conditional writes reads and writes at one instant.
 */
import { isEmpty, sameValue } from '../../lib/model/canonical';
import type { DeliveryJob, DeliveryOutcome } from '../../lib/model/delivery';
import type { CanonicalFields, EmailItem } from '../../lib/model/fields';
import { diffList, type ListDiff } from '../../lib/model/list-diff';
import { iso } from './crm/events';
import type { MemoryCrm } from './crm/memory-crm';
import {
	addressOf,
	apply,
	emailsOf,
	idOf,
	keyOf,
	scalarsOf,
	type MemoryRecord,
} from './crm/record';

const CONFLICT: DeliveryOutcome = {
	status: 'retry',
	reason: 'The record was changed since it was last read.',
	code: 'changed-meanwhile',
	outcomeUnknown: false,
};
/** What tells one item of a client from another one. */
const TELLING = ['client', 'name', 'subject', 'text'];
const BROKEN_OFF = { status: 'retry', reason: 'It broke off.', code: '500' } as const;

/** What the connector is about to write, after it has read the record. */
export interface Plan {
	/** When it read it. */
	checkedAt: number;
	/** Absent: there is no such record, it is created. */
	record?: MemoryRecord;
	/** Of a create: an earlier try had made the record. */
	found: boolean;
	scalars: CanonicalFields;
	emails?: ListDiff<EmailItem>;
}

/** The connector's own defences; the tests of the defences switch them off. */
export interface WriterDefences {
	/** It reads the record before it writes. */
	verifies: boolean;
	/** It looks for the record of an earlier try before it creates one. */
	finds: boolean;
	/** The same of what is no contact. */
	findsItems: boolean;
}

/** Told of a write that hides what a person did: is that the window that nobody can close? */
export type OnOverwrite = (record: MemoryRecord, field: string, checkedAt: number | null) => void;

/** Reads; an outcome if there is nothing to write, or it must not be written. */
export function check(
	crm: MemoryCrm,
	job: DeliveryJob,
	now: number,
	defences: WriterDefences,
): Plan | DeliveryOutcome {
	if (job.operation === 'create') return checkCreate(crm, job, now, defences);
	const record = crm.records.get(idOf({ object: job.object, crmId: job.crmId ?? '' }));
	if (record === undefined) return { status: 'gone', reason: 'It is gone.', code: '404' };
	if (isRemoval(job)) return { checkedAt: now, record, found: false, scalars: {} };
	const emails = withdrawn(listPlan(job.known, job.changes), record, job, defences);
	const scalars = scalarsToWrite(record, job, defences);
	const isFree = emails === undefined || !defences.verifies || fits(record, emails);
	if (scalars === undefined || !isFree) return CONFLICT;
	return { checkedAt: now, record, found: false, scalars, emails };
}

/** Carries out the first `calls` calls of the plan; absent: all of them. */
export function write(
	crm: MemoryCrm,
	job: DeliveryJob,
	plan: Plan,
	now: number,
	client: number,
	onOverwrite: OnOverwrite,
	calls = Infinity,
): DeliveryOutcome {
	if (plan.found && plan.record !== undefined) {
		return { ...confirmed(plan.record, structuredClone(plan.record.fields), now), found: true };
	}
	if (job.operation === 'create') return create(crm, job, now, client);
	const record = crm.records.get(plan.record?.id ?? '');
	if (record === undefined) return { status: 'gone', reason: 'It is gone.', code: '404' };
	if (isRemoval(job)) return remove(crm, job, record, now);
	for (const field of Object.keys(plan.scalars)) onOverwrite(record, field, plan.checkedAt);
	writeScalars(crm, record, plan.scalars, now);
	const known: CanonicalFields = {};
	for (const field of scalarsOf(job.object)) {
		if (field in job.changes) known[field] = job.changes[field] ?? null;
	}
	const steps = plan.emails === undefined ? [] : stepsOf(plan.emails);
	const done = joined(steps.slice(0, calls));
	if (plan.emails !== undefined) {
		writeEmails(crm, record, done, now);
		const ofKnown = apply(emailsOf(job.known), done);
		known['emails'] = withRefsOf(ofKnown, crm.emails(record));
	}
	crm.remember(record, now);
	if (steps.length > calls) return { ...BROKEN_OFF, outcomeUnknown: true, known };
	return confirmed(record, known, now);
}

function isRemoval({ operation }: DeliveryJob): boolean {
	return operation === 'delete' || operation === 'archive' || operation === 'unarchive';
}

function remove(
	crm: MemoryCrm,
	{ operation }: DeliveryJob,
	record: MemoryRecord,
	now: number,
): DeliveryOutcome {
	const archives = operation === 'archive';
	if (operation === 'delete') crm.delete(record, now, true);
	else if (record.archived !== archives) crm.archive(record, archives, now, true);
	return confirmed(record, {}, now);
}

/** Calls that a plan's list takes. */
export function callsOf({ emails }: Plan): number {
	return emails === undefined ? 0 : stepsOf(emails).length;
}

function confirmed(record: MemoryRecord, known: CanonicalFields, now: number) {
	const { crmId } = addressOf(record.id);
	return { status: 'confirmed' as const, crmId, known, confirmedAt: iso(now), calls: 1 };
}

/** A create that was made by an earlier try is found again, as people left it. */
function checkCreate(
	crm: MemoryCrm,
	job: DeliveryJob,
	now: number,
	{ finds, findsItems }: WriterDefences,
): Plan | DeliveryOutcome {
	const isLooking = job.object === 'contact' ? finds : findsItems;
	const found = isLooking ? madeBy(crm, job) : undefined;
	return { checkedAt: now, record: found, found: found !== undefined, scalars: {} };
}

/** What is no contact bears no id of ours: it is known by its client and what it says (deliver-item.ts). */
function madeBy(crm: MemoryCrm, job: DeliveryJob): MemoryRecord | undefined {
	const records = [...crm.records.values()].filter(({ object }) => object === job.object);
	if (job.object === 'contact') return records.find(({ fabricId }) => fabricId === job.unifiedId);
	const telling = TELLING.filter((field) => !isEmpty(job.desired[field] ?? null));
	const opened = Date.parse(job.openedAt);
	return records.find(
		({ fields, madeAt }) =>
			madeAt >= opened &&
			telling.every((field) => sameValue(field, job.desired[field], fields[field])),
	);
}

function create(crm: MemoryCrm, job: DeliveryJob, now: number, client: number): DeliveryOutcome {
	if (job.object !== 'contact') return createItem(crm, job, now, client);
	const emails = emailsOf(job.changes).map(({ address }) => ({ address }));
	const record = crm.create(client, { ...job.changes, emails }, now, job.unifiedId);
	return confirmed(record, structuredClone(record.fields), now);
}

function createItem(
	crm: MemoryCrm,
	{ object, changes, unifiedId }: DeliveryJob,
	now: number,
	thing: number,
): DeliveryOutcome {
	const record = crm.create(thing, changes, now, unifiedId, object);
	return confirmed(record, structuredClone(record.fields), now);
}

/** Undefined if a person changed one of them since it was last read. */
function scalarsToWrite(
	record: MemoryRecord,
	job: DeliveryJob,
	{ verifies }: WriterDefences,
): CanonicalFields | undefined {
	const changes: CanonicalFields = {};
	for (const field of scalarsOf(job.object).filter((name) => name in job.changes)) {
		const [now, wanted, known] = [record.fields, job.changes, job.known].map((from) => from[field]);
		if (sameValue(field, now, wanted)) continue;
		if (verifies && !sameValue(field, now, known)) return undefined;
		changes[field] = wanted ?? null;
	}
	return changes;
}

function listPlan(
	known: CanonicalFields,
	changes: CanonicalFields,
): ListDiff<EmailItem> | undefined {
	if (!('emails' in changes)) return undefined;
	return diffList<EmailItem>('emails', emailsOf(known), emailsOf(changes));
}

/** Also takes out what an earlier try added, whose answer was lost, if nobody wants it any more. */
function withdrawn(
	diff: ListDiff<EmailItem> | undefined,
	{ fields }: MemoryRecord,
	{ known, changes, unanswered = {} }: DeliveryJob,
	{ verifies }: WriterDefences,
): ListDiff<EmailItem> | undefined {
	if (diff === undefined || !verifies) return diff;
	const keys = (from: CanonicalFields) => new Set(emailsOf(from).map(keyOf));
	const [ours, kept, wanted] = [keys(unanswered), keys(known), keys(changes)];
	const refs = new Set(emailsOf(known).map(({ ref }) => ref));
	const isOurs = (item: EmailItem) => {
		const key = keyOf(item);
		return ours.has(key) && !kept.has(key) && !wanted.has(key) && !refs.has(item.ref);
	};
	return { ...diff, removed: [...diff.removed, ...emailsOf(fields).filter(isOurs)] };
}

/** False if a person edited or removed an entry that is to be changed or removed. */
function fits({ fields }: MemoryRecord, diff: ListDiff<EmailItem>): boolean {
	const touched = [...diff.removed, ...diff.changed.map(({ from }) => from)];
	return touched.every((item) =>
		emailsOf(fields).some((one) => one.ref === item.ref && keyOf(one) === keyOf(item)),
	);
}

/** One call an entry. */
function stepsOf({ removed, changed, added }: ListDiff<EmailItem>): Array<ListDiff<EmailItem>> {
	return [
		...removed.map((item) => ({ removed: [item], changed: [], added: [] })),
		...changed.map((pair) => ({ removed: [], changed: [pair], added: [] })),
		...added.map((item) => ({ removed: [], changed: [], added: [item] })),
	];
}

function joined(steps: ReadonlyArray<ListDiff<EmailItem>>): ListDiff<EmailItem> {
	return {
		removed: steps.flatMap(({ removed }) => removed),
		changed: steps.flatMap(({ changed }) => changed),
		added: steps.flatMap(({ added }) => added),
	};
}

function withRefsOf(items: readonly EmailItem[], stored: readonly EmailItem[]): EmailItem[] {
	return items.map((item) => ({
		...item,
		ref: item.ref ?? stored.find((one) => keyOf(one) === keyOf(item))?.ref,
	}));
}

function writeScalars(
	crm: MemoryCrm,
	record: MemoryRecord,
	changes: CanonicalFields,
	now: number,
): void {
	const effective = Object.entries(changes).filter(
		([field, value]) => !sameValue(field, record.fields[field], value),
	);
	if (effective.length === 0) return;
	const fields = Object.fromEntries(effective);
	crm.change(record, fields, now, true);
	Object.assign(record.unanswered.scalars, fields);
	if (crm.streams(record)) crm.settle(record.id);
	for (const field of Object.keys(fields)) countWrite(crm, record, field);
}

/** What people did to the list since it was last seen stays unseen. */
function writeEmails(
	crm: MemoryCrm,
	record: MemoryRecord,
	diff: ListDiff<EmailItem>,
	now: number,
): void {
	const seen = emailsOf(record.seen);
	const next = apply(crm.emails(record), diff);
	if (sameValue('emails', next, crm.emails(record))) return;
	crm.change(record, { emails: next }, now, true);
	const after = withRefsOf(apply(seen, diff), crm.emails(record));
	const isAdded = (item: EmailItem) => !seen.some(({ ref }) => ref === item.ref);
	record.seen['emails'] = after.filter((item) => !isAdded(item));
	record.unanswered.emails.push(...after.filter(isAdded));
	record.unconfirmed = [...record.unconfirmed, ...after.filter(isAdded)];
	// A stream tells of every write, before anything that people do to it.
	if (crm.streams(record)) crm.settle(record.id);
	countWrite(crm, record, 'emails');
}

function countWrite(crm: MemoryCrm, record: MemoryRecord, field: string): void {
	const key = `${record.id}/${field}`;
	crm.writes.set(key, (crm.writes.get(key) ?? 0) + 1);
}
