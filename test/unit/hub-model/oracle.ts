/**
 * What the clients must look like in the end, computed from people's edits alone and knowing nothing
 * of the hub: the last edit of a field wins, by true time.
 *
 * A CRM that is polled tells of its edits only what can be seen: not what was undone between two
 * looks, and their time only within bounds (whole minutes, one time a record). Where the bounds of
 * two edits overlap, either may win.
 */
import type { ScalarValue } from '../../../lib/model/fields';

/** When an edit was made, as far as the CRM's API lets anybody know. ms. */
export interface Bounds {
	earliest: number;
	latest: number;
}

export interface Edit extends Bounds {
	client: number;
	/** The record it was made at: of its edits the order is always known. */
	record: string;
	field: string;
	value: ScalarValue;
}

/** An entry of the e-mail list left a record: removed, or edited `into` another one. */
interface Leave extends Bounds {
	record: string;
	into: string | null;
}

export class Oracle {
	private readonly edits: Edit[] = [];
	private readonly added = new Map<number, Set<string>>();
	private readonly leaves = new Map<string, Leave[]>();

	note(edit: Edit): void {
		this.edits.push(edit);
	}

	noteAdded(client: number, address: string): void {
		this.added.set(client, (this.added.get(client) ?? new Set()).add(address));
	}

	noteLeft(client: number, address: string, leave: Leave): void {
		const key = `${client}/${address}`;
		this.leaves.set(key, [...(this.leaves.get(key) ?? []), leave]);
	}

	editsOf(client: number, field: string): number {
		return this.edits.filter((edit) => edit.client === client && edit.field === field).length;
	}

	/** The values that the field may have in the end; undefined: nobody ever set it. */
	finalValues(client: number, field: string): ScalarValue[] | undefined {
		const edits = this.edits.filter((edit) => edit.client === client && edit.field === field);
		return edits.length === 0 ? undefined : latest(edits).map(({ value }) => value);
	}

	/** The addresses in the end; undefined if overlapping edits leave it open. */
	finalAddresses(client: number): string[] | undefined {
		const present = new Set<string>();
		const open = [...(this.added.get(client) ?? [])];
		for (let index = 0; index < open.length; index += 1) {
			const address = open[index] as string;
			const last = latest(this.leaves.get(`${client}/${address}`) ?? []);
			const outcomes = new Set(last.map(({ into }) => into));
			if (outcomes.size > 1) return undefined;
			const [into] = outcomes;
			if (into === undefined) present.add(address);
			else if (into !== null && !open.includes(into)) open.push(into);
		}
		return [...present].sort();
	}
}

/** Those that no other one is surely later than. */
function latest<T extends Bounds & { record: string }>(edits: readonly T[]): T[] {
	return edits.filter((edit, index) =>
		edits.every((other, at) => {
			if (other.record === edit.record) return at <= index;
			return other.earliest <= edit.latest;
		}),
	);
}
