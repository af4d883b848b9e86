/** The end of a system's first read: what could not be created before, while others might still show it, is opened. */
import type { Clock } from '../clock';
import { isBecomingReady } from '../inbox/emission';
import { PRIORITY } from '../model/rows';
import type { Signals } from '../signals';
import type { Store, StoreTransaction } from '../store/store';
import { markDeliveries, type ConnectorOf } from './mark';

/** Entities compared in one transaction. */
const PAGE = 200;

export class FirstReads {
	private readonly sweeping = new Set<string>();

	constructor(
		private readonly store: Store,
		private readonly clock: Clock,
		private readonly connectorOf: ConnectorOf,
		private readonly signals: Signals,
	) {}

	/** Makes the system ready once everything that it held at the start has been read and settled. */
	async settle(system: string): Promise<void> {
		if (this.sweeping.has(system)) return;
		this.sweeping.add(system);
		try {
			if (await this.store.read((tx) => isBecomingReady(tx, system))) await this.sweep(system);
		} finally {
			this.sweeping.delete(system);
		}
	}

	/**
	 * Every entity is compared with every system. The system counts as ready only after the last page, so
	 * a crash on the way repeats the sweep.
	 */
	private async sweep(system: string): Promise<void> {
		for (let page = await this.step(system, null); page.length > 0; )
			page = await this.step(system, page.at(-1) ?? null);
		this.signals.emit('deliveries');
	}

	/** The next entities after `after`, compared; none are left: the system is ready. */
	private step(system: string, after: string | null): Promise<string[]> {
		return this.store.transaction(async (tx) => {
			const ids = await tx.identity.page(after, PAGE);
			if (ids.length === 0) await tx.systems.setReady(system, this.clock.now());
			else await this.mark(tx, ids, system);
			return ids;
		});
	}

	private mark(tx: StoreTransaction, ids: readonly string[], system: string) {
		const touched = new Map(ids.map((id) => [id, { syncOrigin: 'first-read' }]));
		return markDeliveries(tx, touched, {
			connectorOf: this.connectorOf,
			now: this.clock.now(),
			priority: PRIORITY.backfill,
			assumeReady: system,
			run: `first-read/${system}`,
		});
	}
}
