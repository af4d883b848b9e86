/**
 * Law 11: a record counts as gone only if it is; a removal goes out only where a person removed the client
 * elsewhere and the policy, or a person, says so; and no run does more than its limit unasked.
 */
import type { DeliveryJob } from '../../../lib/model/delivery';
import type { Link } from '../../../lib/model/rows';
import type { MemoryCrm } from '../crm/memory-crm';
import { idOf } from '../crm/record';
import type { World } from '../world';
import { callsOf, hold, type LawOf } from './law';

export const deletes: LawOf = (world) => ({
	number: 11,
	title: 'deletes',
	committed: (calls) => {
		for (const { args } of callsOf(calls, 'identity', 'saveLinks')) {
			for (const link of args[0] as Link[]) {
				const isGone = !world.crm(link.system).records.has(idOf(link));
				hold(
					11,
					link.state !== 'unlinked' || isGone,
					() => `${idOf(link)} was unlinked, but it is there`,
				);
			}
		}
	},
});

/** To be asked before the fabric removes a record. */
export function checkRemoval(world: World, crm: MemoryCrm, job: DeliveryJob): void {
	const { operation, object, unifiedId } = job;
	const id = idOf({ object, crmId: job.crmId ?? '' });
	if (operation !== 'archive' && operation !== 'delete') return;
	const client = crm.clients.get(id) ?? 0;
	const isCaused = world.people.removed.has(client);
	hold(11, isCaused, () => `${id} is to be ${operation}d, but nobody removed client ${client}`);
	const { deletePolicy } = crm.settings;
	const isAgreed = world.office.approved.has(`${crm.name}/${unifiedId}`);
	const may = deletePolicy === 'delete' || deletePolicy === operation || isAgreed;
	hold(11, may, () => `${id} is to be ${operation}d, but the policy is ${deletePolicy}`);
}
