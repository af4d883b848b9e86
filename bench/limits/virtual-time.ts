/**
 * A clock that stands still while anything real is under way (a call to a simulator, a store transaction)
 * and jumps to the next sleeper when nothing is. So a day takes as long as its work does.
 */
import { setImmediate } from 'node:timers/promises';
import type { Store } from '../../lib/store/store';

interface Sleeper {
	at: number;
	/** Order among sleepers of one time. */
	turn: number;
	wake: () => void;
}

/** Turns of the event loop without work after which everybody is asleep. */
const IDLE_TURNS = 2;

export class VirtualTime {
	private sleepers: Sleeper[] = [];
	private turns = 0;
	private working = 0;

	constructor(private current: number) {}

	readonly now = (): number => this.current;

	readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
		new Promise((resolve) => {
			if (signal?.aborted) return resolve();
			const sleeper: Sleeper = {
				at: this.current + Math.max(0, ms),
				turn: (this.turns += 1),
				wake: () => {
					signal?.removeEventListener('abort', sleeper.wake);
					const index = this.sleepers.indexOf(sleeper);
					if (index >= 0) this.sleepers.splice(index, 1);
					resolve();
				},
			};
			signal?.addEventListener('abort', sleeper.wake, { once: true });
			this.sleepers.push(sleeper);
		});

	/** Time stands still until the work is done. */
	async during<T>(work: () => Promise<T>): Promise<T> {
		this.working += 1;
		try {
			return await work();
		} finally {
			this.working -= 1;
		}
	}

	/** Runs until it is `end`, or everybody is awake for ever. */
	async runUntil(end: number): Promise<void> {
		for (;;) {
			await this.settle();
			const next = this.earliest();
			if (next === undefined || next.at > end) break;
			this.current = Math.max(this.current, next.at);
			next.wake();
		}
		this.current = Math.max(this.current, end);
	}

	private earliest(): Sleeper | undefined {
		let first: Sleeper | undefined;
		for (const one of this.sleepers) {
			const isEarlier =
				first === undefined || one.at < first.at || (one.at === first.at && one.turn < first.turn);
			if (isEarlier) first = one;
		}
		return first;
	}

	private async settle(): Promise<void> {
		for (let idle = 0; idle < IDLE_TURNS; ) {
			await setImmediate();
			idle = this.working === 0 ? idle + 1 : 0;
		}
	}
}

/** While the store works, no time passes. */
export function stoppingTheClock(store: Store, time: () => VirtualTime | undefined): Store {
	return new Proxy(store, {
		get(target, key) {
			const value: unknown = Reflect.get(target, key);
			if (typeof value !== 'function') return value;
			if (key !== 'transaction' && key !== 'read') return value.bind(target) as unknown;
			return (...args: unknown[]) => {
				const work = async () => (await Reflect.apply(value, target, args)) as unknown;
				return time()?.during(work) ?? work();
			};
		},
	});
}
