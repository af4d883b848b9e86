import fc from 'fast-check';
import { interleave } from '../../test/unit/support/interleave';
import type { EmailItem, PhoneItem } from '../model/fields';
import { diffList } from '../model/list-diff';
import type { Memory } from './clock';
import { EMPTY_LIST, mergeList } from './list-merge';
import { registerValue } from './register';
import type { ListRegister } from './list-register';
import { decide, mergeRules } from './rules';

const PRIORITIES: Record<string, number> = { salesforce: 3, wealthbox: 2, redtail: 1 };

interface Edit {
	system: string;
	at: number;
	from: EmailItem[];
	to: EmailItem[];
	policy?: 'lastWriteWins' | 'sourcePriority';
}

function merge(register: ListRegister, edit: Edit): ReturnType<typeof mergeList> {
	const { system, at, from, to, policy } = edit;
	const rules = mergeRules([{ field: 'emails', policy }], PRIORITIES);
	const candidate: Memory = {
		editedAt: at,
		system,
		object: 'contact',
		crmId: '1',
		eventId: `${system}-${at}`,
		priority: PRIORITIES[system] ?? 0,
		rule: '',
		mergedAt: 0,
	};
	const ask = (current: Memory | undefined) => decide(rules, 'emails', current, candidate);
	return mergeList('emails', register, diffList('emails', from, to), candidate, ask);
}

const fold = (edits: readonly Edit[]) =>
	edits.reduce((register, edit) => merge(register, edit).register, EMPTY_LIST);

function values(register: ListRegister): EmailItem[] {
	return (registerValue('emails', register) ?? []) as EmailItem[];
}

const addresses = (register: ListRegister) => values(register).map(({ address }) => address);

const mail = (name: string, ref = name): EmailItem => ({ address: `${name}@x.io`, ref });
const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => mail(name)) as [
	EmailItem,
	EmailItem,
	EmailItem,
	EmailItem,
];
/** The entry of `a`, edited. */
const aTo = (name: string) => mail(name, 'a');

const first: Edit = { system: 'salesforce', at: 1, from: [], to: [a, b] };

test('two people change two entries of one client at once', () => {
	const register = fold([
		first,
		{ system: 'wealthbox', at: 5, from: [a, b], to: [aTo('c'), b] },
		{ system: 'redtail', at: 4, from: [a, b], to: [a, d] },
	]);
	expect(addresses(register)).toEqual(['c@x.io', 'd@x.io']);
});

test.each([
	['remove', [b], 9, [b]],
	['remove', [b], 3, [mail('c'), b]],
	['edit', [aTo('d'), b], 9, [d, b]],
	['edit', [aTo('d'), b], 3, [mail('c'), b]],
])('one entry edited by one and %sd by another: the later one wins', (_what, to, at, expected) => {
	const edit: Edit = { system: 'wealthbox', at: 5, from: [a, b], to: [aTo('c'), b] };
	const other: Edit = { system: 'redtail', at, from: [a, b], to };
	for (const order of [
		[first, edit, other],
		[first, other, edit],
	]) {
		expect(addresses(fold(order)).sort()).toEqual(expected.map(({ address }) => address).sort());
	}
});

test('an entry that was removed does not come back with an older read', () => {
	const removed = fold([first, { system: 'wealthbox', at: 5, from: [a, b], to: [b] }]);
	const older: Edit = { system: 'redtail', at: 3, from: [], to: [a] };
	const result = merge(removed, older);
	expect(addresses(result.register)).toEqual(['b@x.io']);
	expect(result.lost).toBe(true);
	expect(addresses(fold([first, { ...older, at: 9 }]))).toContain('a@x.io');
});

test('adding what an entry once was adds it, and leaves alone what became of it', () => {
	const register = fold([
		first,
		{ system: 'wealthbox', at: 5, from: [a], to: [aTo('c')] },
		{ system: 'redtail', at: 7, from: [c], to: [c, a] },
	]);
	expect(addresses(register).sort()).toEqual(['a@x.io', 'b@x.io', 'c@x.io']);
});

test('an entry keeps its place when it is edited, and a new one takes nobody\u2019s', () => {
	const [x, y] = [mail('x'), mail('m')];
	const register = fold([
		{ system: 'salesforce', at: 1, from: [], to: [x] },
		{ system: 'salesforce', at: 2, from: [x], to: [x, y] },
		{ system: 'wealthbox', at: 3, from: [x, y], to: [mail('z', 'x'), y] },
		{ system: 'redtail', at: 4, from: [], to: [a] },
	]);
	expect(addresses(register)).toEqual(['z@x.io', 'm@x.io', 'a@x.io']);
});

test('entries of one age keep their places when one of them is edited', () => {
	const register = fold([first, { system: 'wealthbox', at: 2, from: [a, b], to: [aTo('z'), b] }]);
	expect(addresses(register)).toEqual(['z@x.io', 'b@x.io']);
});

test('every key that a record may still hold is told, also that of an edit that lost', () => {
	const register = fold([
		first,
		{ system: 'wealthbox', at: 5, from: [a], to: [aTo('c')] },
		{ system: 'redtail', at: 4, from: [a], to: [aTo('d')] },
	]);
	expect(values(register)[0]?.formerKeys).toEqual(['a@x.io', 'd@x.io']);
});

test('a kind that one system states stays though another keeps silent about it', () => {
	const stated = { address: 'a@x.io', kind: 'home' };
	const edits: Edit[] = [
		{ system: 'wealthbox', at: 1, from: [], to: [stated] },
		{ system: 'salesforce', at: 5, from: [], to: [{ address: 'A@x.io' }] },
	];
	for (const order of [edits, [...edits].reverse()]) {
		expect(values(fold(order))).toEqual([{ address: 'A@x.io', kind: 'home', primary: true }]);
	}
	const renamed = fold([...edits, { system: 'salesforce', at: 6, from: [a], to: [aTo('c')] }]);
	expect(values(renamed)[0]).toMatchObject({ address: 'c@x.io', kind: 'home' });
});

test('a change of kind does not take away an extension that the system cannot hold', () => {
	const rules = mergeRules([], {});
	const memory = (at: number): Memory => ({
		editedAt: at,
		system: 's',
		object: 'contact',
		crmId: '1',
		eventId: 'e',
		priority: 0,
		rule: '',
		mergedAt: 0,
	});
	const phones = (register: ListRegister, at: number, from: PhoneItem[], to: PhoneItem[]) =>
		mergeList('phones', register, diffList('phones', from, to), memory(at), (current) =>
			decide(rules, 'phones', current, memory(at)),
		).register;
	const number = '207-555-0148';
	const full = phones(EMPTY_LIST, 1, [], [{ number, kind: 'home', extension: '5' }]);
	const moved = phones(full, 2, [{ number, kind: 'home' }], [{ number, kind: 'work' }]);
	expect(registerValue('phones', moved)).toMatchObject([{ kind: 'work', extension: '5' }]);
	const [held, cleared] = [{ number, extension: '5' }, { number }];
	const bare = phones(moved, 3, [held], [cleared]);
	expect(registerValue('phones', bare)).toEqual([{ number, kind: 'work', primary: true }]);
});

test('the primary entry is the one chosen last; when it goes, the oldest that is left', () => {
	const register = fold([
		{ system: 'salesforce', at: 1, from: [], to: [{ ...a, primary: true }, b] },
		{ system: 'wealthbox', at: 2, from: [a, b], to: [a, { ...b, primary: true }] },
		{ system: 'redtail', at: 3, from: [a, b], to: [a, mail('c', 'b')] },
	]);
	const primary = (list: ListRegister) => values(list).find((item) => item.primary)?.address;
	expect(primary(register)).toBe('c@x.io');
	const left = merge(register, { system: 'redtail', at: 4, from: [a, c], to: [a] }).register;
	expect(primary(left)).toBe('a@x.io');
});

test('under source priority a lower system\u2019s later removal does not count', () => {
	const policy = 'sourcePriority' as const;
	const register = fold([
		{ ...first, policy },
		{ system: 'redtail', at: 9, from: [a, b], to: [b], policy },
	]);
	expect(addresses(register)).toEqual(['a@x.io', 'b@x.io']);
});

/** What a person may do to the list that a record shows. */
const action = fc.record({
	system: fc.constantFrom('salesforce', 'wealthbox', 'redtail'),
	what: fc.constantFrom('add', 'remove', 'edit', 'kind', 'primary'),
	which: fc.nat(4),
	name: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
	kind: fc.constantFrom('home', 'work'),
	pause: fc.integer({ min: 1, max: 3 }),
});
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

function act(list: EmailItem[], { what, which, name, kind }: Action, ref: string): EmailItem[] {
	const chosen = list[which % Math.max(1, list.length)];
	const isHere = list.some(({ address }) => address === `${name}@x.io`);
	if (what === 'add' || chosen === undefined) return isHere ? list : [...list, mail(name, ref)];
	if (what === 'edit' && isHere) return list;
	return list.flatMap((item) => {
		if (what === 'primary') return [{ ...item, primary: item === chosen }];
		if (item !== chosen) return [item];
		if (what === 'remove') return [];
		return [what === 'kind' ? { ...item, kind } : { ...item, address: `${name}@x.io` }];
	});
}

/** Each system's record has a list of its own; nothing is written back in between. */
function editsOf(actions: readonly Action[]): Edit[] {
	const lists = new Map<string, EmailItem[]>();
	const times = new Map<string, number>();
	return actions.map((one, index) => {
		const { system, pause } = one;
		const from = lists.get(system) ?? [];
		const to = act(from, one, `ref-${index}`);
		lists.set(system, to);
		const at = (times.get(system) ?? 0) + pause;
		times.set(system, at);
		return { system, at, from, to };
	});
}

const actions = fc.array(action, { maxLength: 14 });
const picks = fc.array(fc.nat(5), { minLength: 1, maxLength: 14 });

test('the order of edits of different records does not change the register', () => {
	fc.assert(
		fc.property(actions, picks, (list, order) => {
			const edits = editsOf(list);
			expect(fold(interleave(edits, order))).toEqual(fold(edits));
		}),
		{ numRuns: 300 },
	);
});

test('a register that one record alone edits shows that record\u2019s list', () => {
	fc.assert(
		fc.property(actions, (list) => {
			const edits = editsOf(list.map((one) => ({ ...one, system: 'wealthbox' })));
			const last = edits.at(-1)?.to ?? [];
			const expected = last.map(({ address }) => address).sort();
			expect(addresses(fold(edits)).sort()).toEqual(expected);
		}),
		{ numRuns: 300 },
	);
});

test('an edit is lost exactly if the register does not show it', () => {
	fc.assert(
		fc.property(actions, (list) => {
			let register = EMPTY_LIST;
			for (const edit of editsOf(list)) {
				const result = merge(register, edit);
				register = result.register;
				const diff = diffList('emails', edit.from, edit.to);
				const shown = new Set(addresses(register));
				const wanted = [...diff.added, ...diff.changed.map(({ to }) => to)];
				const missing = wanted.some(({ address }) => !shown.has(address));
				if (missing) expect(result.lost).toBe(true);
				if (diff.removed.some(({ address }) => shown.has(address))) expect(result.lost).toBe(true);
			}
		}),
	);
});
