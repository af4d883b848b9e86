import { closeFabrics } from '../../../lib';
import { Desk } from './desk';
import { JANE_MAIL, snapshot } from './events';

describe('CRM Fabric, Data Quality', () => {
	let desk: Desk;

	beforeEach(async () => {
		desk = await Desk.open();
		await desk.merge(snapshot('wealthbox', '1', JANE_MAIL));
		await desk.merge(snapshot('wealthbox', '2', { firstName: 'Zoltan', lastName: 'Temp' }));
		await desk.merge(snapshot('wealthbox', '2', { ...JANE_MAIL, jobTitle: 'CFO' }, 5));
	});
	afterEach(closeFabrics);

	const find = (parameters: Record<string, unknown> = {}) =>
		desk.run('quality', 'findDuplicates', {
			system: 'wealthbox',
			openReviews: true,
			...parameters,
		});

	it('reports a group an item, and opens a review that Review, Get Many shows', async () => {
		const { rows, hints } = await find();
		expect(rows).toMatchObject([
			{
				system: 'wealthbox',
				master: '2',
				records: [{ crmId: '2', fields: { jobTitle: 'CFO' } }, { crmId: '1' }],
				reviewId: expect.any(Number),
			},
		]);
		expect(hints[0]?.message).toContain('Reviews opened: 1, closed: 0.');
		const reviews = await desk.run('review', 'getAll', { kinds: ['duplicate'] });
		expect(reviews.rows).toMatchObject([
			{
				kind: 'duplicate',
				question: expect.stringContaining('Suggested: merge 1 into 2'),
				duplicate: { records: [{ crmId: '2' }, { crmId: '1' }] },
			},
		]);
	});

	it('opens none unless it is told to', async () => {
		expect((await find({ openReviews: false })).rows).toMatchObject([{ reviewId: null }]);
		expect((await desk.run('review', 'getAll', { kinds: ['duplicate'] })).rows).toEqual([]);
	});

	it('names a system that is not there', async () => {
		await expect(find({ system: 'hubspot' })).rejects.toThrow(
			/No system is named hubspot \[item 0\]/,
		);
	});

	it('normalises the clients that items name, once each', async () => {
		await desk.merge(snapshot('redtail', '9', { firstName: 'ABEL', lastName: 'QUIST' }));
		const client = await desk.fabric.desk.findEntity('redtail', '9');
		const unifiedId = client?.unifiedId;
		const items = [{ unifiedId }, { unifiedId }];
		const parameters = { unifiedId, country: 'us' };
		const { items: results } = await desk.run('quality', 'normalise', parameters, { items });
		expect(results).toMatchObject([
			{
				json: { unifiedId, changed: ['firstName', 'lastName'], run: 'quality/1' },
				pairedItem: { item: 0 },
			},
			{ json: { unifiedId }, pairedItem: { item: 1 } },
		]);
		expect((await desk.fabric.desk.findEntity('redtail', '9'))?.fields.firstName).toBe('Abel');
	});

	it('says which item names no client', async () => {
		const parameters = { unifiedId: 'U9', country: 'US' };
		const failure = desk.run('quality', 'normalise', parameters);
		await expect(failure).rejects.toThrow('There is no such client [item 0]');
		const { rows } = await desk.run('quality', 'normalise', parameters, { continueOnFail: true });
		expect(rows).toMatchObject([{ error: 'There is no such client [item 0]' }]);
	});
});
