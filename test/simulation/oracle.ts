/**
 * What the clients must look like in the end, computed from people's edits alone and knowing nothing
 * of the hub: the last edit of a field wins, by true time.
 *
 * A CRM that is polled tells of its edits only what can be seen: not what was undone between two
 * looks, and their time only within bounds (whole minutes, one time a record). Where the bounds of
 * two edits overlap, either may win.
 */
import type { ScalarValue } from '../../lib/model/fields';

/** When an edit was made, as far as the CRM's API lets anybody know. ms. */
export interface Bounds {
	earliest: number;
	latest: number;
}

export interface Edit {
	when: Bounds;
	client: number;
	/** The record it was made at: of its edits the order is always known. */
	record: string;
	field: string;
	value: ScalarValue;
}

/** What somebody made of one entry of the e-mail list. */
interface EntryEdit {
	when: Bounds;
	record: string;
	/** Its address from then on; null: removed. */
	address: string | null;
}

export class Oracle {
	private readonly edits: Edit[] = [];
	/** Client -> entry (the address it began with) -> what became of it. */
	private readonly entries = new Map<number, Map<string, EntryEdit[]>>();
	/** Address -> the entry that it is an address of. */
	private readonly entryOf = new Map<string, string>();

	private readonly lost = new Set<number>();

	note(edit: Edit): void {
		this.edits.push(edit);
	}

	/** What was done to this client's addresses was lost for everybody. */
	leaveOpen(client: number): void {
		this.lost.add(client);
	}

	noteAdded(client: number, address: string): void {
		const entries = this.entries.get(client) ?? new Map<string, EntryEdit[]>();
		this.entries.set(client, entries);
		if (!this.entryOf.has(address)) this.entryOf.set(address, address);
		if (this.entryOf.get(address) === address && !entries.has(address)) entries.set(address, []);
	}

	/** The entry that had this address was removed, or has another one now. */
	noteEdited(client: number, address: string, edit: EntryEdit): void {
		const entry = this.entryOf.get(address) ?? address;
		if (edit.address !== null) this.entryOf.set(edit.address, entry);
		this.entries.get(client)?.get(entry)?.push(edit);
	}

	editsOf(client: number, field: string): number {
		return this.edits.filter((edit) => edit.client === client && edit.field === field).length;
	}

	/** The values that the field may have in the end; undefined: nobody ever set it. */
	finalValues(client: number, field: string): ScalarValue[] | undefined {
		const edits = this.edits.filter((edit) => edit.client === client && edit.field === field);
		if (edits.length === 0) return undefined;
		const values = latest(edits).map(({ value }) => value);
		return edits.every(isHidden) ? [...values, null] : values;
	}

	/** The addresses in the end; undefined if overlapping edits leave it open. */
	finalAddresses(client: number): string[] | undefined {
		if (this.lost.has(client)) return undefined;
		const final: string[] = [];
		for (const [entry, edits] of this.entries.get(client) ?? []) {
			const outcomes = new Set(latest(edits).map(({ address }) => address));
			if (outcomes.size > 1) return undefined;
			const [address] = outcomes.size === 0 ? [entry] : outcomes;
			if (address) final.push(address);
		}
		return final.sort();
	}
}

/** Maybe nobody but the CRM ever saw it. */
function isHidden({ when }: { when: Bounds }): boolean {
	return when.earliest === Number.NEGATIVE_INFINITY;
}

/** Those that no other one is surely later than. */
function latest<T extends { when: Bounds; record: string }>(edits: readonly T[]): T[] {
	return edits.filter((edit, index) =>
		edits.every((other, at) => {
			if (isHidden(other)) return true;
			if (other.record === edit.record) return at <= index;
			return other.when.earliest <= edit.when.latest;
		}),
	);
}
