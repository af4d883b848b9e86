/**
 * The seam between the engine and its store: every call of a store part passes here, so that the
 * simulation can watch it, break it off, or (for the tests of the defences) falsify it.
 */
import { StoreTransaction, type Store } from '../../../lib/store/store';

/** A call of a store part, e.g. `inbox.settle`. */
export interface StoreCall {
	part: string;
	method: string;
	args: unknown[];
	/** What it answered, once it has. */
	result?: unknown;
}

type Proceed = (args: unknown[]) => Promise<unknown>;
/** Does the call by `proceed`, with these or other arguments, or does something else. */
export type Intercept = (call: StoreCall, proceed: Proceed, part: object) => Promise<unknown>;

/** Watches one transaction. */
export interface Watcher {
	intercepts: Intercept[];
	/** All is written, and nothing committed yet. */
	beforeCommit: () => void;
	committed: () => void;
}

const TRANSACTIONS = ['transaction', 'read'];

/** The same store, each of whose transactions is watched. */
export function seamed(store: Store, watch: () => Watcher): Store {
	const run = (name: string) => async (work: (tx: StoreTransaction) => Promise<unknown>) => {
		const begin = Reflect.get(store, name) as typeof store.transaction;
		const watcher = watch();
		const result = await begin.call(store, async (tx) => {
			const done = await work(seamedTransaction(tx, watcher.intercepts));
			watcher.beforeCommit();
			return done;
		});
		watcher.committed();
		return result;
	};
	return new Proxy(store, {
		get(target, key) {
			const value: unknown = Reflect.get(target, key);
			if (typeof value !== 'function') return value;
			const isWork = typeof key === 'string' && TRANSACTIONS.includes(key);
			return isWork ? run(key) : value.bind(target);
		},
	});
}

function seamedTransaction(tx: StoreTransaction, intercepts: Intercept[]): StoreTransaction {
	return new Proxy(tx, {
		get(target, key) {
			const part: unknown = Reflect.get(target, key);
			if (typeof part !== 'object' || part === null || typeof key !== 'string') return part;
			return seamedPart(key, part, intercepts);
		},
	});
}

function seamedPart(name: string, part: object, intercepts: Intercept[]): object {
	return new Proxy(part, {
		get(target, key) {
			const method: unknown = Reflect.get(target, key);
			if (typeof method !== 'function' || typeof key !== 'string') return method;
			const real: Proceed = async (args) => (await Reflect.apply(method, target, args)) as unknown;
			return (...args: unknown[]) =>
				call({ part: name, method: key, args }, target, intercepts, real);
		},
	});
}

/** Through the intercepts, first one outermost. */
function call(
	made: StoreCall,
	part: object,
	intercepts: Intercept[],
	real: Proceed,
): Promise<unknown> {
	const [first, ...rest] = intercepts;
	if (first === undefined) return real(made.args);
	return first(made, (args) => call({ ...made, args }, part, rest, real), part);
}
