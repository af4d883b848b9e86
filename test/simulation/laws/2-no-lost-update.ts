/**
 * Law 2: the final values are those that the oracle computes from people's edits alone. (That no
 * write hides an edit which was there when the writer looked is checked where it writes.)
 */
import { emailsOf, keyOf, SCALARS } from '../crm/record';
import { hold, lower, type LawOf } from './law';

export const noLostUpdate: LawOf = (world) => ({
	number: 2,
	title: 'no lost update',
	atEnd: () => {
		const isIntricate = world.hasRemovals();
		for (let client = 1; client <= world.people.clients; client += 1) {
			const [record] = world
				.recordsOf(client)
				.flatMap((one) => (one.record.archived ? [] : one.record));
			if (record === undefined || (isIntricate && world.people.removed.has(client))) continue;
			for (const field of SCALARS.filter((name) => !world.ruled.has(name))) {
				const expected = world.oracle.finalValues(client, field);
				if (expected === undefined) continue;
				world.verdicts[expected.length === 1 ? 'sure' : 'open'] += 1;
				const wanted = expected.map(lower);
				hold(2, wanted.includes(lower(record.fields[field])), () =>
					told(client, field, record.fields[field], wanted),
				);
			}
			const addresses = world.oracle.finalAddresses(client);
			world.verdicts[addresses === undefined ? 'open' : 'sure'] += 1;
			if (addresses === undefined) continue;
			const [held, wanted] = [emailsOf(record.fields).map(keyOf).sort(), addresses].map((list) =>
				list.join(', '),
			);
			hold(2, held === wanted, () => told(client, 'emails', held, [wanted]));
		}
	},
});

function told(client: number, field: string, held: unknown, wanted: readonly unknown[]): string {
	return `Client ${client} has ${field} = ${String(held)}, but people made it ${wanted.map(String).join(' or ')}`;
}
