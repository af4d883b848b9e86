/** New person accounts, many in one call: the contacts behind them are asked for in a second one. */
import type { DeliveryJob } from '../../model/delivery';
import { oneByOne, workOf, type Batch, type Outcomes, type Plan } from './batch';
import { rowOutcomes, UNSAID } from './collections';
import { keyed } from './deliver';
import { contactsBehind, rowOf, type WriteTarget } from './write-target';
import { written } from './written';

/** What is there already under its external id is found by itself. */
export async function createPersons(
	batch: Batch,
	plans: Plan[],
	target: WriteTarget,
): Promise<Outcomes> {
	const { connection } = batch;
	const parts = plans.map((plan) => rowOf(target, keyed(workOf(batch, plan.job), plan.values)));
	const results = await connection.create(
		target.sobject,
		parts.map(({ row }) => row),
	);
	const told = rowOutcomes(plans, results);
	const accounts = [...told.values()].flatMap((one) => (one.status === 'written' ? one.crmId : []));
	// They are made: what hinders the second call must not have them made again.
	const behind = await contactsBehind(connection, accounts).catch(() => new Map<string, string>());
	const outcomes: Outcomes = new Map();
	const there: DeliveryJob[] = [];
	for (const [place, { job, wanted, mappings }] of plans.entries()) {
		const outcome = told.get(job) ?? UNSAID;
		const crmId = outcome.status === 'written' ? behind.get(outcome.crmId) : undefined;
		if (crmId !== undefined) {
			const homeless = parts[place]?.homeless ?? [];
			outcomes.set(job, written(workOf(batch, job), crmId, wanted, { mappings, homeless }));
		} else if (outcome.status === 'written') outcomes.set(job, UNSAID.outcome);
		else if (isDuplicate(outcome.outcome)) there.push(job);
		else outcomes.set(job, outcome.outcome);
	}
	return new Map([...outcomes, ...(await oneByOne(batch.context, there))]);
}

function isDuplicate(outcome: { status: string; code?: string }): boolean {
	return outcome.status === 'rejected' && outcome.code === 'DUPLICATE_VALUE';
}
