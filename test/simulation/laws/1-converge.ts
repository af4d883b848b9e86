/** Law 1: after quiet all linked records of a client agree on every mapped field. */
import { emailsOf, keyOf } from '../crm/record';
import { disagreement, fieldsOf, inUse } from './agree';
import { hold, type LawOf } from './law';
import type { World } from '../world';

export const converge: LawOf = (world) => ({
	number: 1,
	title: 'converge',
	atEnd: async () => {
		for (const client of world.known()) {
			const records = inUse(world, client);
			for (const field of fieldsOf(records)) {
				if (world.ruled.has(field) && !(await isSet(world, client, field))) continue;
				const values = disagreement(world, records, field);
				hold(1, values === undefined, () => told(client, field, values ?? []));
			}
			const lists = new Set(
				records.map(({ record: { fields } }) => emailsOf(fields).map(keyOf).sort().join(', ')),
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
	const { fields } = await world.registersOf(crm, record);
	return fields[field] !== undefined;
}

function told(client: number, field: string, values: readonly unknown[]): string {
	return `The records of client ${client} differ in ${field}: ${values.map(String).join(' | ')}`;
}
