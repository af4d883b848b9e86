/**
 * A small office in three CRMs for the model test of objects beside contacts: people, households and
 * notes that refer to each other by each CRM's own ids. Seeded; nothing here knows how the hub works.
 */
import type { DeliveryJob, DeliveryOutcome } from '../../../lib/model/delivery';
import { sameValue } from '../../../lib/model/canonical';
import type { ChangeEvent } from '../../../lib/model/event';
import type { CanonicalFields } from '../../../lib/model/fields';
import { localReference, parseLocalReference, type ObjectName } from '../../../lib/model/objects';
import { iso, snapshot } from './hub';

interface OfficeRecord {
	fields: CanonicalFields;
	editedAt: number;
}

/** What each thing is called in every CRM. */
const NAMED_BY: Partial<Record<ObjectName, string>> = {
	contact: 'lastName',
	household: 'name',
	note: 'subject',
};

export class OfficeCrm {
	private readonly records = new Map<string, OfficeRecord>();
	private serial = 0;
	/** What the fabric last saw or wrote of each record: an edit back to it can be seen by nobody. */
	private readonly seen = new Map<string, CanonicalFields>();

	constructor(
		readonly name: string,
		private readonly now: () => number,
	) {}

	/** Answers its reference in this CRM. */
	add(object: ObjectName, fields: CanonicalFields): string {
		this.serial += 1;
		const reference = localReference(object, `${this.name.slice(0, 1)}${this.serial}`);
		this.records.set(reference, { fields: { ...fields }, editedAt: this.now() });
		return reference;
	}

	edit(reference: string, fields: CanonicalFields): void {
		const record = this.records.get(reference);
		if (record === undefined) throw new Error(`${this.name} has no ${reference}.`);
		record.fields = { ...record.fields, ...fields };
		record.editedAt = this.now();
	}

	/** Was it so when the fabric last looked? */
	wasSeen(reference: string, field: string, value: unknown): boolean {
		const fields = this.seen.get(reference);
		return fields !== undefined && fields[field] === value;
	}

	all(object: ObjectName): string[] {
		return [...this.records.keys()].filter((one) => one.startsWith(`${object}:`));
	}

	named(object: ObjectName, name: string): string | undefined {
		const field = NAMED_BY[object] ?? '';
		return this.all(object).find((one) => this.records.get(one)?.fields[field] === name);
	}

	fieldsOf(reference: string): CanonicalFields {
		return this.records.get(reference)?.fields ?? {};
	}

	/** What a record says, with names instead of this CRM's ids. */
	told(reference: string): CanonicalFields {
		const fields = { ...this.fieldsOf(reference) };
		for (const field of ['client', 'household']) {
			const named = fields[field];
			if (typeof named === 'string') fields[field] = this.nameOf(named);
		}
		return fields;
	}

	nameOf(reference: string): string {
		const object = parseLocalReference(reference)?.object ?? 'contact';
		return String(this.fieldsOf(reference)[NAMED_BY[object] ?? ''] ?? '');
	}

	snapshots(objects: readonly ObjectName[]): ChangeEvent[] {
		const at = this.now();
		return objects.flatMap((object) =>
			this.all(object).map((reference) => {
				const { fields, editedAt } = this.records.get(reference) as OfficeRecord;
				this.seen.set(reference, { ...fields });
				const crmId = parseLocalReference(reference)?.crmId ?? '';
				const times = { editedAt: iso(editedAt), readAt: iso(at), receivedAt: iso(at) };
				const members = object === 'household' ? { members: this.membersOf(reference) } : {};
				return snapshot(this.name, crmId, structuredClone(fields), {
					object,
					...times,
					...members,
				});
			}),
		);
	}

	/** Writes as a connector does: looks first, finds what an unanswered create has made. */
	write(job: DeliveryJob): DeliveryOutcome {
		const reference = job.crmId === null ? this.madeBy(job) : localReference(job.object, job.crmId);
		const confirmedAt = iso(this.now());
		if (reference === undefined) {
			const made = this.add(job.object, { ...blank(job.object), ...job.changes });
			this.seen.set(made, { ...this.fieldsOf(made) });
			const crmId = parseLocalReference(made)?.crmId ?? '';
			return { status: 'confirmed', crmId, known: job.changes, confirmedAt, calls: 1 };
		}
		const held = this.fieldsOf(reference);
		const crmId = parseLocalReference(reference)?.crmId ?? '';
		if (job.crmId === null)
			return { status: 'confirmed', crmId, known: { ...held }, confirmedAt, calls: 1, found: true };
		const differs = Object.keys(job.changes).some(
			(field) => field in job.known && !sameValue(field, job.known[field], held[field]),
		);
		if (differs)
			return {
				status: 'retry',
				reason: 'Changed meanwhile.',
				code: 'conflict',
				outcomeUnknown: false,
			};
		this.edit(reference, job.changes);
		this.seen.set(reference, { ...this.fieldsOf(reference) });
		return { status: 'confirmed', crmId, known: job.changes, confirmedAt, calls: 1 };
	}

	private madeBy({ object, desired }: DeliveryJob): string | undefined {
		const name = desired[NAMED_BY[object] ?? ''];
		return this.named(object, String(name));
	}

	private membersOf(household: string): string[] {
		return this.all('contact').filter((one) => this.fieldsOf(one)['household'] === household);
	}
}

function blank(object: ObjectName): CanonicalFields {
	if (object === 'contact')
		return { firstName: null, lastName: null, jobTitle: null, emails: [], household: null };
	return object === 'household' ? { name: null } : { client: null, subject: null, text: null };
}
