/** Law 3: one edit of a person causes at most one write to each record. */
import { scalarsOf } from '../crm/record';
import { hold, type LawOf } from './law';

export const noEcho: LawOf = (world) => ({
	number: 3,
	title: 'no echo',
	atEnd: () => {
		for (const crm of world.crms) {
			for (const record of crm.records.values()) {
				const fields = scalarsOf(record.object).filter((name) => !world.ruled.has(name));
				for (const field of fields) {
					const writes = crm.writes.get(`${record.id}/${field}`) ?? 0;
					const edits = world.oracle.editsOf(record.client, field);
					hold(
						3,
						writes <= edits,
						() => `${field} of ${record.id} was written ${writes} times, and edited ${edits} times`,
					);
				}
			}
		}
	},
});
