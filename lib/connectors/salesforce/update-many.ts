/** Updates of many records: one read of all, then one write of what differs. */
import type { CrmRecord } from '../connector';
import { wantedOf } from '../deliver-common';
import { changedMeanwhile, failureOutcome } from '../outcomes';
import type { DeliveryJob } from '../../model/delivery';
import { baseField } from '../../model/field-map';
import { oneByOne, workOf, type Batch, type Outcomes, type Plan } from './batch';
import { checkedId, CRM } from './client';
import { rowOutcomes, together, type RowOutcome } from './collections';
import { writableMap } from './deliver';
import { crmFieldsOf, project } from './fields';
import { withoutEmployer } from './household-account';
import { readContacts } from './read-contact';
import { confirmed } from './remove';
import { planWrite } from './write-plan';
import { rowOf, targetOf, type WriteTarget } from './write-target';
import { written } from './written';

export async function updateAll(batch: Batch): Promise<Outcomes> {
	const { plans, outcomes } = updatePlans(batch);
	const told = await together(plans, (some) => updateSome(batch, some));
	return new Map([...outcomes, ...told]);
}

/** Deliveries of an update that have something to write; the others are told. */
export function updatePlans(batch: Batch): { plans: Plan[]; outcomes: Outcomes } {
	const outcomes: Outcomes = new Map();
	const plans: Plan[] = [];
	for (const job of batch.jobs) {
		try {
			const { fieldMap, crmId } = job;
			const wanted = wantedOf(job, (fields) => project(fields, fieldMap, batch.context.settings));
			const map = writableMap(workOf(batch, job));
			const mappings = map.filter(({ field }) => baseField(field) in wanted);
			const names = mappings.flatMap(crmFieldsOf);
			const id = checkedId(crmId ?? '');
			if (names.length > 0) plans.push({ job, crmId: id, wanted, mappings, names, values: {} });
			else outcomes.set(job, confirmed(workOf(batch, job), id, wanted));
		} catch (error) {
			outcomes.set(job, failureOutcome(error, CRM));
		}
	}
	return { plans, outcomes };
}

async function updateSome(batch: Batch, plans: Plan[]): Promise<Outcomes> {
	const compared = await compare(batch, plans);
	const told = new Map<DeliveryJob, RowOutcome>();
	for (const [sobject, rows] of bySobject(compared.differing)) {
		const results = await batch.connection.update(sobject, rows.map(updateRow));
		for (const [job, outcome] of rowOutcomes(rows, results)) told.set(job, outcome);
	}
	return finish(batch, compared, told);
}

/** An update as it is written: of the contact, or of the account that a person is. */
export interface RowPlan extends Plan {
	target: WriteTarget;
	row: CrmRecord;
	/** Contact fields that have no place there. */
	homeless: string[];
}

/** What one look at all records says of the deliveries. */
export interface Compared {
	/** Somebody changed the record since it was read. */
	outcomes: Outcomes;
	/** Not among the records that were read: gone, or not for our eyes. */
	unseen: DeliveryJob[];
	/** As was wanted, or to be written. */
	toWrite: RowPlan[];
	/** Of these, the ones that differ. */
	differing: RowPlan[];
}

export function updateRow({ target, row }: RowPlan): CrmRecord & { Id: string } {
	return { ...row, Id: target.id };
}

export function bySobject(plans: readonly RowPlan[]): Map<string, RowPlan[]> {
	const names = new Set(plans.map(({ target }) => target.sobject));
	const rowsOf = (name: string) => plans.filter(({ target }) => target.sobject === name);
	return new Map([...names].map((name) => [name, rowsOf(name)]));
}

/** 2,000 records at most. */
export async function compare(batch: Batch, plans: Plan[]): Promise<Compared> {
	const { verifyBeforeWrite } = batch.settings;
	const records = await lookAt(batch, plans);
	const outcomes: Outcomes = new Map();
	const unseen: DeliveryJob[] = [];
	const toWrite: RowPlan[] = [];
	for (const [place, plan] of plans.entries()) {
		const { job, crmId, mappings } = plan;
		const seen = records === null ? null : (records[place] ?? undefined);
		// Gone, or not for our eyes: that is found out by itself.
		if (seen === undefined) {
			unseen.push(job);
			continue;
		}
		const fresh = seen === null || !verifyBeforeWrite ? null : withoutEmployer(seen, mappings);
		const write = planWrite(job.changes, job.known, fresh, mappings);
		if (write.status === 'conflict') outcomes.set(job, changedMeanwhile(CRM, write.field));
		else {
			const target = targetOf(batch.model, crmId, seen);
			toWrite.push({ ...plan, values: write.values, target, ...rowOf(target, write.values) });
		}
	}
	const differing = toWrite.filter(({ row }) => Object.keys(row).length > 0);
	return { outcomes, unseen, toWrite, differing };
}

/** `told`: what became of the rows that were written. */
export async function finish(
	batch: Batch,
	{ outcomes, unseen, toWrite }: Compared,
	told: ReadonlyMap<DeliveryJob, RowOutcome>,
): Promise<Outcomes> {
	for (const plan of toWrite) {
		const { job, crmId, wanted } = plan;
		const outcome = told.get(job);
		if (outcome?.status === 'failed' && outcome.isUnsure) unseen.push(job);
		else if (outcome?.status === 'failed') outcomes.set(job, outcome.outcome);
		else outcomes.set(job, written(workOf(batch, job), crmId, wanted, plan));
	}
	return new Map([...outcomes, ...(await oneByOne(batch.context, unseen))]);
}

/** The present values of all fields that are to be written; null if nobody is to look. */
async function lookAt(batch: Batch, plans: Plan[]): Promise<Array<CrmRecord | null> | null> {
	const { settings, model } = batch;
	if (!settings.verifyBeforeWrite && model.person === null) return null;
	const names = ['Id', 'LastModifiedDate', ...plans.flatMap(({ names: own }) => own)];
	const ids = plans.map(({ crmId }) => crmId);
	return readContacts(batch, ids, [...new Set(names)]);
}
