/**
 * What the store remembers of links, registers and shadows from one transaction to the next, so that
 * the records which are read again and again on their way through inbox, merge and delivery need not be
 * read and parsed anew. Only where the database can tell that nobody else has written (ChangeWatch:
 * SQLite), and only in transactions that write, of which there is one at a time.
 *
 * It is right because each way to change a table ends here: another connection's commit moves the
 * watch's version, asked when a transaction begins; a write of the own connection is told by its
 * statement and forgets the table, unless whoever writes notes each row here; and a transaction that
 * fails, wherever it fails, forgets everything.
 */
import { getHeapStatistics } from 'node:v8';
import type { Register } from '../merge/register';
import type { Shadow } from '../merge/shadow';
import type { ChangeWatch } from './backend';
import { EventCache } from './event-cache';
import { LinkCache } from './link-cache';
import { Lru } from './lru';

/** Characters of JSON; as objects they take about twice as many bytes: at most a 32nd part of the heap. */
const MAX_SHADOW_TEXT = 64_000_000;
const HEAP_PART = 64;
/** Characters of JSON in all, and of one register: long ones (lists with their history) are seldom asked for. */
const MAX_REGISTER_TEXT = 12_000_000;
const LONG_REGISTER = 800;

export class RecordCache {
	readonly links = new LinkCache();
	readonly events = new EventCache();
	/** null: there is none. By {@link registerKey}. */
	private readonly registers = new Lru<Register | null>(MAX_REGISTER_TEXT);
	/** null: there is none. By record. */
	private readonly shadows: Lru<Shadow | null>;
	private version: number | undefined;

	constructor(
		private readonly watch: ChangeWatch,
		maxShadowText = Math.min(MAX_SHADOW_TEXT, getHeapStatistics().heap_size_limit / HEAP_PART),
	) {
		this.shadows = new Lru(maxShadowText);
		watch.listen((table) => this.forget(table));
	}

	/** A transaction has begun, and nobody else can write until it ends. */
	begin(): void {
		const version = this.watch.version();
		if (version !== this.version) this.forget();
		this.version = version;
	}

	/** What is known of this table, or of all. */
	forget(table?: string): void {
		if (table === undefined) this.events.clear();
		if (table === undefined || table === 'links') this.links.clear();
		if (table === undefined || table === 'registers') this.registers.clear();
		if (table === undefined || table === 'shadows') this.shadows.clear();
	}

	register(entityId: string, field: string): Register | null | undefined {
		return this.registers.get(registerKey(entityId, field));
	}

	noteRegister(entityId: string, field: string, register: Register | null, length: number): void {
		const key = registerKey(entityId, field);
		if (length > LONG_REGISTER) this.registers.delete(key);
		else this.registers.set(key, register, length);
	}

	shadow(key: string): Shadow | null | undefined {
		return this.shadows.get(key);
	}

	noteShadow(key: string, shadow: Shadow | null, length: number): void {
		this.shadows.set(key, shadow, length);
	}
}

function registerKey(entityId: string, field: string): string {
	return `${entityId}/${field}`;
}
