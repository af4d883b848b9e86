/**
 * Puts records that may be one client on one page. Two records are compared only if they share telling keys
 * (lib/identity/blocks.ts); what is connected by such pairs is resolved together, so that page by page
 * the outcome is that of the whole at once. What names a record (a note its client, a household its members)
 * stands on that one's page as long as there is room, households first; else on a page after all others. Pure;
 * numbers alone are kept: eight bytes a key.
 */
import { proposalPoints } from '../identity/blocks';
import { DeskError } from '../model/failures';
import { hash53 } from '../identity/hash';

export const PAGE_ROWS = 100;
/** Connected records that stay together; a longer chain is cut. */
const MOST_TOGETHER = 200;
export const MAX_ROWS = 1_000_000;
const ROW_ROOM = 2 ** 20;
const CLASS_ROOM = 4;
const HASH_ROOM = 2 ** 30;
/** Pairs that share one key that does not suffice alone, remembered until another one is found. */
const MAX_HALF_PAIRS = 2_000_000;
const ENOUGH = 2;
/** Keys of fewer records say the same, be they counted in parts or as a whole. */
const TOLD_ABOVE = 10;

/** A key of each class: how much it says, alone and among many. */
const CLASSES = ['email:', 'head:', 'born:'] as const;
const AMONG_SOME = 30;
/** Class of the names of records, by which they are tied to what names them. */
const TIES = CLASSES.length;

export interface Neighbour {
	/** The row's number; in the order in which pages are to be filled. */
	seq: number;
	stage: Stage;
	/** Telling keys. */
	keys?: readonly string[];
	/** Names of records, its own and those that it names. */
	ties?: readonly string[];
	/** Its keys are counted in the store. */
	isKnown?: boolean;
}

/** A record names records of earlier stages only: 0 contacts, 1 households, 2 the rest. */
export type Stage = 0 | 1 | 2;
const LATER_STAGES: readonly Stage[] = [1, 2];

export class Neighbours {
	private readonly seqs: number[] = [];
	private readonly stages: Stage[] = [];
	private readonly known = new Set<number>();
	private codes = new Float64Array(1_024);
	private length = 0;

	add({ seq, stage, keys = [], ties = [], isKnown = false }: Neighbour): void {
		const index = this.seqs.push(seq) - 1;
		this.stages.push(stage);
		if (isKnown) this.known.add(index);
		if (index >= MAX_ROWS) {
			throw new DeskError(
				`There are more than ${MAX_ROWS} records in one first load. Choose fewer objects in the triggers, and load the others by a later one.`,
			);
		}
		for (const key of keys) this.note(codeOf(key) * ROW_ROOM + index);
		for (const tie of ties) this.note(tieOf(tie) * ROW_ROOM + index);
	}

	/** Row numbers by page; every row is on one. And how many rows have a key (see {@link keyCode}) that many have. */
	place(): { pages: number[][]; common: Map<number, number> } {
		const groups = new Groups(this.seqs.length);
		const common = new Map<number, number>();
		const holders = this.byKey(common);
		const alike = holders.filter(({ class: kind }) => kind !== TIES);
		for (const { class: kind, rows } of alike) {
			if (pointsOf(kind, rows.length) < ENOUGH) continue;
			for (const row of rows) groups.join(rows[0] as number, row);
		}
		joinByTwo(groups, alike);
		// Who is the same client comes before who belongs to whom.
		const tied = holders.filter(({ class: kind }) => kind === TIES).map(({ rows }) => rows);
		const late = this.joinTied(groups, tied);
		const pages = packed(inTurn(groups.all(), late));
		return {
			pages: pages.map((page) => page.map((index) => this.seqs[index] as number)),
			common,
		};
	}

	/** Those of each later stage for whom there was no room beside all that they name. */
	private joinTied(groups: Groups, tied: ReadonlyArray<readonly number[]>): Late[] {
		const stageOf = (row: number) => this.stages[row] as Stage;
		const first = tied.map((rows) => rows.reduce((a, b) => (stageOf(b) < stageOf(a) ? b : a)));
		const late: Late[] = [];
		for (const stage of LATER_STAGES) {
			const own = tied.map((rows) => rows.filter((row) => stageOf(row) <= stage));
			for (const [place, rows] of own.entries())
				for (const row of rows) groups.join(first[place] as number, row);
			const rows = new Set<number>();
			for (const [place, candidates] of own.entries()) {
				const named = first[place] as number;
				const isLate = late.some((before) => before.has(named));
				for (const row of candidates) {
					if (stageOf(row) !== stage || stageOf(named) === stage) continue;
					if (isLate || !groups.areJoined(named, row)) rows.add(row);
				}
			}
			late.push(rows);
		}
		return late;
	}

	private note(code: number): void {
		if (this.length === this.codes.length) {
			const wider = new Float64Array(this.codes.length * 2);
			wider.set(this.codes);
			this.codes = wider;
		}
		this.codes[this.length] = code;
		this.length += 1;
	}

	/** Keys that several rows have. */
	private byKey(common: Map<number, number>): Holders[] {
		const sorted = this.codes.slice(0, this.length).sort();
		const found: Holders[] = [];
		for (let start = 0; start < sorted.length; ) {
			const key = Math.floor((sorted[start] as number) / ROW_ROOM);
			let end = start + 1;
			while (end < sorted.length && Math.floor((sorted[end] as number) / ROW_ROOM) === key)
				end += 1;
			const count = end - start;
			const isTie = key % CLASS_ROOM === TIES;
			const rowsOf = () => [...sorted.subarray(start, end)].map((code) => code % ROW_ROOM);
			if (count > TOLD_ABOVE && !isTie) {
				const strangers = rowsOf().filter((row) => !this.known.has(row)).length;
				if (strangers > TOLD_ABOVE) common.set(-1 - key, strangers);
			}
			if (count > 1 && (isTie || pointsOf(key % CLASS_ROOM, count) > 0))
				found.push({ class: key % CLASS_ROOM, rows: rowsOf() });
			start = end;
		}
		return found;
	}
}

type Late = ReadonlySet<number>;

/** What is late stands behind, stage by stage, those of a group together. */
function inTurn(groups: readonly number[][], late: readonly Late[]): number[][] {
	const isLate = (row: number) => late.some((rows) => rows.has(row));
	const parts = [
		(row: number) => !isLate(row),
		...late.map((rows) => (row: number) => rows.has(row)),
	];
	return parts.flatMap((isPart) => groups.map((group) => group.filter(isPart)));
}

interface Holders {
	class: number;
	rows: number[];
}

/** Under which a key is counted; below 0, so that it is no name's hash. */
export function keyCode(key: string): number {
	return -1 - codeOf(key);
}

function codeOf(key: string): number {
	const kind = CLASSES.findIndex((example) => alike(key, example));
	return (hash53(key) % HASH_ROOM) * CLASS_ROOM + Math.max(0, kind);
}

function tieOf(name: string): number {
	return (hash53(name) % HASH_ROOM) * CLASS_ROOM + TIES;
}

function alike(key: string, example: string): boolean {
	return [1, AMONG_SOME].every(
		(records) => proposalPoints(key, records) === proposalPoints(example, records),
	);
}

function pointsOf(kind: number, records: number): number {
	return proposalPoints(CLASSES[kind] ?? CLASSES[0], records);
}

/** Rows that share two keys of which neither suffices alone. */
function joinByTwo(groups: Groups, holders: readonly Holders[]): void {
	const once = new Set<number>();
	for (const { class: kind, rows } of holders) {
		if (pointsOf(kind, rows.length) >= ENOUGH) continue;
		for (const [place, one] of rows.entries()) {
			for (const other of rows.slice(place + 1)) {
				if (groups.areJoined(one, other)) continue;
				const pair = one * ROW_ROOM + other;
				if (once.has(pair)) groups.join(one, other);
				else if (once.size < MAX_HALF_PAIRS) once.add(pair);
			}
		}
	}
}

/** Disjoint sets of limited size. */
class Groups {
	private readonly parent: Int32Array;
	private readonly size: Int32Array;

	constructor(count: number) {
		this.parent = Int32Array.from({ length: count }, (_, index) => index);
		this.size = new Int32Array(count).fill(1);
	}

	join(one: number, other: number): void {
		const [a, b] = [this.rootOf(one), this.rootOf(other)];
		const sum = (this.size[a] as number) + (this.size[b] as number);
		if (a === b || sum > MOST_TOGETHER) return;
		const [root, leaf] = a < b ? [a, b] : [b, a];
		this.parent[leaf] = root;
		this.size[root] = sum;
	}

	areJoined(one: number, other: number): boolean {
		return this.rootOf(one) === this.rootOf(other);
	}

	/** In the order of their first members. */
	all(): number[][] {
		const byRoot = new Map<number, number[]>();
		for (const index of this.parent.keys()) {
			const root = this.rootOf(index);
			const group = byRoot.get(root);
			if (group === undefined) byRoot.set(root, [index]);
			else group.push(index);
		}
		return [...byRoot.values()];
	}

	private rootOf(index: number): number {
		let root = index;
		while (this.parent[root] !== root) root = this.parent[root] as number;
		for (let at = index; at !== root; ) {
			const next = this.parent[at] as number;
			this.parent[at] = root;
			at = next;
		}
		return root;
	}
}

function packed(groups: readonly number[][]): number[][] {
	const pages: number[][] = [];
	for (const group of groups) {
		if (group.length === 0) continue;
		const last = pages.at(-1);
		if (last === undefined || last.length + group.length > PAGE_ROWS) pages.push([...group]);
		else last.push(...group);
	}
	return pages;
}
