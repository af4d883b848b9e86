/** The process may die between any two steps: the next one finds everything that is still wanted. */
import { LEASE_MS } from '../delivery/claim';
import { RemovalWorld, type Fate } from '../../test/unit/support/removal-world';

let world: RemovalWorld;
afterEach(() => world.close());

/** The claims of the process that died come free. */
async function die(): Promise<void> {
	await world.reopen();
	world.now += LEASE_MS + 1;
}

test.each<Fate>(['well', 'lost', 'forgotten', 'refused'])(
	'a removal and the return, with a crash after each step; the first try goes: %s',
	async (fate) => {
		world = await RemovalWorld.open({ redtail: 'delete', salesforce: 'archive' });
		await world.remove('wealthbox');
		await die();
		for (const system of ['redtail', 'salesforce'] as const) {
			for (const job of await world.claim(system)) {
				await die();
				await world.finish(job, fate);
				await die();
			}
		}
		world.now += 60_000;
		await world.deliver();
		const removed = { wealthbox: [], redtail: [], salesforce: ['archived'] };
		expect(world.state()).toEqual(removed);
		expect(await world.believed()).toEqual(removed);
		await world.remove('wealthbox', 'undelete', 'w1');
		await die();
		for (const system of ['redtail', 'salesforce'] as const) {
			for (const job of await world.claim(system)) {
				await die();
				await world.finish(job, fate === 'lost' ? 'forgotten' : fate);
				await die();
			}
		}
		world.now += 60_000;
		await world.deliver();
		const everywhere = { wealthbox: ['there'], redtail: ['there'], salesforce: ['there'] };
		expect(world.state()).toEqual(everywhere);
		expect(await world.believed()).toEqual(everywhere);
		expect(await world.deliver()).toEqual([]);
		for (const state of ['open', 'held', 'claimed', 'dead'])
			expect([state, await world.deliveries(state)]).toEqual([state, 0]);
	},
);

test('a removal that was lost is found by the next comparison', async () => {
	world = await RemovalWorld.open({ redtail: 'delete' });
	await world.remove('wealthbox');
	await world.store.transaction(async (tx) => {
		const alive = await tx.deliveries.aliveOf(['U1001']);
		await tx.deliveries.settle(
			alive.map(({ id }) => id),
			'superseded',
			world.now,
		);
	});
	expect(await world.deliver()).toEqual([]);
	await world.edit('salesforce', { jobTitle: 'CEO' });
	expect(await world.deliver()).toEqual(['redtail delete']);
});

test('an event that was emitted when the process died removes once', async () => {
	world = await RemovalWorld.open({ redtail: 'delete', salesforce: 'ask' });
	const events = [world.removal('wealthbox', 'delete')];
	await world.fabric.accept('wealthbox', { events, cursor: null, complete: false });
	await world.fabric.nextEvents('wealthbox', 5);
	await world.reopen();
	await world.fabric.recoverEvents('wealthbox');
	world.now += 60_000;
	await world.pump('wealthbox');
	await world.fabric.merge(events, []);
	expect(await world.deliver()).toEqual(['redtail delete']);
	expect(await world.open('removal')).toHaveLength(1);
});
