/** Creates of many records: by external id where there is one, else of what surely is not there yet. */
import { CrmError, type CrmRecord } from '../connector';
import type { DeliveryJob } from '../../model/delivery';
import { readsIn } from '../../model/field-map';
import { workOf, type Batch, type Outcomes, type Plan } from './batch';
import { OBJECT, soqlText } from './client';
import { rowOutcomes, together, UNSAID, type RowOutcome } from './collections';
import { asFound, missingKey, nothingToCreate, writableMap } from './deliver';
import { crmFieldsOf, effectiveMap, project, toCrmValues } from './fields';
import { batches, runQuery } from './reader';
import { confirmed } from './remove';

/** External ids in one query: its address may not be longer than 16 KB. */
const KEYS_A_QUERY = 100;

/** Deliveries of a create that have something to write; the others are told. */
function createPlans(batch: Batch): { plans: Plan[]; outcomes: Outcomes } {
	const outcomes: Outcomes = new Map();
	const plans: Plan[] = [];
	for (const job of batch.jobs) {
		const wanted = project(job.desired, job.fieldMap, batch.context.settings);
		const mappings = writableMap(workOf(batch, job));
		const all = Object.entries(toCrmValues(wanted, mappings));
		const values = Object.fromEntries(all.filter(([, value]) => value !== null));
		const names = Object.keys(values);
		if (names.length === 0) outcomes.set(job, nothingToCreate());
		else plans.push({ job, crmId: '', wanted, mappings, names, values });
	}
	return { plans, outcomes };
}

export async function createAll(batch: Batch): Promise<Outcomes> {
	const { plans, outcomes } = createPlans(batch);
	const told = await together(plans, async (some) => {
		const rows = some.map(({ values }) => values);
		const results = await batch.connection.create(OBJECT, rows);
		return made(batch, some, rowOutcomes(some, results));
	});
	return new Map([...outcomes, ...told]);
}

export async function upsertAll(batch: Batch): Promise<Outcomes> {
	const { plans, outcomes } = createPlans(batch);
	const { externalIdField } = batch.settings;
	const named = plans.map((plan) => ({ ...plan, names: [...plan.names, externalIdField] }));
	const told = await together(named, async (some) => {
		const found = await earlierTries(batch, some);
		const known = [...found].map(
			([job, record]) => [job, asFound(workOf(batch, job), record)] as const,
		);
		const rest = some.filter(({ job }) => !found.has(job));
		return new Map([...known, ...(await upsertSome(batch, rest))]);
	});
	return new Map([...outcomes, ...told]);
}

async function upsertSome(batch: Batch, plans: Plan[]): Promise<Outcomes> {
	if (plans.length === 0) return new Map();
	const { externalIdField } = batch.settings;
	const rows = plans.map(({ job, values }) => ({ ...values, [externalIdField]: job.unifiedId }));
	try {
		const results = await batch.connection.upsert(OBJECT, rows, externalIdField);
		return made(batch, plans, rowOutcomes(plans, results));
	} catch (error) {
		if (!(error instanceof CrmError) || error.code !== 'NOT_FOUND') throw error;
		return new Map(plans.map(({ job }) => [job, missingKey(externalIdField)]));
	}
}

/** Records that an earlier try of the same delivery made, by their external id. */
async function earlierTries(batch: Batch, plans: Plan[]): Promise<Map<DeliveryJob, CrmRecord>> {
	const { externalIdField } = batch.settings;
	const again = plans.filter(({ job }) => job.attempt > 1);
	const names = again.flatMap(({ job }) =>
		effectiveMap(job.fieldMap, batch.context.settings).filter(readsIn).flatMap(crmFieldsOf),
	);
	const fields = [...new Set(['Id', externalIdField, ...names])].join(', ');
	const records = new Map<string, CrmRecord>();
	for (const some of batches(again, KEYS_A_QUERY)) {
		const keys = some.map(({ job }) => soqlText(job.unifiedId)).join(',');
		const soql = `SELECT ${fields} FROM ${OBJECT} WHERE ${externalIdField} IN (${keys})`;
		for (const record of await runQuery(batch.connection, soql, some.length)) {
			records.set(String(record[externalIdField]).toLowerCase(), record);
		}
	}
	const found = again.flatMap(({ job }) => {
		const record = records.get(job.unifiedId.toLowerCase());
		return record === undefined ? [] : [[job, record] as const];
	});
	return new Map(found);
}

function made(batch: Batch, plans: Plan[], told: Map<DeliveryJob, RowOutcome>): Outcomes {
	return new Map(
		plans.map(({ job, wanted }) => {
			const outcome = told.get(job) ?? UNSAID;
			if (outcome.status !== 'written') return [job, outcome.outcome];
			const { crmId, created } = outcome;
			return [job, confirmed(workOf(batch, job), crmId, wanted, created === false)];
		}),
	);
}
