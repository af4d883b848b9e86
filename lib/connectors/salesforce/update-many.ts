/** Updates of many records: one read of all, then one write of what differs. */
import type { CrmRecord } from '../connector';
import { wantedOf } from '../deliver-common';
import { changedMeanwhile, failureOutcome } from '../outcomes';
import type { DeliveryJob } from '../../model/delivery';
import { baseField } from '../../model/field-map';
import { oneByOne, workOf, type Batch, type Outcomes, type Plan } from './batch';
import { checkedId, CRM, OBJECT } from './client';
import { rowOutcomes, together } from './collections';
import { writableMap } from './deliver';
import { crmFieldsOf, project } from './fields';
import { retrieve } from './reader';
import { confirmed } from './remove';
import { planWrite } from './write-plan';

export async function updateAll(batch: Batch): Promise<Outcomes> {
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
	const told = await together(plans, (some) => updateSome(batch, some));
	return new Map([...outcomes, ...told]);
}

async function updateSome(batch: Batch, plans: Plan[]): Promise<Outcomes> {
	const { connection } = batch;
	const records = await lookAt(batch, plans);
	const outcomes: Outcomes = new Map();
	const unseen: DeliveryJob[] = [];
	const toWrite: Plan[] = [];
	for (const [place, plan] of plans.entries()) {
		const { job, mappings } = plan;
		const fresh = records?.[place];
		// Gone, or not for our eyes: that is found out by itself.
		if (fresh === null || (records !== null && fresh === undefined)) unseen.push(job);
		else {
			const write = planWrite(job.changes, job.known, fresh ?? null, mappings);
			if (write.status === 'conflict') outcomes.set(job, changedMeanwhile(CRM, write.field));
			else toWrite.push({ ...plan, values: write.values });
		}
	}
	const differing = toWrite.filter(({ values }) => Object.keys(values).length > 0);
	const rows = differing.map(({ crmId, values }) => ({ Id: crmId, ...values }));
	const results = rows.length === 0 ? [] : await connection.update(OBJECT, rows);
	const told = rowOutcomes(differing, results);
	for (const plan of toWrite) {
		const outcome = told.get(plan.job);
		if (outcome?.status === 'failed' && outcome.isUnsure) unseen.push(plan.job);
		else if (outcome?.status === 'failed') outcomes.set(plan.job, outcome.outcome);
		else outcomes.set(plan.job, confirmed(workOf(batch, plan.job), plan.crmId, plan.wanted));
	}
	return new Map([...outcomes, ...(await oneByOne(batch.context, unseen))]);
}

/** The present values of all fields that are to be written; null if nobody is to look. */
async function lookAt(batch: Batch, plans: Plan[]): Promise<Array<CrmRecord | null> | null> {
	if (!batch.settings.verifyBeforeWrite) return null;
	const fields = ['Id', 'LastModifiedDate', ...plans.flatMap(({ names }) => names)];
	const ids = plans.map(({ crmId }) => crmId);
	return retrieve(batch.connection, ids, [...new Set(fields)]);
}
