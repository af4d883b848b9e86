/** After a first load of contacts the other objects are read once. */
import { TestHub, snapshot } from '../../test/unit/support/hub';
import { memoryFieldMap } from '../../test/unit/support/memory-connector';
import type { CrmField } from '../connectors/connector';
import type { FieldMap } from '../model/field-map';
import { readOthersOnce } from './reading';

const fieldMap: FieldMap = [
	...memoryFieldMap,
	{ object: 'household', field: 'name', crmField: 'name', direction: 'both' },
];
const NAME: CrmField = {
	...{ name: 'name', label: 'Name', type: 'string', readOnly: false, required: false },
	custom: false,
};

it('has existing households read, and takes in those that nobody knew', async () => {
	const hub = await TestHub.open(['redtail'], { fieldMap, awaitsLoad: true });
	const asked = { system: 'redtail', object: 'household' as const };
	await hub.fabric.mappings.observe(asked, [NAME]);
	expect(await hub.fabric.mappings.toRead('redtail')).toEqual([]);

	await hub.store.transaction((tx) => readOthersOnce(tx, ['redtail', 'nobody']));
	expect(await hub.fabric.mappings.toRead('redtail')).toEqual([
		{ object: 'household', fields: ['name'] },
	]);
	const read = snapshot('redtail', '611', { name: 'Hale' }, { object: 'household' });
	expect(await hub.fabric.mappings.take('redtail', [read])).toBe(1);
	expect((await hub.pump('redtail')).decisions).toMatchObject([{ decision: 'created' }]);
	await hub.close();
});
