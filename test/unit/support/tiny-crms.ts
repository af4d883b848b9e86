/**
 * CRMs as small as can be around a test's hub: records that people edit, that are read whole, and that
 * the fabric writes to. Nothing gets lost here unless the test loses it.
 */
import type { DeliveryJob } from '../../../lib/model/delivery';
import type { CanonicalFields, EmailItem, FieldValue } from '../../../lib/model/fields';
import type { ChangeEvent } from '../../../lib/model/event';
import type { FieldRule } from '../../../lib/merge/rules';
import { iso, snapshot, type TestHub } from './hub';
import { memoryConnector } from './memory-connector';

interface TinyRecord {
	fields: CanonicalFields;
	editedAt: number;
}

const EMPTY: CanonicalFields = { jobTitle: null, status: null, emails: [] };

export class TinyCrms {
	/** System -> record id -> record. */
	readonly records = new Map<string, Map<string, TinyRecord>>();

	constructor(
		readonly hub: TestHub,
		readonly systems: string[],
		private readonly rules: FieldRule[] = [],
	) {
		for (const system of systems) this.records.set(system, new Map());
	}

	of(system: string): Map<string, TinyRecord> {
		return this.records.get(system) ?? new Map<string, TinyRecord>();
	}

	/** Somebody makes a record. */
	enter(system: string, crmId: string, fields: CanonicalFields): void {
		const whole = { ...EMPTY, ...fields };
		this.of(system).set(crmId, { fields: withRefs(whole), editedAt: this.hub.now });
	}

	edit(system: string, crmId: string, fields: CanonicalFields): void {
		const record = this.of(system).get(crmId);
		if (record === undefined) return;
		record.fields = { ...record.fields, ...withRefs(fields) };
		record.editedAt = this.hub.now;
	}

	/** Every record of the system, as it is read now. */
	snapshots(system: string): ChangeEvent[] {
		return [...this.of(system)].map(([crmId, { fields, editedAt }]) =>
			snapshot(system, crmId, structuredClone(fields), {
				editedAt: iso(editedAt),
				readAt: iso(this.hub.now),
				receivedAt: iso(this.hub.now),
			}),
		);
	}

	/** The hub reads the system and merges what is new. Answers how many events that were. */
	async read(system: string): Promise<number> {
		const { accepted } = await this.hub.accept(system, this.snapshots(system), { complete: true });
		await this.hub.pump(system, this.rules);
		return accepted;
	}

	/** Everything due is written and confirmed. */
	async deliver(system: string): Promise<number> {
		const jobs = await this.hub.claim(system);
		for (const job of jobs) {
			const crmId = this.write(job);
			this.hub.now += 1;
			await this.hub.confirm(job, crmId, structuredClone(this.held(job, crmId)));
		}
		return jobs.length;
	}

	/** Until nothing is new and nothing is due. */
	async settle(): Promise<void> {
		const MAX_ROUNDS = 20;
		for (let round = 0; round < MAX_ROUNDS; round += 1) {
			this.hub.now += 10_000;
			let work = 0;
			for (const system of this.systems) {
				work += await this.read(system);
				this.hub.now += 1_000;
			}
			for (const system of this.systems) work += await this.deliver(system);
			if (work === 0) return;
		}
		throw new Error('It does not come to rest.');
	}

	private write(job: DeliveryJob): string {
		const crmId = job.crmId ?? this.freeId(job);
		const record = this.of(job.system).get(crmId);
		const fields = { ...EMPTY, ...record?.fields, ...withRefs(job.changes) };
		this.of(job.system).set(crmId, { fields, editedAt: this.hub.now });
		return crmId;
	}

	/** No CRM gives an id twice. */
	private freeId({ system, unifiedId }: DeliveryJob): string {
		let crmId = `${system}-${unifiedId}`;
		while (this.of(system).has(crmId)) crmId += '-again';
		return crmId;
	}

	private held(job: DeliveryJob, crmId: string): CanonicalFields {
		const fields = this.of(job.system).get(crmId)?.fields ?? {};
		if (job.operation === 'create') return fields;
		return Object.fromEntries(
			Object.keys(job.changes).map((field) => [field, fields[field] ?? null]),
		);
	}
}

/** They can hold no kinds and no flags. */
export const tinyConnector = memoryConnector('memory', (desired) => {
	if (!Array.isArray(desired['emails'])) return desired;
	const emails = (desired['emails'] as EmailItem[]).map(({ address, formerKeys }) =>
		formerKeys === undefined ? { address } : { address, formerKeys },
	);
	return { ...desired, emails };
});

/** Entries as a CRM keeps them: no flags, no kinds, ids of their own. */
function withRefs(fields: CanonicalFields): CanonicalFields {
	const { emails } = fields;
	if (emails === undefined) return fields;
	const kept = ((emails ?? []) as EmailItem[]).map(({ address }) => ({ address, ref: address }));
	return { ...fields, emails: kept as FieldValue };
}
