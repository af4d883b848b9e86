/**
 * Law 2: the final values are those that the oracle computes from people's edits alone. (That no
 * write hides an edit which was there when the writer looked is checked where it writes.)
 */
import type { ScalarValue } from '../../../lib/model/fields';
import { emailsOf, keyOf } from '../crm/record';
import { canHold, fieldsOf, inUse, isWritten, namesRemoved, valueOf } from './agree';
import { hold, lower, type LawOf } from './law';

export const noLostUpdate: LawOf = (world) => ({
	number: 2,
	title: 'no lost update',
	atEnd: () => {
		const isIntricate = world.hasRemovals();
		for (const client of world.known()) {
			const records = inUse(world, client);
			const [first] = records;
			if (first === undefined || (isIntricate && world.people.removed.has(client))) continue;
			for (const field of fieldsOf(records).filter((name) => !world.ruled.has(name))) {
				const expected = world.oracle.finalValues(client, field);
				if (expected === undefined) continue;
				const wanted = expected.map((one) => lower(one) as ScalarValue);
				const one = records.find(
					(held) =>
						isWritten(world, held) && wanted.every((value) => canHold(world, held, field, value)),
				);
				if (one === undefined || (isIntricate && namesRemoved(world, expected))) continue;
				world.verdicts[expected.length === 1 ? 'sure' : 'open'] += 1;
				const value = valueOf(one, field);
				hold(2, wanted.includes(value), () => told(client, field, value, wanted));
			}
			const { record } = first;
			if (record.object !== 'contact') continue;
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
