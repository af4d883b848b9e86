/** A stream under a fault: started, fed and watched. */
import {
	bayeuxSent,
	openWorld,
	running,
	stopAll,
	until,
	watch,
	type Watched,
	type World,
	type WorldOptions,
} from '../world';

let current: World | undefined;
let names = 0;

/** The org of the running test. */
export function world(): World {
	if (current === undefined) throw new Error('The test has no org yet');
	return current;
}

export async function setUp(options: WorldOptions = {}): Promise<World> {
	current = await openWorld(options);
	return current;
}

export async function tearDown(): Promise<void> {
	await stopAll();
	await current?.sim.stop();
	current = undefined;
}

/** A person adds a client at the screen; gives its id. */
export function add(): string {
	names += 1;
	return world().sim.people.create({ firstName: 'Client', lastName: `Number ${names}` }).id;
}

export async function arrives(source: Watched, id: string, what: string): Promise<void> {
	await until(() => source.of(id).length > 0, what);
}

/** A running stream that has delivered one event, so that it has a place to go on from. */
export async function streaming(options: WorldOptions = {}): Promise<Watched> {
	const source = watch(await setUp(options));
	await running(source);
	await arrives(source, add(), 'the first event');
	return source;
}

export const handshakes = () => bayeuxSent(world(), '/meta/handshake').length;
export const subscribes = () =>
	bayeuxSent(world(), '/meta/subscribe').map(({ text }) => text ?? '');
export const reasons = (source: Watched) =>
	source.states.flatMap((state) => (state.status === 'waiting' ? [state.reason] : []));
