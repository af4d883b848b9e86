/** Law 7: one record a client and CRM, and none where somebody deleted it. */
import type { MemoryCrm } from '../crm/memory-crm';
import { scalarsOf } from '../crm/record';
import type { World } from '../world';
import { objectOf, type Held } from './agree';
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
		for (const client of world.known()) {
			const records = world.recordsOf(client);
			const held = records.map(({ crm }) => crm.name);
			const [first] = scalarsOf(objectOf(records));
			const isKnown = world.oracle.editsOf(client, first ?? '') > 0;
			if (held.length === 0 || !isKnown) continue;
			if (world.hasRemovals() && world.people.removed.has(client)) continue;
			const deletedIn = world.people.deleted.get(client) ?? new Set();
			const expected = world.crms
				.filter(({ name }) => !deletedIn.has(name))
				.filter((crm) => held.includes(crm.name) || isMakeable(world, records, crm))
				.map(({ name }) => name);
			hold(
				7,
				held.join() === expected.join(),
				() => `Client ${client} is in ${held.join(', ')}; it should be in ${expected.join(', ')}`,
			);
		}
	},
});

/** A note is made only where its client is; whatever is a departing client's is made nowhere else, either. */
function isMakeable(world: World, records: readonly Held[], crm: MemoryCrm): boolean {
	return records.every(({ crm: holder, record }) => {
		const reference = holder.truly('client', record.fields['client']) ?? null;
		if (reference === null) return objectOf(records) !== 'note';
		const client = Number(String(reference).slice(1));
		const isThere = world.recordsOf(client).some((one) => one.crm === crm);
		return isThere || (objectOf(records) !== 'note' && !world.people.deleted.has(client));
	});
}
