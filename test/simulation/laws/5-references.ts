/**
 * Law 5, of what names other records: what is written names records of that CRM, and nothing is made before
 * the client whom it is about.
 */
import type { DeliveryJob } from '../../../lib/model/delivery';
import { isUnifiedId, REFERENCE_FIELDS } from '../../../lib/model/objects';
import type { MemoryCrm } from '../crm/memory-crm';
import { namedBy } from '../crm/record';
import type { World } from '../world';
import { hold } from './law';

/** To be asked of each delivery that was claimed. */
export async function checkReferences(
	world: World,
	crm: MemoryCrm,
	job: DeliveryJob,
): Promise<void> {
	for (const field of REFERENCE_FIELDS) {
		const value = job.changes[field] ?? null;
		const named = namedBy(value);
		hold(
			5,
			value === null || (named !== undefined && crm.clients.has(named)),
			() => `Delivery ${job.deliveryId} names ${String(value)}, which ${crm.name} does not know`,
		);
	}
	if (job.operation !== 'create' || (job.desired['client'] ?? null) !== null) return;
	const { store } = world.engine;
	const client = await store.read(async (tx) => {
		const registers = await tx.registers.registers([job.unifiedId]);
		const register = registers.get(job.unifiedId)?.['client'];
		const value = register?.shape === 'scalar' ? register.value : null;
		if (!isUnifiedId(value)) return [];
		const current = (await tx.entities.aliases([value])).get(value) ?? value;
		return tx.identity.linksOf([current]);
	});
	const isMissing = client.every(({ system }) => system !== crm.name);
	const isAlive = client.some(({ state }) => state === 'active');
	hold(
		5,
		!isAlive || !isMissing,
		() => `${job.object} ${job.unifiedId} is made in ${crm.name} before its client`,
	);
}
