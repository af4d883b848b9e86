/**
 * Reads a list register: which entries stand, and where they come from.
 *
 * For each key there are statements: a record holds it (added, or edited into it), a record no
 * longer holds it (removed, or edited into another key). Statements of one key from one time it was
 * put there to the last time it left are one *life* of that key. Lives that are tied together by
 * edits are one *entry*, whatever its key at the time; of all statements about an entry the latest
 * tells what it is now. Pure, and the same whatever the order in which statements were merged.
 */
import type { ListItem, PhoneItem } from '../model/fields';
import type { Memory } from './clock';
import type { ListElement, ListRegister } from './list-register';
import { compareUnderRules } from './rules';

interface Statement {
	memory: Memory;
	/** What the record holds under this key; null: the entry left this key. */
	item: ListItem | null;
	/** The key it came from or went to. */
	other: string | null;
}

interface Life {
	key: string;
	statements: Statement[];
	/** The first statement of the key's next life. */
	next?: Statement;
}

/** One entry of the list, as it stands. */
export interface Entry {
	key: string;
	item: ListItem;
	/** Keys under which a record may still hold it. */
	formerKeys: string[];
}

/** The entries that stand, oldest first: an edited one keeps its place, a new one takes nobody's. */
export function listEntries(register: ListRegister): Entry[] {
	const elements = new Map(register.elements.map((element) => [element.key, element]));
	const entries = groupLives(livesOf(register.elements));
	const standing = entries.flatMap((lives) => {
		const last = latestOf(lives.flatMap(({ key, statements }) => withKey(key, statements)));
		return last.item === null ? [] : [{ lives, key: last.key, item: last.item }];
	});
	const keys = new Set(standing.map(({ key }) => key));
	return standing
		.sort((a, b) => compareOrigins(originOf(a.lives), originOf(b.lives)))
		.filter(({ key }, index) => standing.findIndex((other) => other.key === key) === index)
		.map(({ lives, key, item }) => ({
			key,
			item: withAttributes(item, lives, elements),
			formerKeys: [...new Set(lives.map((life) => life.key))]
				.filter((one) => !keys.has(one))
				.sort(),
		}));
}

/** Of the entries that stand: the key of the one that had this key last, if it is there. */
export function whatBecameOf(entries: readonly Entry[], key: string): string | undefined {
	if (entries.some((entry) => entry.key === key)) return key;
	return entries.find(({ formerKeys }) => formerKeys.includes(key))?.key;
}

function withKey(key: string, statements: readonly Statement[]) {
	return statements.map((statement) => ({ ...statement, key }));
}

/** Is statement `a` later than `b`? Of an edit's two sides, that the entry has its new key counts. */
function compare(a: Statement, b: Statement): number {
	const order = compareUnderRules(a.memory, b.memory);
	return order === 0 ? Number(a.item !== null) - Number(b.item !== null) : order;
}

function latestOf<T extends Statement>(statements: readonly T[]): T {
	return statements.reduce((last, statement) => (compare(statement, last) > 0 ? statement : last));
}

function livesOf(elements: readonly ListElement[]): Life[] {
	const statements = new Map<string, Statement[]>();
	const say = (key: string, statement: Statement) =>
		statements.set(key, [...(statements.get(key) ?? []), statement]);
	for (const { key, adds, leaves } of elements) {
		for (const { item, memory } of adds) say(key, { item, memory, other: null });
		for (const { to, memory } of leaves) {
			say(key, { item: null, memory, other: to?.key ?? null });
			if (to !== null) say(to.key, { item: to.item, memory, other: key });
		}
	}
	return [...statements].flatMap(([key, list]) => livesOfKey(key, list));
}

function livesOfKey(key: string, statements: readonly Statement[]): Life[] {
	const lives: Life[] = [];
	let before: Statement | undefined;
	for (const statement of [...statements].sort(compare)) {
		const last = lives.at(-1);
		const begins = last === undefined || (statement.item !== null && before?.item === null);
		if (begins) {
			if (last !== undefined) last.next = statement;
			lives.push({ key, statements: [statement] });
		} else last.statements.push(statement);
		before = statement;
	}
	return lives;
}

/** Lives that an edit ties together: the one it left and the one it began or joined. */
function groupLives(lives: readonly Life[]): Life[][] {
	const groups = new Map<Life, Life[]>(lives.map((life) => [life, [life]]));
	for (const life of lives) {
		for (const { item, memory, other } of life.statements) {
			if (item !== null || other === null) continue;
			const target = lives.find(
				({ key, statements }) =>
					key === other && statements.some((one) => one.item !== null && one.memory === memory),
			);
			const [mine, theirs] = [groups.get(life), target && groups.get(target)];
			if (mine === undefined || theirs === undefined || mine === theirs) continue;
			const both = [...mine, ...theirs];
			for (const one of both) groups.set(one, both);
		}
	}
	return [...new Set(groups.values())];
}

interface Origin {
	at: number;
	key: string;
}

function originOf(lives: readonly Life[]): Origin {
	const held = lives.flatMap(({ key, statements }) =>
		statements
			.filter(({ item }) => item !== null)
			.map(({ memory }) => ({ key, at: memory.editedAt })),
	);
	return held.reduce((first, one) => (compareOrigins(one, first) < 0 ? one : first), {
		at: Number.POSITIVE_INFINITY,
		key: '',
	});
}

function compareOrigins(a: Origin, b: Origin): number {
	if (a.at !== b.at) return a.at < b.at ? -1 : 1;
	return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

/** Kind and extension that were said last, under whichever of the entry's keys. */
function withAttributes(
	item: ListItem,
	lives: readonly Life[],
	elements: ReadonlyMap<string, ListElement>,
): ListItem {
	const said = (name: 'kind' | 'extension') =>
		lives
			.flatMap((life) => {
				const cell = elements.get(life.key)?.[name];
				return cell !== undefined && isWithin(life, cell.memory) ? [cell] : [];
			})
			.reduce<{ value: string; memory: Memory } | undefined>((last, cell) => {
				const isLater = last && compareUnderRules(cell.memory, last.memory) <= 0;
				return isLater ? last : cell;
			}, undefined)?.value;
	const whole = { ...item } as PhoneItem;
	const [kind, extension] = [said('kind'), said('extension')];
	if (kind) whole.kind = kind;
	if (extension) whole.extension = extension;
	return whole;
}

/** Was it said of this life of the key, and not of its next one? */
function isWithin({ next }: Life, memory: Memory): boolean {
	return next === undefined || compareUnderRules(memory, next.memory) < 0;
}
