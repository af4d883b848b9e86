/**
 * Writes a delivery; and where try after try finds the record changed while no change source says so,
 * reads the whole record once and gives it back with the outcome.
 */
import type { DeliveryJob, DeliveryOutcome } from '../model/delivery';
import type { Connector, ConnectorContext } from './connector';
import { CHANGED_MEANWHILE } from './outcomes';

/** Before that try the change source, which knows the times of edits, is given the time to bring it. */
export const LOOKS_FROM_ATTEMPT = 7;
const LOOK_TIMEOUT_MS = 30_000;

/** Never throws for what the CRM or the network did, as {@link Connector.deliver}. */
export async function deliverAndLook(
	connector: Connector,
	context: ConnectorContext,
	job: DeliveryJob,
): Promise<DeliveryOutcome> {
	return looked(connector, context, job, await connector.deliver(context, job));
}

/** The same for a batch, where the connector can write one together; undefined where it cannot. */
export async function deliverManyAndLook(
	connector: Connector,
	context: ConnectorContext,
	jobs: readonly DeliveryJob[],
): Promise<DeliveryOutcome[] | undefined> {
	const outcomes = await connector.deliverMany?.(context, jobs);
	if (outcomes === undefined) return undefined;
	const told: DeliveryOutcome[] = [];
	for (const [place, job] of jobs.entries())
		told.push(await looked(connector, context, job, outcomes[place] as DeliveryOutcome));
	return told;
}

async function looked(
	connector: Connector,
	context: ConnectorContext,
	job: DeliveryJob,
	outcome: DeliveryOutcome,
): Promise<DeliveryOutcome> {
	const { crmId, attempt, fieldMap, object } = job;
	const isStuck = outcome.status === 'retry' && outcome.code === CHANGED_MEANWHILE;
	if (!isStuck || crmId === null || attempt < LOOKS_FROM_ATTEMPT) return outcome;
	try {
		const signal = AbortSignal.timeout(LOOK_TIMEOUT_MS);
		const options = { fieldMap, object, crmIds: [crmId], signal };
		for await (const page of connector.readAll(context, options)) {
			const read = page.find((event) => event.crmId === crmId);
			if (read !== undefined) return { ...outcome, read };
		}
	} catch {
		context.log('info', 'A record that differs from what is known of it could not be read', {
			deliveryId: job.deliveryId,
		});
	}
	return outcome;
}
