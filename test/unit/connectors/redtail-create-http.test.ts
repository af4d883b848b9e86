/** The Redtail connector over HTTP, against the simulator: creates and deletes. */
import { redtail } from '../../../lib/connectors/redtail';
import { sameContent } from '../../../lib/model/canonical';
import type { CanonicalFields } from '../../../lib/model/fields';
import type { PlainEdit } from '../../simulators/simulator';
import { jobOf } from './harness';
import { confirmed } from './polled-world';
import { world, context, held } from './redtail-teo';

afterEach(() => world.stop());

describe('create and delete', () => {
	const desired: CanonicalFields = {
		type: 'person',
		firstName: 'Signe',
		lastName: 'Almqvist',
		status: 'Inactive',
		category: 'Client',
		birthDate: '1968-12-01',
		emails: [{ address: 'signe@almqvist.example', kind: 'personal', primary: true }],
		phones: [{ number: '+12185550178', kind: 'ski lodge' }],
		addresses: [{ street: '77 Mill Rd', city: 'Duluth', state: 'MN', kind: 'home' }],
	};
	const job = () => jobOf(redtail, { operation: 'create', desired, changes: desired });

	test.each([{ createAnswer: 'object' }, { createAnswer: 'success' }])(
		'a create writes everything wanted; reading gives what is known (%j)',
		async (switches) => {
			await world.start({ switches });
			const outcome = confirmed(await redtail.deliver(context(), job()));
			expect(sameContent(desired, outcome.known)).toBe(true);
			expect(sameContent(outcome.known, await held(outcome.crmId))).toBe(true);
		},
	);

	test.each<[string, PlainEdit, number]>([
		['was there long before', {}, -3_600_000],
		['has another e-mail', { emails: [{ address: 'other@almqvist.example' }] }, 0],
		['was born on another day', { birthDate: '1999-01-01' }, 0],
	])('a namesake who %s is not taken for it', async (_what, over, ago) => {
		const namesake: PlainEdit = {
			type: 'person',
			firstName: 'Signe',
			lastName: 'Almqvist',
			birthDate: '1968-12-01',
			emails: [{ address: 'signe@almqvist.example' }],
			...over,
		};
		await world.start({ contacts: [namesake], now: () => Date.now() + ago });
		const outcome = confirmed(await redtail.deliver(context(), { ...job(), attempt: 2 }));
		expect(outcome.found).toBeUndefined();
		expect(world.simulator.people.list()).toHaveLength(2);
	});

	test('one that was tried under another name is found by that', async () => {
		await world.start();
		const tried = job();
		const first = confirmed(await redtail.deliver(context(), tried));
		const desired = { ...tried.desired, firstName: 'Signy', lastName: 'Berg' };
		const again = { ...tried, desired, attempt: 2, tried: [tried.desired] };
		expect(confirmed(await redtail.deliver(context(), again))).toMatchObject({
			...{ crmId: first.crmId, found: true },
			known: { lastName: 'Almqvist' },
		});
	});

	test('a contact made before the answer was lost on the way is told, so that nobody makes it again', async () => {
		await world.start({ switches: { createAnswer: 'success' } });
		world.simulator.setFault({
			kind: 'status',
			status: 503,
			match: 'GET /api/public/v1/contacts/',
			times: 1,
		});
		const outcome = await redtail.deliver(context(), job());
		const made = world.simulator.people.list().find(({ firstName }) => firstName === 'Signe');
		expect(made).toBeDefined();
		expect(outcome).toMatchObject({ status: 'retry', crmId: made?.id });
	});

	test('a household has no place among contacts', async () => {
		await world.start();
		const household = { type: 'household', name: 'Almqvist Family' };
		const refused = jobOf(redtail, { operation: 'create', desired: household });
		expect(await redtail.deliver(context(), refused)).toMatchObject({
			status: 'rejected',
			code: 'unsupported-type',
		});
		const outcome = confirmed(
			await redtail.deliver(context({ householdType: 'Association' }), refused),
		);
		expect(outcome.known).toMatchObject(household);
	});
});
