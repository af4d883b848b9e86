/** A record of an invented CRM, what its people see of it and what the outside world has seen. */
import { localReference, parseLocalReference, type ObjectName } from '../../../lib/model/objects';
import { listItemKey, sameValue } from '../../../lib/model/canonical';
import type { CanonicalFields, EmailItem, ScalarValue } from '../../../lib/model/fields';
import { diffList, type ListDiff } from '../../../lib/model/list-diff';

export const SCALARS = ['jobTitle', 'status'];

/** The fields of each object that hold one value; those that name another record come last. */
const FIELDS: Partial<Record<ObjectName, readonly string[]>> = {
	contact: [...SCALARS, 'household'],
	household: ['name', 'category'],
	opportunity: ['name', 'stage', 'client'],
	note: ['text', 'client'],
	task: ['subject', 'text', 'client'],
};

export function scalarsOf(object: ObjectName): readonly string[] {
	return FIELDS[object] ?? [];
}

/** What a record is called in the simulation; its CRM counts each object by itself. */
export function idOf({ object, crmId }: { object: string; crmId: string }): string {
	return object === 'contact' ? crmId : localReference(object, crmId);
}

/** The object, and the id that the outside world knows. */
export function addressOf(id: string): { object: ObjectName; crmId: string } {
	return parseLocalReference(id) ?? { object: 'contact', crmId: id };
}

/** The record as others of its CRM name it. */
export function referenceTo(id: string): string {
	const { object, crmId } = addressOf(id);
	return localReference(object, crmId);
}

/** The record that is named so; undefined: none is. */
export function namedBy(reference: unknown): string | undefined {
	const parsed = typeof reference === 'string' ? parseLocalReference(reference) : undefined;
	return parsed && idOf(parsed);
}

export interface MemoryRecord {
	id: string;
	object: ObjectName;
	/** Who, or which thing, it truly is; the hub does not know. */
	client: number;
	fields: CanonicalFields;
	/** True time of the last edit, ms; of every field the same. */
	editedAt: number;
	madeAt: number;
	/** Unified id that our create left. */
	fabricId?: string;
	/** Put away by a person or the fabric; still there. */
	archived: boolean;
	/** What the outside world has been able to see of it, and our own writes. */
	seen: CanonicalFields;
	/** What the fabric wrote, while neither its answer has come nor a look has shown it. */
	unanswered: { scalars: CanonicalFields; emails: EmailItem[] };
	/** List entries of the fabric's writes that the hub does not know to be done. */
	unconfirmed: EmailItem[];
	/** When a person last edited a field, and when the fabric last wrote it. */
	personAt: Record<string, number>;
	fabricAt: Record<string, number>;
	/** Persons' edits that no look has shown so far: when, and to what. */
	unseen: Record<string, { at: number; value: ScalarValue }>;
	/** Of a household in a list: who belongs to it, as its CRM names them. */
	members?: string[];
}

export interface Differences {
	scalars: Array<{ field: string; value: ScalarValue }>;
	list: ListDiff<EmailItem>;
}

/** Fields in which a record differs from what was seen of it before. */
export function differences(record: MemoryRecord): Differences {
	const scalars = scalarsOf(record.object)
		.filter((field) => !sameValue(field, record.fields[field], record.seen[field]))
		.map((field) => ({ field, value: (record.fields[field] ?? null) as ScalarValue }));
	return {
		scalars,
		list: diffList<EmailItem>('emails', emailsOf(record.seen), emailsOf(record.fields)),
	};
}

export function emailsOf(fields: CanonicalFields): EmailItem[] {
	return (fields['emails'] ?? []) as EmailItem[];
}

export const keyOf = (item: EmailItem) => listItemKey('emails', item);

/** The list with the difference made to it; entries are the same by their nested ids. */
export function apply(items: readonly EmailItem[], diff: ListDiff<EmailItem>): EmailItem[] {
	const kept = items.flatMap((item) => {
		if (diff.removed.some(({ ref }) => ref === item.ref)) return [];
		const pair = diff.changed.find(({ from }) => from.ref === item.ref);
		return [pair === undefined ? item : { address: pair.to.address, ref: item.ref }];
	});
	const missing = diff.added.filter((item) => !kept.some((one) => keyOf(one) === keyOf(item)));
	return [...kept, ...missing.map(({ address, ref }) => ({ address, ref }))];
}

/** Our writes to this record are known to be done: those answered, or those that a look has shown. */
export function settle(record: MemoryRecord, shown?: CanonicalFields): void {
	const { scalars, emails } = record.unanswered;
	const looked = shown === undefined ? [] : emailsOf(shown);
	const isShown = (item: EmailItem) =>
		shown === undefined ||
		looked.some(({ ref, address }) => ref === item.ref && address === item.address);
	record.seen = {
		...record.seen,
		emails: [...emailsOf(record.seen), ...emails.filter(isShown)],
	};
	record.unanswered.emails = emails.filter((item) => !isShown(item));
	for (const [field, value] of Object.entries(scalars)) {
		if (shown !== undefined && !sameValue(field, shown[field], value)) continue;
		record.seen[field] = value;
		delete scalars[field];
	}
}
