/** Law 6: after quiet each event and each write has come to one of its ends, and people know of the dead ones. */
import { callsOf, hold, type LawOf } from './law';

const EVENT_ENDS = ['applied', 'noop', 'superseded', 'filtered', 'dead'];
const DELIVERY_ENDS = ['confirmed', 'superseded', 'dead'];

export const nothingVanishes: LawOf = (world) => {
	/** Delivery -> its last claim. */
	const claims = new Map<number, string>();
	return {
		number: 6,
		title: 'nothing vanishes',
		committed: (calls) => {
			for (const { args } of callsOf(calls, 'deliveries', 'claim')) {
				const { id, token } = args[0] as { id: number; token: string };
				claims.set(id, token);
			}
			for (const { args } of callsOf(calls, 'deliveries', 'settle')) {
				const [ids, state] = args as [number[], string];
				for (const id of state === 'confirmed' ? ids : []) {
					const isDone = world.done.has(claims.get(id) ?? '');
					hold(
						6,
						isDone,
						() => `Delivery ${id} counts as confirmed, but its last claim was not carried out`,
					);
				}
			}
		},
		atEnd: async () => {
			const { desk } = world.engine.fabric;
			const { inbox, deliveries, openReviews } = await desk.metrics();
			for (const { system, state, count } of inbox) {
				hold(6, EVENT_ENDS.includes(state), () => `${count} events of ${system} are ${state}`);
			}
			for (const { system, state, count } of deliveries) {
				hold(
					6,
					DELIVERY_ENDS.includes(state),
					() => `${count} deliveries to ${system} are ${state}`,
				);
			}
			hold(6, openReviews === 0, () => `${openReviews} reviews are open`);
			const letters = await desk.deadLetters(undefined, 10_000);
			const dead = (rows: ReadonlyArray<{ state: string; count: number }>) =>
				rows.reduce((sum, { state, count }) => sum + (state === 'dead' ? count : 0), 0);
			const events = letters.filter(({ kind, state }) => kind === 'event' && state !== 'retried');
			hold(6, dead(inbox) === events.length, () => 'Dead events and their dead letters differ');
			const writes = letters.filter(({ kind }) => kind === 'delivery');
			hold(6, dead(deliveries) === writes.length, () => 'Dead deliveries and dead letters differ');
		},
	};
};
