/** Salesforce's clock and ours need not agree: what a stream tells is dated by ours. */
import { openWorld, running, stopAll, until, watch, type World } from './world';

const HOUR = 3_600_000;
/** A Date header has whole seconds; the rest is the call itself. */
const CLOSE_MS = 2_000;

let world: World;
afterEach(async () => {
	await stopAll();
	await world.sim.stop();
});

test.each([-3 * HOUR, 0, 3 * HOUR])('ahead by %d ms', async (clockAheadMs) => {
	world = await openWorld({
		clockAheadMs,
		contacts: [{ firstName: 'Ines', lastName: 'Brunner', jobTitle: 'Clerk' }],
	});
	const { sim, context } = world;
	const id = sim.people.list()[0]?.id ?? '';
	const source = watch(world, { known: [id] });
	await running(source);
	const before = context.now();
	sim.people.edit(id, { jobTitle: 'Architect' });
	const after = context.now();
	await until(() => source.of(id).length === 1, 'the change');
	const [event] = source.of(id);
	expect(event).toMatchObject({ kind: 'delta', fields: { jobTitle: 'Architect' } });
	for (const time of [event?.editedAt, event?.readAt]) {
		expect(Date.parse(time ?? '')).toBeGreaterThanOrEqual(before - CLOSE_MS);
		expect(Date.parse(time ?? '')).toBeLessThanOrEqual(after + CLOSE_MS);
	}
});
