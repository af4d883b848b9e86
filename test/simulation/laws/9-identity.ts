/** Law 9: an entity's records are one client's, a client has one entity, and every link has its evidence. */
import { idOf } from '../crm/record';
import { hold, type LawOf } from './law';

export const identity: LawOf = (world) => ({
	number: 9,
	title: 'identity',
	atEnd: async () => {
		const { store } = world.engine;
		const ids = await store.transaction((tx) => tx.identity.page(null, 10_000));
		const links = await store.transaction((tx) => tx.identity.linksOf(ids));
		const clientOf = new Map<string, number>();
		const entityOf = new Map<number, string>();
		for (const link of links) {
			const { system, crmId, entityId, evidence, state } = link;
			hold(9, evidence.by !== '', () => `The link of ${crmId} has no evidence`);
			const client = world.crm(system).clients.get(idOf(link));
			if (client === undefined || state === 'unlinked') continue;
			const other = clientOf.get(entityId) ?? client;
			hold(9, other === client, () => `${entityId} is client ${client} and client ${other}`);
			const twin = entityOf.get(client) ?? entityId;
			hold(9, twin === entityId, () => `Client ${client} is ${entityId} and ${twin}`);
			clientOf.set(entityId, client);
			entityOf.set(client, entityId);
		}
	},
});
