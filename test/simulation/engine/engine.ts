/**
 * The real fabric on a real store, under the simulation's clock and chance. A process that dies
 * leaves the store as it was committed; the next one opens it again.
 */
import type { Connector } from '../../../lib/connectors/connector';
import { Fabric } from '../../../lib/fabric';
import type { Store } from '../../../lib/store/store';
import type { Chance } from '../chance';
import { Crashed, Fuse, type CrashPoint } from './crash';
import { seamed, type Intercept, type StoreCall, type Watcher } from './seams';
import type { StoreSource } from './store-files';

export interface EngineParts {
	source: StoreSource;
	connectors: ReadonlyMap<string, Connector>;
	now: () => number;
	/** Falsifies store calls: a defence is switched off. */
	falsify: Intercept | undefined;
	/** Told the calls of each transaction that was committed. */
	onCommit: (calls: readonly StoreCall[]) => void;
}

export class Engine {
	store!: Store;
	fabric!: Fabric;
	crashes = 0;
	private chance!: Chance;
	private fuse: Fuse | undefined;
	private uuids = 0;
	private listener: (() => void) | undefined;

	constructor(private readonly parts: EngineParts) {}

	/** Chance for what follows: the same action draws the same numbers, whatever came before it. */
	draw(chance: Chance): void {
		this.chance = chance;
	}

	async open(): Promise<void> {
		const store = await this.parts.source.open();
		this.store = seamed(store, () => this.watch());
		const { now } = this.parts;
		const random = () => this.chance.next();
		const uuid = () => `id-${(this.uuids += 1)}`;
		this.fabric = new Fabric(this.store, this.parts.connectors, { now, random, uuid });
	}

	close(): Promise<void> {
		return this.fabric.close();
	}

	/** The process is gone and another one starts. */
	async restart(): Promise<void> {
		this.crashes += 1;
		this.fuse = undefined;
		await this.close();
		await this.open();
	}

	arm(point: CrashPoint | undefined): void {
		this.fuse = point && new Fuse(point);
	}

	/** Does the work; `onFirstCommit` is told as soon as its first transaction stands. */
	async call<T>(work: (fabric: Fabric) => Promise<T>, onFirstCommit?: () => void): Promise<T> {
		this.listener = onFirstCommit;
		try {
			return await work(this.fabric);
		} finally {
			this.listener = undefined;
		}
	}

	private watch(): Watcher {
		const calls: StoreCall[] = [];
		const watching: Intercept = async (call, proceed) => {
			this.fuse?.pass('call');
			const result = await proceed(call.args);
			calls.push({ ...call, result });
			return result;
		};
		const { falsify } = this.parts;
		return {
			intercepts: falsify === undefined ? [watching] : [watching, falsify],
			beforeCommit: () => this.fuse?.pass('commit'),
			committed: () => {
				this.listener?.();
				this.listener = undefined;
				this.parts.onCommit(calls);
				this.fuse?.pass('after');
			},
		};
	}
}

export { Crashed };
