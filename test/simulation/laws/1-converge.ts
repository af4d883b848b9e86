/** Law 1: after quiet all linked records of a client agree on every mapped field. */
import { emailsOf, keyOf, SCALARS } from '../crm/record';
import { hold, lower, type LawOf } from './law';
import type { World } from '../world';

export const converge: LawOf = (world) => ({
	number: 1,
	title: 'converge',
	atEnd: async () => {
		for (let client = 1; client <= world.people.clients; client += 1) {
			const records = world
				.recordsOf(client)
				.flatMap(({ record }) => (record.archived ? [] : record));
			for (const field of SCALARS) {
				if (world.ruled.has(field) && !(await isSet(world, client, field))) continue;
				const values = new Set(records.map(({ fields }) => lower(fields[field])));
				hold(1, values.size <= 1, () => told(client, field, [...values]));
			}
			const lists = new Set(
				records.map(({ fields }) => emailsOf(fields).map(keyOf).sort().join(', ')),
			);
			hold(1, lists.size <= 1, () => told(client, 'emails', [...lists]));
		}
	},
});

/**
 * Where one system alone may set a field and never did, the client has no value: each record keeps
 * what its people typed.
 */
async function isSet(world: World, client: number, field: string): Promise<boolean> {
	const [one] = world.recordsOf(client);
	if (one === undefined) return false;
	const { crm, record } = one;
	const entity = await world.engine.call(({ desk }) => desk.findEntity(crm.name, record.id));
	return entity?.fields[field] !== undefined;
}

function told(client: number, field: string, values: readonly unknown[]): string {
	return `The records of client ${client} differ in ${field}: ${values.map(String).join(' | ')}`;
}
