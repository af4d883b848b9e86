/**
 * The store: the fabric's own database. One instance a file and process; everything that must hold
 * together happens inside one `transaction`.
 */
import { Kysely, Migrator, type Dialect } from 'kysely';
import { AuditStore } from './audit';
import { DeliveryStore } from './deliveries';
import { DeadLetterStore, ReviewStore } from './desk';
import { IdentityStore } from './identity';
import { InboxStore } from './inbox';
import { migrations, type StoreKind } from './migrations';
import { RegisterStore } from './registers';
import type { Database } from './schema';
import { SystemStore } from './systems';

/** The store's parts, all bound to one transaction. */
export class StoreTransaction {
	readonly systems: SystemStore;
	readonly inbox: InboxStore;
	readonly identity: IdentityStore;
	readonly registers: RegisterStore;
	readonly deliveries: DeliveryStore;
	readonly audit: AuditStore;
	readonly reviews: ReviewStore;
	readonly deadLetters: DeadLetterStore;

	constructor(db: Kysely<Database>) {
		this.systems = new SystemStore(db);
		this.inbox = new InboxStore(db);
		this.identity = new IdentityStore(db);
		this.registers = new RegisterStore(db);
		this.deliveries = new DeliveryStore(db);
		this.audit = new AuditStore(db);
		this.reviews = new ReviewStore(db);
		this.deadLetters = new DeadLetterStore(db);
	}
}

/** One database behind the store: what kysely needs to speak to it. */
export interface StoreBackend {
	kind: StoreKind;
	dialect: Dialect;
}

export class Store {
	private readonly db: Kysely<Database>;

	private constructor(dialect: Dialect) {
		this.db = new Kysely<Database>({ dialect });
	}

	/** Opens the store and brings its tables to this version. */
	static async open({ kind, dialect }: StoreBackend): Promise<Store> {
		const store = new Store(dialect);
		const provider = migrations(kind);
		const { error } = await new Migrator({ db: store.db, provider }).migrateToLatest();
		if (error !== undefined) {
			await store.close();
			throw error instanceof Error ? error : new Error(String(error));
		}
		return store;
	}

	transaction<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
		return this.db.transaction().execute((db) => work(new StoreTransaction(db)));
	}

	close(): Promise<void> {
		return this.db.destroy();
	}
}
