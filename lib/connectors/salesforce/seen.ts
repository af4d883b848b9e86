/**
 * What the stream and the reads have told lately, in memory and bounded: it drops repetitions and
 * events that a newer read already contains, and lets the comparison find what was never told.
 * Forgetting is safe: the fabric's inbox and shadows make repeated events harmless.
 */
import type { StreamChange } from './stream-change';

const MAX_RECORDS = 20_000;
const MAX_KEYS = 5_000;

export class SeenRecords {
	/** Record -> newest modification told, whole seconds as ms. */
	private readonly told = new Map<string, number>();
	/** Record -> modification time of the whole record as read. */
	private readonly read = new Map<string, number>();
	private readonly keys = new Map<string, number>();

	/** The stream told this change, and it was committed. */
	stream(change: StreamChange): void {
		remember(this.keys, change.key, change.committedAt, MAX_KEYS);
		this.tell(change.recordId, Math.max(change.modifiedAt, change.committedAt));
	}

	/** The whole record was read as of `modifiedAt`, and goes to the inbox. */
	snapshot(recordId: string, modifiedAt: number): void {
		remember(this.read, recordId, modifiedAt, MAX_RECORDS);
		this.tell(recordId, modifiedAt);
	}

	/** True if the change came before, or a whole read already contains it and something newer. */
	isStale(change: StreamChange): boolean {
		if (this.keys.has(change.key)) return true;
		const read = this.read.get(change.recordId);
		return read !== undefined && change.modifiedAt < read;
	}

	/** True if the record's change at `at` (whole seconds as ms) was told. */
	hasTold(recordId: string, at: number): boolean {
		return (this.told.get(recordId) ?? -Infinity) >= at;
	}

	private tell(recordId: string, at: number): void {
		const known = this.told.get(recordId) ?? -Infinity;
		remember(this.told, recordId, Math.max(known, at), MAX_RECORDS);
	}
}

function remember(map: Map<string, number>, key: string, value: number, limit: number): void {
	map.delete(key);
	map.set(key, value);
	if (map.size <= limit) return;
	const [oldest] = map.keys();
	if (oldest !== undefined) map.delete(oldest);
}
