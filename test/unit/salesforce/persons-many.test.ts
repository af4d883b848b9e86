/** Person accounts against the simulator over HTTP: written many together. */
import { HttpFailure } from '../../../lib/connectors/http';
import { salesforce } from '../../../lib/connectors/salesforce';
import type { DeliveryJob } from '../../../lib/model/delivery';
import type { Json } from '../../../lib/connectors/connector';
import { job } from './world';
import {
	world,
	setUp,
	rest,
	rows,
	ADA,
	deliver,
	creation,
	confirmed,
	read,
	existing,
	writes,
	close,
} from './persons-world';

afterEach(close);

describe('many together', () => {
	const several = (count: number, change: (place: number) => Partial<DeliveryJob>) =>
		Array.from({ length: count }, (_, place) =>
			job(world, { unifiedId: `U${2_000 + place}`, deliveryId: place + 1, ...change(place) }),
		);
	const together = async (jobs: DeliveryJob[]) =>
		(await salesforce.deliverMany?.(world.context, jobs)) ?? [];

	test.each<Record<string, Json>>([{}, { externalIdField: 'Fabric_Id__c' }])(
		'are made with %j',
		async (settings) => {
			await setUp(settings);
			const made = await together(
				several(3, (place) => creation({ ...ADA, firstName: `Ada${place}` })),
			);
			expect(made.map(confirmed).map(({ crmId }) => crmId.slice(0, 3))).toEqual([
				'003',
				'003',
				'003',
			]);
			expect(writes()).toEqual(['POST /composite/sobjects']);
			expect(await rows('SELECT Id FROM Account WHERE IsPersonAccount = true')).toHaveLength(3);
			for (const [place, { crmId, known }] of made.map(confirmed).entries()) {
				expect(known['firstName']).toBe(`Ada${place}`);
				expect(await read(crmId)).toMatchObject(known);
			}
		},
	);

	test('one that is there under its external id is found, the others are made', async () => {
		await setUp({ externalIdField: 'Fabric_Id__c' });
		const first = confirmed(await deliver(creation(ADA, { unifiedId: 'U2001' })));
		const made = await together(several(3, () => creation()));
		expect(made.map(confirmed)[1]).toMatchObject({ crmId: first.crmId, found: true });
		expect(await rows('SELECT Id FROM Account')).toHaveLength(3);
	});

	test('persons and contacts are changed, each where it is', async () => {
		await setUp();
		const { crmId, known } = await existing();
		const { id } = await rest().create('Contact', { LastName: 'Brook', Title: 'Cook' });
		const contactId = String(id);
		const other = (await read(contactId)) ?? {};
		world.requests.length = 0;
		const jobs = several(2, (place) => ({
			crmId: place === 0 ? crmId : contactId,
			known: place === 0 ? known : other,
			changes: { jobTitle: 'Painter' },
		}));
		const outcomes = (await together(jobs)).map(confirmed);
		expect(outcomes.map((one) => one.crmId)).toEqual([crmId, contactId]);
		expect(await rows('SELECT PersonTitle FROM Account')).toMatchObject([
			{ PersonTitle: 'Painter' },
		]);
		expect(await rows(`SELECT Title FROM Contact WHERE Id = '${contactId}'`)).toMatchObject([
			{ Title: 'Painter' },
		]);
		expect(writes()).toHaveLength(2);
	});
});

test.each([1, 2])(
	'%s new at once: who could not be asked for after it was made is found',
	async (count) => {
		await setUp();
		const jobs = Array.from({ length: count }, (_, place) =>
			job(world, {
				...creation({ ...ADA, firstName: `Ada${place}` }),
				...{ unifiedId: `U${2_000 + place}`, deliveryId: place + 1 },
			}),
		);
		world.tamper(({ url }) =>
			/PersonContactId/.test(decodeURIComponent(url)) && /WHERE(\+|%20| )Id(\+|%20| )IN/.test(url)
				? new HttpFailure('no answer', 'reset')
				: undefined,
		);
		const first = (await salesforce.deliverMany?.(world.context, jobs)) ?? [];
		expect(first.map(({ status }) => status)).toEqual(Array(count).fill('retry'));
		world.tamper(null);
		const again = jobs.map((one) => ({ ...one, attempt: 2 }));
		const second = (await salesforce.deliverMany?.(world.context, again)) ?? [];
		expect(second.map(confirmed).every(({ found }) => found === true)).toBe(true);
		expect(await rows('SELECT Id FROM Account')).toHaveLength(count);
	},
);
