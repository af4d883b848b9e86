import fc from 'fast-check';
import { contact } from '../../test/unit/connectors/arbitraries';
import { listItemKey, sameContent, sameValue } from '../model/canonical';
import {
	isListField,
	type CanonicalFields,
	type EmailItem,
	type ListField,
	type ListItem,
} from '../model/fields';
import { DEFAULT_FIELD_MAP, project } from './wealthbox/fields';
import { listAfter, planUpdate, type ListPlan, type UpdatePlan } from './update-plan';

let nextRef = 1;

function withRefs(fields: CanonicalFields): CanonicalFields {
	const entries = Object.entries(fields).map(([field, value]) =>
		isListField(field)
			? [field, (value as ListItem[]).map((item) => ({ ...item, ref: String((nextRef += 1)) }))]
			: [field, value],
	);
	return Object.fromEntries(entries) as CanonicalFields;
}

/** The list after a CRM has carried out the plan. Kind and flag stay where a change does not state them. */
function carriedOut(plan: ListPlan): ListItem[] {
	const changes = new Map(plan.change.map(({ ref, to }) => [ref, to]));
	const gone = new Set(plan.remove.map(({ ref }) => ref));
	const kept = plan.before
		.filter(({ ref }) => !gone.has(ref ?? ''))
		.map((item) => {
			const to = changes.get(item.ref ?? '');
			const { kind, primary, ref } = item as EmailItem;
			return to === undefined ? item : ({ kind, primary, ...to, ref } as ListItem);
		});
	return [
		...kept,
		...plan.add.map((item) => ({ ...item, ref: String((nextRef += 1)) }) as ListItem),
	];
}

function planOf(
	wanted: CanonicalFields,
	known: CanonicalFields,
	fresh: CanonicalFields | null,
): UpdatePlan {
	const planned = planUpdate(wanted, known, fresh);
	if (planned.status !== 'plan') throw new Error(planned.status);
	return planned.plan;
}

const plain = contact.map((fields) => project(fields, DEFAULT_FIELD_MAP, {}));

test('carrying out a plan gives what was wanted, and exactly that is known', () => {
	fc.assert(
		fc.property(plain, plain, fc.boolean(), (before, wanted, isRead) => {
			const known = withRefs(before);
			const plan = planOf(wanted, known, isRead ? known : null);
			for (const [field, list] of plan.lists) {
				const current = carriedOut(list);
				const after = listAfter(field, (known[field] ?? []) as ListItem[], list, current);
				expect(sameValue(field, wanted[field], current)).toBe(true);
				expect(sameContent({ [field]: after }, { [field]: current })).toBe(true);
				expect(after).toHaveLength(current.length);
			}
		}),
		{ numRuns: 300 },
	);
});

test('a record that holds it all already has nothing to write', () => {
	fc.assert(
		fc.property(plain, plain, (before, wanted) => {
			const known = withRefs(before);
			const first = planOf(wanted, known, known);
			const lists = [...first.lists].map(([field, list]) => [field, carriedOut(list)]);
			const fresh: CanonicalFields = { ...known, ...first.scalars, ...Object.fromEntries(lists) };
			const again = planOf(wanted, known, fresh);
			expect(again.scalars).toEqual({});
			for (const list of again.lists.values()) {
				expect([...list.add, ...list.change, ...list.remove]).toEqual([]);
			}
		}),
		{ numRuns: 200 },
	);
});

describe('an edit made at the CRM since the last read', () => {
	const known = {
		jobTitle: 'Surveyor',
		emails: [{ ref: '1', address: 'a@x.example', kind: 'work' }],
	};
	const emails = (address: string, kind: string, ref = '1') => [{ ref, address, kind }];

	test('of a field to be written is a conflict, of another field is not', () => {
		const wanted = { jobTitle: 'Architect' };
		expect(planUpdate(wanted, known, { ...known, jobTitle: 'Painter' })).toEqual({
			status: 'conflict',
			field: 'jobTitle',
		});
		const plan = planOf(wanted, known, { ...known, emails: emails('b@x.example', 'work') });
		expect(plan.scalars).toEqual(wanted);
	});

	test('that already is what we want is settled', () => {
		const plan = planOf({ jobTitle: 'Architect' }, known, {
			...known,
			jobTitle: ' architect'.trim().replace('a', 'A'),
		});
		expect(plan).toMatchObject({ scalars: {}, settled: { jobTitle: 'Architect' } });
	});

	test.each([
		['retyped the entry to be removed', { emails: [] }, emails('new@x.example', 'work')],
		[
			'retyped the entry to be retyped',
			{ emails: [{ address: 'c@x.example', formerKeys: ['a@x.example'] }] },
			emails('new@x.example', 'work'),
		],
		['removed the entry to be changed', { emails: emails('a@x.example', 'personal') }, []],
		[
			'changed the same attribute',
			{ emails: emails('a@x.example', 'personal') },
			emails('a@x.example', 'other'),
		],
		[
			'retyped the entry that is to become the primary one',
			{ emails: [{ address: 'a@x.example', kind: 'work', primary: true }] },
			emails('new@x.example', 'work'),
		],
		[
			'changed the kind of the entry to be retyped',
			{ emails: [{ address: 'c@x.example', kind: 'work', formerKeys: ['a@x.example'] }] },
			emails('a@x.example', 'other'),
		],
	])('%s', (_what, wanted, now) => {
		expect(planUpdate(wanted as CanonicalFields, known, { ...known, emails: now })).toEqual({
			status: 'conflict',
			field: 'emails',
		});
	});

	test('is never written over, whatever is wanted beside it', () => {
		fc.assert(
			fc.property(plain, plain, plain, (before, others, ours) => {
				const known = withRefs(before);
				const fresh = editedByOthers(known, others);
				const planned = planUpdate(ours, known, fresh);
				if (planned.status !== 'plan') return;
				for (const [field, list] of planned.plan.lists) {
					for (const { from, now, to } of list.change) {
						const [was, is, shall] = [from, now, to].map((item) => listItemKey(field, item));
						expect([was, shall]).toContain(is);
					}
				}
			}),
			{ numRuns: 1_000 },
		);
	});

	test('another entry of the list is neither touched nor taken as known', () => {
		const wanted = { emails: [...emails('a@x.example', 'work'), { address: 'ours@x.example' }] };
		const fresh = {
			emails: [...emails('a@x.example', 'work'), ...emails('theirs@x.example', 'work', '2')],
		};
		const list = planOf(wanted, known, fresh).lists.get('emails') as ListPlan;
		expect(list.add).toEqual([{ address: 'ours@x.example' }]);
		expect(list.remove).toEqual([]);
		const after = listAfter('emails', known.emails, list, carriedOut(list));
		expect(keysOf('emails', after)).toEqual(['a@x.example', 'ours@x.example']);
	});

	describe('is no edit if it is what an earlier try added', () => {
		const unanswered = { emails: [{ address: 'A@x.example' }, { address: 'tried@x.example' }] };
		const fresh = {
			emails: [
				...emails('a@x.example', 'work'),
				...emails('tried@x.example', 'work', '2'),
				...emails('theirs@x.example', 'work', '3'),
			],
		};
		const listOf = (wanted: CanonicalFields, held: CanonicalFields | null, knownNow = known) => {
			const planned = planUpdate(wanted, knownNow, held, unanswered);
			if (planned.status !== 'plan') throw new Error(planned.status);
			return planned.plan.lists.get('emails') as ListPlan;
		};

		test('it is taken out when nobody wants it any more; an entry of a person stays', () => {
			const list = listOf({ emails: emails('a@x.example', 'work') }, fresh);
			expect(list.remove).toEqual([{ ref: '2', from: fresh.emails[1] }]);
			const after = listAfter('emails', known.emails, list, carriedOut(list));
			expect(keysOf('emails', after)).toEqual(['a@x.example']);
			expect(keysOf('emails', carriedOut(list))).toEqual(['a@x.example', 'theirs@x.example']);
		});

		test('it stays while it is wanted, where it is known, and where nothing was read', () => {
			const wanted = [...emails('a@x.example', 'work'), { address: 'tried@x.example' }];
			expect(listOf({ emails: wanted }, fresh).remove).toEqual([]);
			const all = { ...known, emails: fresh.emails.slice(0, 2) };
			const kept = { emails: [...emails('a@x.example', 'work'), { address: 'tried@x.example' }] };
			expect(listOf(kept, fresh, all).remove).toEqual([]);
			expect(listOf({ emails: emails('a@x.example', 'work') }, null).remove).toEqual([]);
		});
	});

	test('an entry that somebody removed stays known until a read brings that', () => {
		const wanted = { emails: [...emails('a@x.example', 'work'), { address: 'ours@x.example' }] };
		const list = planOf(wanted, known, { emails: [] }).lists.get('emails') as ListPlan;
		const after = listAfter('emails', known.emails, list, carriedOut(list));
		expect(keysOf('emails', after)).toEqual(['a@x.example', 'ours@x.example']);
	});
});

test('without a nested id the record must be read first', () => {
	const known = { emails: [{ address: 'a@x.example' }] };
	expect(planUpdate({ emails: [] }, known, null)).toEqual({ status: 'needsRead' });
});

test('an added value that the CRM stores in its own spelling is known as stored', () => {
	const list = planOf(
		{ addresses: [{ street: '1 Elm St', state: 'MN' }] },
		{ addresses: [] },
		null,
	).lists.get('addresses') as ListPlan;
	const stored = [{ ref: '5', street: '1 Elm St', state: 'Minnesota' }];
	expect(listAfter('addresses', [], list, stored)).toEqual(stored);
});

/** Entries retyped in place: same ids, other content. */
function editedByOthers(known: CanonicalFields, others: CanonicalFields): CanonicalFields {
	const entries = Object.entries(known).map(([field, value]) => {
		if (!isListField(field)) return [field, value];
		const theirs = (others[field] ?? []) as ListItem[];
		const items = (value as ListItem[]).map((item, place) => ({
			...(theirs[place] ?? item),
			ref: item.ref,
		}));
		return [field, items];
	});
	return Object.fromEntries(entries) as CanonicalFields;
}

function keysOf(field: ListField, items: ListItem[]): string[] {
	return items.map((item) => listItemKey(field, item));
}
