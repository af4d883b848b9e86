/** A field that was held so that it was not read either is read once when the hold ends. */
import { TestHub, snapshot } from '../../test/unit/support/hub';
import { memoryFieldMap } from '../../test/unit/support/memory-connector';
import type { CrmField } from '../connectors/connector';

const ASKED = { system: 'salesforce', object: 'contact' as const };
const FIELDS = memoryFieldMap.map(
	({ crmField: name }): CrmField => ({
		...{ name, label: name, type: 'string', readOnly: false, required: false, custom: true },
	}),
);
const ANN = {
	firstName: 'Ann',
	lastName: 'Hale',
	emails: [{ address: 'ann@hale.example', primary: true }],
};

describe('a hold that ends', () => {
	let hub: TestHub;

	beforeEach(async () => {
		hub = await TestHub.open(['salesforce', 'wealthbox']);
		await hub.take(snapshot('salesforce', 's1', { ...ANN, jobTitle: 'Clerk' }));
		const [job] = await hub.claim('wealthbox');
		if (job === undefined) throw new Error('Nothing is due.');
		await hub.confirm(job, 'w1');
		await hub.fabric.mappings.observe(ASKED, FIELDS);
	});
	afterEach(() => hub.close());

	const observe = (fields: CrmField[]) => hub.fabric.mappings.observe(ASKED, fields);
	const toRead = () => hub.fabric.mappings.toRead('salesforce');

	it('has the field read before clients are compared, so that an edit made meanwhile comes in', async () => {
		await observe(FIELDS.filter(({ name }) => name !== 'jobTitle'));
		expect(await toRead()).toEqual([]);

		hub.now += 60_000;
		await observe(FIELDS);
		expect(await toRead()).toEqual([{ object: 'contact', fields: ['jobTitle'] }]);
		expect(await hub.fabric.mappings.catchUp('salesforce')).toBe(0);

		// A stream does not tell it again: the reading does.
		const edited = { ...ANN, jobTitle: 'Partner' };
		const read = snapshot('salesforce', 's1', edited, { at: hub.now });
		expect(await hub.fabric.mappings.take('salesforce', [read])).toBe(1);
		await hub.fabric.mappings.haveRead(ASKED, ['jobTitle']);
		expect(await toRead()).toEqual([]);
		await hub.pump('salesforce');
		expect(await hub.claim('wealthbox')).toMatchObject([{ changes: { jobTitle: 'Partner' } }]);
		expect(await hub.fabric.mappings.catchUp('salesforce')).toBe(0);
		expect(await hub.claim('salesforce')).toEqual([]);
	});

	it('needs no reading where the field was read all the time', async () => {
		const closed = FIELDS.map((one) =>
			one.name === 'jobTitle' ? { ...one, readOnly: true } : one,
		);
		await observe(closed);
		expect((await hub.fabric.mappings.drifts()).map(({ kind }) => kind)).toEqual(['readOnly']);
		await observe(FIELDS);
		expect(await toRead()).toEqual([]);
	});
});
