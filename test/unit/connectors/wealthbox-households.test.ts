/** Wealthbox’s households and their members over HTTP. */
import { wealthbox } from '../../../lib/connectors/wealthbox';
import type { CanonicalFields } from '../../../lib/model/fields';
import {
	simulator,
	ada,
	ben,
	start,
	context,
	household,
	make,
	raw,
	held,
	job,
	creation,
	deliver,
	update,
} from './wealthbox-items';

afterEach(() => simulator.stop());

describe('households', () => {
	beforeEach(() => start({ householdBumps: 'member' }));
	const join = (crmId: string, changes: CanonicalFields) => update('contact', crmId, changes);

	test('members join, change their role, move and leave', async () => {
		const [one, two] = [
			await make('household', { name: 'Hollis' }),
			await make('household', { name: 'Hollis Trust' }),
		];
		const told = await join(ada, { household: household(one), householdRole: 'Head' });
		expect(told.known).toMatchObject({ household: household(one), householdRole: 'Head' });
		await join(ben, { household: household(one) });
		expect(await held('contact', ben)).toMatchObject({ householdRole: 'Other Dependent' });
		await join(ben, { householdRole: 'Spouse' });
		expect((await raw('household', one)).members).toMatchObject([
			{ id: Number(ada), title: 'Head' },
			{ id: Number(ben), title: 'Spouse' },
		]);
		await join(ben, { household: household(two) });
		expect(await held('contact', ben)).toMatchObject({
			household: household(two),
			householdRole: 'Spouse',
		});
		expect((await raw('household', one)).members).toHaveLength(1);
		expect((await join(ben, { household: null })).known).toEqual({
			household: null,
			householdRole: null,
		});
		expect((await held('contact', ben)).household).toBeNull();
	});

	test('a new contact is made and joins in one delivery; a broken one is finished by the next', async () => {
		const home = await make('household', { name: 'Hollis' });
		const fields = { firstName: 'Cleo', lastName: 'Hollis', household: household(home) };
		simulator.setFault({ kind: 'status', status: 503, match: '/members', times: 1 });
		const broken = await deliver(creation('contact', fields));
		expect(broken).toMatchObject({
			status: 'retry',
			known: { firstName: 'Cleo', household: null },
		});
		const crmId = 'crmId' in broken ? (broken.crmId ?? '') : '';
		await join(crmId, { household: household(home) });
		expect((await raw('household', home)).members).toMatchObject([{ id: Number(crmId) }]);
	});

	test('members that join at the same time are all kept, whatever Wealthbox does with parallel calls', async () => {
		const home = await make('household', { name: 'Hollis' });
		simulator.setFault({ kind: 'householdRace' });
		const shared = context();
		const outcomes = await Promise.all(
			[ada, ben].map((crmId) =>
				wealthbox.deliver(
					shared,
					job('contact', { crmId, changes: { household: household(home) }, known: {} }),
				),
			),
		);
		expect(outcomes.map(({ status }) => status)).toEqual(['confirmed', 'confirmed']);
		expect((await raw('household', home)).members).toHaveLength(2);
	});
});
