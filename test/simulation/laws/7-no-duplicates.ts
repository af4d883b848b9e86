/** Law 7: one record a client and CRM, and none where somebody deleted it. */
import { hold, type LawOf } from './law';

export const noDuplicates: LawOf = (world) => ({
	number: 7,
	title: 'no duplicate records',
	stepped: () => {
		for (const crm of world.crms) {
			const made = [...crm.records.values()].flatMap(({ fabricId }) => fabricId ?? []);
			const [twice] = made.filter((id, index) => made.indexOf(id) !== index);
			hold(7, twice === undefined, () => `The fabric made ${twice} twice in ${crm.name}`);
		}
	},
	atEnd: () => {
		for (let client = 1; client <= world.people.clients; client += 1) {
			const held = world.recordsOf(client).map(({ crm }) => crm.name);
			const isKnown = world.oracle.editsOf(client, 'jobTitle') > 0;
			if (held.length === 0 || !isKnown) continue;
			if (world.hasRemovals() && world.people.removed.has(client)) continue;
			const deletedIn = world.people.deleted.get(client) ?? new Set();
			const expected = world.crms.map(({ name }) => name).filter((name) => !deletedIn.has(name));
			hold(
				7,
				held.join() === expected.join(),
				() => `Client ${client} is in ${held.join(', ')}; it should be in ${expected.join(', ')}`,
			);
		}
	},
});
