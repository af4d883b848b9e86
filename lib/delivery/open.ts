/**
 * Opens deliveries, past the breaker: what would pass a limit is opened `held`, and one review asks
 * (lib/removal/breaker.ts).
 */
import type { SystemRow } from '../model/rows';
import {
	admit,
	isUnlimited,
	KIND_OF,
	LIVE,
	scopeOf,
	trip,
	type Counts,
	type Kind,
} from '../removal/breaker';
import type { NewDelivery } from '../store/deliveries';
import type { StoreTransaction } from '../store/store';

export async function openDeliveries(
	tx: StoreTransaction,
	deliveries: readonly NewDelivery[],
	systems: readonly SystemRow[],
	now: number,
): Promise<void> {
	if (deliveries.length === 0) return;
	const gate = new Gate(tx, systems, now);
	const admitted: NewDelivery[] = [];
	for (const delivery of deliveries) admitted.push(await gate.pass(delivery));
	await gate.save();
	await tx.deliveries.open(admitted, now);
}

class Gate {
	private readonly counts = new Map<string, { scope: string; system: string; counts: Counts }>();

	constructor(
		private readonly tx: StoreTransaction,
		private readonly systems: readonly SystemRow[],
		private readonly now: number,
	) {}

	async pass(delivery: NewDelivery): Promise<NewDelivery> {
		const kind = KIND_OF[delivery.operation];
		const own = this.systems.find(({ name }) => name === delivery.system)?.limits[kind] ?? 0;
		const scope = scopeOf(delivery.run);
		if (own === 0 && scope === LIVE) return delivery;
		const entry = await this.entry(scope, delivery.system);
		const limit = entry.counts[kind]?.approved ?? own;
		if (isUnlimited(entry.counts[kind], own)) return delivery;
		const { admission, counter } = admit(entry.counts[kind], { scope, limit, now: this.now });
		entry.counts[kind] = counter;
		if (admission === 'through') return delivery;
		if (admission === 'trips') {
			const review = await askBreaker(
				this.tx,
				{ scope, kind, limit, system: delivery.system },
				this.now,
			);
			entry.counts[kind] = trip(counter, review);
		}
		return { ...delivery, state: 'held' };
	}

	async save(): Promise<void> {
		for (const { scope, system, counts } of this.counts.values()) {
			await this.tx.breakers.save(scope, system, counts);
		}
	}

	private async entry(scope: string, system: string) {
		const key = `${scope} ${system}`;
		const known = this.counts.get(key);
		if (known !== undefined) return known;
		const entry = { scope, system, counts: await this.tx.breakers.get(scope, system) };
		this.counts.set(key, entry);
		return entry;
	}
}

const WORDS: Record<Kind, string> = {
	creates: 'create more clients',
	changes: 'change more clients',
	removals: 'remove more clients',
};

/** Opens the one question of a run that wants more than its limit; answers the review's id. */
export async function askBreaker(
	tx: StoreTransaction,
	{ scope, kind, limit, system }: { scope: string; kind: Kind; limit: number; system: string },
	now: number,
): Promise<number> {
	const where = scope.includes('/') ? `Run ${scope}` : `What came within the last hour`;
	const reason = `${where} would ${WORDS[kind]} in ${system} than the limit of ${limit}. What is beyond it waits: approve to let it go on, reject to drop it.`;
	const breaker = { run: scope, limited: kind, limit };
	const question = { reason, breaker, record: {}, candidates: [] };
	const address = { system, object: 'contact', crmId: scope };
	const { id } = await tx.reviews.open(
		{ ...address, kind: 'breaker', state: 'open', question },
		now,
	);
	await tx.audit.append([
		{ at: now, kind: 'breaker', ...address, detail: { reviewId: id, ...breaker } },
	]);
	return id;
}
