/** CRM Fabric: clients merged, split, and either taken back. */
import { closeFabrics, type Fabric } from '../../../lib';
import { Desk } from './desk';
import { snapshot } from './events';

describe('CRM Fabric, Client', () => {
	let desk: Desk;
	let fabric: Fabric;

	beforeEach(async () => {
		desk = await Desk.open();
		fabric = desk.fabric;
		await desk.merge(snapshot('wealthbox', '1', { firstName: 'Jane', lastName: 'Pike' }));
		await desk.merge(snapshot('redtail', '2', { firstName: 'Zoe', lastName: 'Quill' }));
	});
	afterEach(closeFabrics);

	const owner = async (system: string, crmId: string) =>
		(await fabric.desk.findEntity(system, crmId))?.unifiedId;

	it('merges two, and takes it back', async () => {
		const merged = await desk.run('client', 'merge', {
			intoId: 'U1001',
			fromId: ' U1002 ',
			requestedBy: 'Nathan',
		});
		const [row] = merged.rows;
		expect(row).toMatchObject({ unifiedId: 'U1001', otherId: 'U1002' });
		expect(await owner('redtail', '2')).toBe('U1001');
		const [audit] = await fabric.desk.audit({ kinds: ['merge-entities'], limit: 1 });
		expect(audit).toMatchObject({ seq: row?.['auditSeq'], detail: { by: 'Nathan' } });
		const undone = await desk.run('client', 'undoMove', { auditSeq: row?.['auditSeq'] });
		expect(undone.rows).toMatchObject([{ unifiedId: 'U1001', otherId: 'U1002' }]);
		expect(await owner('redtail', '2')).toBe('U1002');
	});

	it('splits one', async () => {
		await desk.run('client', 'merge', { intoId: 'U1001', fromId: 'U1002' });
		const { rows } = await desk.run('client', 'split', {
			unifiedId: 'U1001',
			records: { record: [{ system: 'redtail', crmId: ' 2 ' }] },
		});
		expect(rows).toMatchObject([{ unifiedId: 'U1001', recordsBelongTo: 'U1002' }]);
		expect(await owner('redtail', '2')).toBe('U1002');
	});

	it('says what is missing, and what cannot be done', async () => {
		const nobody = desk.run('client', 'merge', { intoId: 'U1001', fromId: 'U9' });
		await expect(nobody).rejects.toThrow('There is no client U9 [item 0]');
		const none = desk.run('client', 'split', { unifiedId: 'U1001', records: { record: [] } });
		await expect(none).rejects.toThrow("'Records of the Other Client' names no record");
		const last = desk.run('client', 'split', {
			unifiedId: 'U1001',
			records: { record: [{ system: 'wealthbox', crmId: '1' }] },
		});
		await expect(last).rejects.toThrow('nothing is left to split [item 0]');
	});
});
