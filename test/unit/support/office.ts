/** Clients known in three small CRMs, a hub at rest, and ways to look past the store's own methods. */
import { createHash } from 'node:crypto';
import { CompiledQuery, PostgresAdapter, type Kysely } from 'kysely';
import type { ReconcileReport } from '../../../lib/reconcile/report';
import type { CanonicalFields } from '../../../lib/model/fields';
import { TestHub } from './hub';
import { tinyConnector, TinyCrms } from './tiny-crms';

const TABLES = [
	'inbox',
	'entities',
	'links',
	'identity_keys',
	'registers',
	'shadows',
	'deliveries',
	'audit',
	'reviews',
	'dead_letters',
	'run_records',
];

export const SYSTEMS = ['wealthbox', 'redtail', 'salesforce'];
export const mails = (...names: string[]) => names.map((name) => ({ address: `${name}@x.io` }));
const CLIENTS: CanonicalFields[] = [
	{ firstName: 'Ada', lastName: 'Hale', emails: mails('a', 'b'), jobTitle: 'CFO' },
	{ firstName: 'Zoe', lastName: 'Quill', status: 'Active' },
	{ firstName: 'Rob', lastName: 'Winters', emails: mails('r') },
];

export class Office {
	private constructor(
		readonly hub: TestHub,
		readonly crms: TinyCrms,
	) {}

	/** Each client was entered in one CRM, and is in all of them by now. */
	static async open(): Promise<Office> {
		const hub = await TestHub.open(SYSTEMS, {}, tinyConnector);
		const crms = new TinyCrms(hub, SYSTEMS);
		for (const [index, client] of CLIENTS.entries()) {
			crms.enter(SYSTEMS[index] ?? '', `p${index}`, client);
			await crms.read(SYSTEMS[index] ?? '');
		}
		await crms.settle();
		hub.now += 60_000;
		return new Office(hub, crms);
	}

	/** SQL past the store's own methods. */
	async sql<Row = unknown>(text: string, ...parameters: unknown[]): Promise<Row[]> {
		const { db } = this.hub.store as unknown as { db: Kysely<unknown> };
		let number = 0;
		const isPostgres = db.getExecutor().adapter instanceof PostgresAdapter;
		const worded = isPostgres ? text.replace(/\?/g, () => `$${(number += 1)}`) : text;
		const { rows } = await db.executeQuery<Row>(CompiledQuery.raw(worded, parameters));
		return rows;
	}

	/** Of everything that the store holds, but the reports of runs. */
	async fingerprint(): Promise<string> {
		const hash = createHash('sha256');
		for (const table of TABLES)
			hash.update(JSON.stringify(await this.sql(`select * from ${table}`)));
		return hash.digest('hex');
	}

	/** A read of the record itself. */
	readonly isGone = async (crmId: string) =>
		!SYSTEMS.some((system) => this.crms.of(system).has(crmId));

	async reconcile(
		system: string,
		options: { dryRun?: boolean; pages?: number; complete?: boolean } = {},
	): Promise<ReconcileReport> {
		const { dryRun = false, pages = 2, complete = true } = options;
		const { reconcile } = this.hub.fabric;
		const run = await reconcile.start(system, { scope: 'full', dryRun });
		const all = this.crms.snapshots(system);
		const size = Math.max(1, Math.ceil(all.length / pages));
		for (let from = 0; from < all.length; from += size) {
			await reconcile.page(run, all.slice(from, from + size));
		}
		return reconcile.finish(run, { complete, isGone: this.isGone });
	}

	async pumpAndDeliver(): Promise<void> {
		for (const system of SYSTEMS) await this.hub.pump(system);
		for (const system of SYSTEMS) {
			this.hub.now += 1_000;
			await this.crms.deliver(system);
		}
	}
}

/** The findings that there are. */
export const nonZero = ({ counts }: ReconcileReport) =>
	Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
