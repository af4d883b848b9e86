/**
 * What a list without a filter for changes showed before. Redtail may change a row and leave its edit time as
 * it was (a family's members are records of their own): such a change is dated by when it was noticed.
 */
import { shortHash } from '../field-codec';

interface Row {
	content: string;
	updatedAt: number | null;
	/** When a change was noticed that the edit time does not show. */
	noticedAt: number | null;
	/** How often it was told since: a read may come to nothing before its events are stored. */
	told: number;
}

const MAX_ROWS = 50_000;
/** Told again in so many further reads. */
const MAX_TOLD = 3;

export class RowMemory {
	private readonly rows = new Map<string, Row>();

	/** The time of the row's last edit, as far as the vendor tells it. `now`: in the vendor's clock, ms. */
	editedAt(id: string, said: unknown, updatedAt: number | null, now: number): number | null {
		const content = shortHash(said);
		const before = this.rows.get(id);
		const isMoved = before === undefined || before.updatedAt !== updatedAt;
		if (isMoved) return this.keep(id, { content, updatedAt, noticedAt: null, told: 0 });
		if (before.content !== content)
			return this.keep(id, { content, updatedAt, noticedAt: now, told: 1 });
		if (before.noticedAt === null || before.told > MAX_TOLD) return updatedAt;
		return this.keep(id, { ...before, told: before.told + 1 });
	}

	private keep(id: string, row: Row): number | null {
		this.rows.delete(id);
		this.rows.set(id, row);
		const oldest = this.rows.size > MAX_ROWS ? this.rows.keys().next().value : undefined;
		if (oldest !== undefined) this.rows.delete(oldest);
		return row.noticedAt ?? row.updatedAt;
	}
}
