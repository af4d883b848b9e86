/**
 * The store: the fabric's own database. One instance a file or schema and process; everything that
 * must hold together happens inside one `transaction`. There is one writer at a time.
 */
import { Kysely } from 'kysely';
import { AuditStore } from './audit';
import { BackfillStore } from './backfills';
import { BreakerStore } from './breakers';
import { BudgetStore } from './budgets';
import { DeadLetterStore } from './dead-letters';
import { DecisionStore } from './decisions';
import { DeliveryStore } from './deliveries';
import { EntityStore } from './entities';
import { IdentityStore } from './identity';
import { BlockStore } from './identity-blocks';
import { IdentityKeyStore } from './identity-keys';
import { InboxStore } from './inbox';
import type { StoreBackend } from './backend';
import { MappingStore } from './mappings';
import { migrate } from './migrate';
import { PauseStore } from './pauses';
import { PushStore } from './pushes';
import { QualityStore } from './quality';
import { ReferenceStore } from './references';
import { RegisterStore } from './registers';
import { RecordCache } from './record-cache';
import { RecordEventStore } from './record-events';
import { Queue, repeated, type Attempt } from './repeat';
import { ReviewStore } from './reviews';
import { RunStore } from './runs';
import { SeparationStore } from './separation';
import { HistoryStore } from './history';
import { ReconcileStore } from './reconcile';
import type { Database } from './schema';
import { SettingStore } from './settings';
import { SystemStore } from './systems';

/** The store's parts, all bound to one transaction. */
export class StoreTransaction {
	readonly systems: SystemStore;
	readonly inbox: InboxStore;
	readonly recordEvents: RecordEventStore;
	readonly identity: IdentityStore;
	readonly identityKeys: IdentityKeyStore;
	readonly blocks: BlockStore;
	readonly settings: SettingStore;
	readonly entities: EntityStore;
	readonly separation: SeparationStore;
	readonly decisions: DecisionStore;
	readonly breakers: BreakerStore;
	readonly backfills: BackfillStore;
	readonly registers: RegisterStore;
	readonly deliveries: DeliveryStore;
	readonly audit: AuditStore;
	readonly reviews: ReviewStore;
	readonly deadLetters: DeadLetterStore;
	readonly mappings: MappingStore;
	readonly pauses: PauseStore;
	readonly runs: RunStore;
	readonly budgets: BudgetStore;
	readonly pushes: PushStore;
	readonly history: HistoryStore;
	readonly reconcile: ReconcileStore;
	readonly quality: QualityStore;
	readonly references: ReferenceStore;

	/** `cache`: only for a transaction that writes. */
	constructor(db: Kysely<Database>, cache?: RecordCache) {
		this.systems = new SystemStore(db);
		this.inbox = new InboxStore(db, cache?.events);
		this.recordEvents = new RecordEventStore(db);
		this.identity = new IdentityStore(db, cache?.links);
		this.identityKeys = new IdentityKeyStore(db);
		this.blocks = new BlockStore(db);
		this.settings = new SettingStore(db);
		this.entities = new EntityStore(db);
		this.separation = new SeparationStore(db);
		this.decisions = new DecisionStore(db);
		this.breakers = new BreakerStore(db);
		this.backfills = new BackfillStore(db);
		this.registers = new RegisterStore(db, cache);
		this.deliveries = new DeliveryStore(db);
		this.audit = new AuditStore(db);
		this.reviews = new ReviewStore(db);
		this.deadLetters = new DeadLetterStore(db);
		this.mappings = new MappingStore(db);
		this.pauses = new PauseStore(db);
		this.runs = new RunStore(db);
		this.budgets = new BudgetStore(db);
		this.pushes = new PushStore(db);
		this.history = new HistoryStore(db);
		this.reconcile = new ReconcileStore(db);
		this.quality = new QualityStore(db);
		this.references = new ReferenceStore(db);
	}
}

export class Store {
	private readonly db: Kysely<Database>;
	private readonly writers = new Queue();
	private readonly cache: RecordCache | undefined;

	private constructor(private readonly backend: StoreBackend) {
		this.db = new Kysely<Database>({ dialect: backend.dialect });
		this.cache = backend.watch && new RecordCache(backend.watch);
	}

	/** Opens the store and brings its tables to this version. Throws ConfigurationFailure if it is newer. */
	static async open(backend: StoreBackend): Promise<Store> {
		const store = new Store(backend);
		try {
			await migrate(store.db, backend);
		} catch (error) {
			await store.close();
			throw error;
		}
		return store;
	}

	/**
	 * `work` may run more than once: it is repeated if the database broke it off before the commit was
	 * sent. After that nobody knows whether the commit took place (the answer may be what got lost), and
	 * repeating could do everything twice: then the error is thrown, and whoever called asks anew.
	 */
	transaction<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
		return this.writers.run(() => repeated(this.backend, (attempt) => this.write(work, attempt)));
	}

	private async write<T>(work: (tx: StoreTransaction) => Promise<T>, attempt: Attempt): Promise<T> {
		try {
			return await this.db.transaction().execute(async (db) => {
				this.cache?.begin();
				const result = await work(new StoreTransaction(db, this.cache));
				attempt.isCommitting = true;
				return result;
			});
		} catch (error) {
			this.cache?.forget();
			throw error;
		}
	}

	/** For work that only reads: sees one state of the store throughout and waits for no writer. */
	read<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
		return repeated(this.backend, () =>
			this.db
				.transaction()
				.setIsolationLevel('repeatable read')
				.setAccessMode('read only')
				.execute((db) => work(new StoreTransaction(db))),
		);
	}

	/** The latest time at which anything was noted here, ms: whoever goes on must not date before it. */
	newestTime(): Promise<number> {
		return this.read(async (tx) => {
			const [row] = await tx.audit.find({ limit: 1 });
			return Math.max(row?.at ?? 0, await tx.inbox.newestTime());
		});
	}

	close(): Promise<void> {
		return this.db.destroy();
	}
}
