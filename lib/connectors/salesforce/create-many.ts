/** Creates of many records: by external id where there is one, else of what surely is not there yet. */
import { CrmError, type CrmRecord } from '../connector';
import type { DeliveryJob } from '../../model/delivery';
import { readsIn } from '../../model/field-map';
import { workOf, type Batch, type Outcomes, type Plan } from './batch';
import { OBJECT, soqlText } from './client';
import { rowOutcomes, together, UNSAID, type RowOutcome } from './collections';
import { createPersons } from './create-persons';
import { asFound, nothingToCreate, writableMap } from './deliver';
import { crmFieldsOf, effectiveMap, projectNew, toCrmValues } from './fields';
import { orgModel } from './org-model';
import { asContact, withAccountSide } from './person-accounts';
import { batches, runQuery } from './queries';
import { confirmed } from './remove';
import { ACCOUNT, newTarget } from './write-target';
import { missingKey } from './written';

/** External ids in one query: its address may not be longer than 16 KB. */
const KEYS_A_QUERY = 100;

/** Deliveries of a create that have something to write; the others are told. */
function createPlans(batch: Batch): { plans: Plan[]; outcomes: Outcomes } {
	const outcomes: Outcomes = new Map();
	const plans: Plan[] = [];
	for (const job of batch.jobs) {
		const wanted = projectNew(job.desired, job.fieldMap, batch.context.settings);
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
	const told = await together(plans, (some) => createSome(batch, some));
	return new Map([...outcomes, ...told]);
}

async function createSome(batch: Batch, plans: Plan[]): Promise<Outcomes> {
	const target = newTarget(batch.context, await orgModel(batch.context));
	if (target.sobject === ACCOUNT) return createPersons(batch, plans, target);
	const rows = plans.map(({ values }) => values);
	const results = await batch.connection.create(OBJECT, rows);
	return made(batch, plans, rowOutcomes(plans, results));
}

export async function upsertAll(batch: Batch): Promise<Outcomes> {
	return upsertBy(batch, (some) => upsertSome(batch, some));
}

/** `write`: of those that are surely not there yet. */
export async function upsertBy(
	batch: Batch,
	write: (plans: Plan[]) => Promise<Outcomes>,
): Promise<Outcomes> {
	const { plans, outcomes } = createPlans(batch);
	const { externalIdField } = batch.settings;
	const named = plans.map((plan) => ({ ...plan, names: [...plan.names, externalIdField] }));
	const told = await together(named, async (some) => {
		const found = await earlierTries(batch, some);
		const known = [...found].map(
			([job, record]) => [job, asFound(workOf(batch, job), record)] as const,
		);
		const rest = some.filter(({ job }) => !found.has(job));
		return new Map([...known, ...(await write(rest))]);
	});
	return new Map([...outcomes, ...told]);
}

async function upsertSome(batch: Batch, plans: Plan[]): Promise<Outcomes> {
	if (plans.length === 0) return new Map();
	const { externalIdField } = batch.settings;
	const target = newTarget(batch.context, await orgModel(batch.context));
	if (target.sobject === ACCOUNT) return createPersons(batch, plans, target);
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
	const { person } = await orgModel(batch.context);
	const fields = withAccountSide(['Id', externalIdField, ...names], person).join(', ');
	const records = new Map<string, CrmRecord>();
	for (const some of batches(again, KEYS_A_QUERY)) {
		const keys = some.map(({ job }) => soqlText(job.unifiedId)).join(',');
		const soql = `SELECT ${fields} FROM ${OBJECT} WHERE ${externalIdField} IN (${keys})`;
		for (const record of await runQuery(batch.connection, soql, some.length)) {
			records.set(String(record[externalIdField]).toLowerCase(), asContact(record, person));
		}
	}
	const found = again.flatMap(({ job }) => {
		const record = records.get(job.unifiedId.toLowerCase());
		return record === undefined ? [] : [[job, record] as const];
	});
	return new Map(found);
}

/** `told`: what became of the rows that were written. */
export function made(
	batch: Batch,
	plans: Plan[],
	told: ReadonlyMap<DeliveryJob, RowOutcome>,
): Outcomes {
	return new Map(
		plans.map(({ job, wanted }) => {
			const outcome = told.get(job) ?? UNSAID;
			if (outcome.status !== 'written') return [job, outcome.outcome];
			const { crmId, created } = outcome;
			return [job, confirmed(workOf(batch, job), crmId, wanted, created === false)];
		}),
	);
}
