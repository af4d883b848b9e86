import fc from 'fast-check';
import { Client, emails } from '../../test/unit/support/client';
import { delta, iso, snapshot, START } from '../../test/unit/support/hub';
import { interleave } from '../../test/unit/support/interleave';
import { sameValue } from '../model/canonical';
import type { ChangeEvent } from '../model/event';
import type { FieldValue } from '../model/fields';
import { DESK_SYSTEM, type Memory } from './clock';
import { settle } from './policies';
import { fieldRuleSchema, type Policy } from './rules';

const SYSTEMS = ['salesforce', 'wealthbox', 'redtail'] as const;
const titled = (system: string, jobTitle: FieldValue, at: number) =>
	delta(system, '1', { jobTitle }, { at: START + at });

const clientUnder = (policy: Policy, field = 'jobTitle') =>
	new Client([{ field, policy, ...(policy === 'onlyFrom' ? { system: 'wealthbox' } : {}) }]);

function titleAfter(policy: Policy, ...events: ChangeEvent[]): FieldValue | undefined {
	const client = clientUnder(policy);
	for (const event of events) client.merge(event);
	return client.value('jobTitle');
}

test.each([
	['opportunity', 'From Salesforce'],
	['household', 'Later'],
] as const)('a rule of opportunities alone: the name of a %s is %s', (object, name) => {
	const client = new Client([
		{ object: 'opportunity', field: '*', policy: 'onlyFrom', system: 'salesforce' },
	]);
	client.merge(delta('salesforce', '1', { name: 'From Salesforce' }, { object, at: START }));
	client.merge(delta('wealthbox', '2', { name: 'Later' }, { object, at: START + 1 }));
	expect(client.value('name')).toBe(name);
});

describe('source priority', () => {
	test('a system that clears its value lets the next one in, whatever the order of arrival', () => {
		const said = [
			titled('salesforce', 'CEO', 1),
			titled('wealthbox', 'CFO', 2),
			titled('salesforce', null, 3),
		] as const;
		expect(titleAfter('sourcePriority', ...said)).toBe('CFO');
		expect(titleAfter('sourcePriority', said[0], said[2], said[1])).toBe('CFO');
		expect(titleAfter('sourcePriority', said[1], said[0], said[2])).toBe('CFO');
	});

	test('clearing in a lower system does not beat the value of a higher one, nor in a higher one that of a lower', () => {
		const high = titled('salesforce', 'CEO', 1);
		expect(
			titleAfter('sourcePriority', high, titled('redtail', 'x', 2), titled('redtail', null, 3)),
		).toBe('CEO');
		expect(
			titleAfter(
				'sourcePriority',
				high,
				titled('salesforce', null, 2),
				titled('redtail', 'COO', 1),
			),
		).toBe('COO');
	});

	test('what the only system that said something clears, is cleared', () => {
		expect(
			titleAfter('sourcePriority', titled('redtail', 'COO', 1), titled('redtail', null, 2)),
		).toBeNull();
	});

	test('what lost is remembered in the audit trail\u2019s register, too', () => {
		const client = clientUnder('sourcePriority');
		client.merge(titled('salesforce', 'CEO', 1));
		const { decisions } = client.merge(titled('redtail', 'COO', 2));
		expect(decisions).toMatchObject([{ verdict: 'lost', after: 'CEO', offered: 'COO' }]);
		expect(decisions[0]?.register).toEqual(client.registers['jobTitle']);
	});
});

describe('longest', () => {
	const [short, long] = ['Golf.', 'Golf, and two children.'];
	test('the most complete text stands, a shorter later one and clearing do not win', () => {
		expect(titleAfter('longest', titled('redtail', long, 1), titled('salesforce', short, 2))).toBe(
			long,
		);
		expect(titleAfter('longest', titled('redtail', long, 1), titled('redtail', null, 2))).toBe(
			long,
		);
		expect(titleAfter('longest', titled('redtail', short, 2), titled('salesforce', long, 1))).toBe(
			long,
		);
	});

	test('of two equally long ones the later; blanks around a text do not count', () => {
		expect(titleAfter('longest', titled('redtail', 'abc', 2), titled('wealthbox', 'xyz', 1))).toBe(
			'abc',
		);
		expect(
			titleAfter('longest', titled('redtail', 'abcd', 1), titled('wealthbox', ' xyz    ', 2)),
		).toBe('abcd');
	});
});

test('only from: a person\u2019s word gives way to a later edit of the named system alone', () => {
	const rule = fieldRuleSchema.parse({ field: 'status', policy: 'onlyFrom', system: 'redtail' });
	const memory = (system: string, editedAt: number): Memory => ({
		...{ editedAt, system, object: 'contact', crmId: '1', eventId: 'e' },
		...{ priority: 0, rule: '', mergedAt: 0 },
	});
	const desk = { shape: 'scalar', value: 'set', memory: memory(DESK_SYSTEM, 5) } as const;
	const wins = (system: string, at: number) =>
		settle(rule, desk, { value: 'x', memory: memory(system, at) }).wins;
	expect([wins('redtail', 4), wins('redtail', 6), wins('salesforce', 6)]).toEqual([
		false,
		true,
		false,
	]);
});

test('union: two lists become one, and what was removed stays removed', () => {
	const client = clientUnder('union', 'emails');
	client.merge(delta('salesforce', '1', { emails: emails('a@x.io') }, { at: START }));
	client.merge(delta('wealthbox', '1', { emails: emails('b@x.io') }, { at: START + 1 }));
	client.merge(delta('wealthbox', '1', { emails: [] }, { at: START + 2 }));
	client.merge(delta('redtail', '1', { emails: emails('b@x.io') }, { at: START + 1 }));
	expect(client.addresses()).toEqual(['a@x.io']);
});

/** Edits of three records of one client; the times of one record grow, those of different ones may coincide. */
const values = fc.constantFrom<FieldValue>('CFO', 'Chief', 'C', '', null);
const list = fc
	.uniqueArray(fc.constantFrom('a@x.io', 'b@x.io', 'c@x.io'), { maxLength: 3 })
	.map((addresses) => emails(...addresses));

const history = fc.array(
	fc.record({
		system: fc.constantFrom(...SYSTEMS),
		jobTitle: values,
		emails: list,
		pause: fc.integer({ min: 1, max: 4 }),
	}),
	{ maxLength: 12 },
);
const picks = fc.array(fc.nat(5), { minLength: 1, maxLength: 12 });

function eventsOf(
	edits: ReadonlyArray<{ system: string; pause: number } & Record<string, unknown>>,
) {
	const times = new Map<string, number>();
	return edits.map(({ system, pause, jobTitle, emails: addresses }) => {
		const at = (times.get(system) ?? START) + pause;
		times.set(system, at);
		return delta(system, '1', { jobTitle, emails: addresses } as never, { at });
	});
}

const clientOf = (policy: Policy, listPolicy: Policy) =>
	new Client([
		{ field: 'jobTitle', policy, ...(policy === 'onlyFrom' ? { system: 'wealthbox' } : {}) },
		{ field: 'emails', policy: listPolicy },
	]);

const POLICIES: Array<[Policy, Policy]> = [
	['lastWriteWins', 'lastWriteWins'],
	['sourcePriority', 'sourcePriority'],
	['onlyFrom', 'union'],
	['longest', 'union'],
];

describe.each(POLICIES)('under %s (lists: %s)', (policy, listPolicy) => {
	test('the order of events of different records does not change the registers', () => {
		fc.assert(
			fc.property(history, picks, (edits, order) => {
				const events = eventsOf(edits);
				const [one, other] = [clientOf(policy, listPolicy), clientOf(policy, listPolicy)];
				for (const event of events) one.merge(event);
				for (const event of interleave(events, order)) other.merge(event);
				expect(other.registers).toEqual(one.registers);
			}),
			{ numRuns: 300 },
		);
	});

	test('an event that comes twice changes nothing the second time', () => {
		fc.assert(
			fc.property(history, (edits) => {
				const client = clientOf(policy, listPolicy);
				for (const event of eventsOf(edits)) {
					client.merge(event);
					const before = structuredClone(client.registers);
					expect(client.merge(event).decisions).toEqual([]);
					expect(client.registers).toEqual(before);
				}
			}),
		);
	});

	test('no clock wins by being fast: an edit is never dated after its receipt, nor before the old value was last seen', () => {
		fc.assert(
			fc.property(history, fc.integer({ min: -9e6, max: 9e6 }), (edits, skew) => {
				const client = clientOf(policy, listPolicy);
				const seen = new Map<string, number>();
				for (const event of eventsOf(edits)) {
					const at = Date.parse(event.readAt);
					const { decisions } = client.merge({
						...event,
						kind: 'snapshot',
						editedAt: iso(at + skew),
						receivedAt: iso(at + 1),
					});
					const floor = seen.get(event.system) ?? Number.NEGATIVE_INFINITY;
					for (const { memory } of decisions) {
						expect(memory.editedAt).toBeLessThanOrEqual(Math.max(at + 1, floor + 2));
						expect(memory.editedAt).toBeGreaterThan(floor);
					}
					seen.set(event.system, at);
				}
			}),
		);
	});
});

test('how a value is typed never makes an edit, and nothing is nothing', () => {
	const typed = fc.constantFrom('CFO', ' CFO', 'CFO  ', 'C\u0301FO', 'C\u0301FO ', '', ' ', null);
	fc.assert(
		fc.property(typed, typed, (first, second) => {
			const client = new Client([{ field: 'jobTitle', emptyNeverOverwrites: false }]);
			client.merge(snapshot('wealthbox', '1', { jobTitle: 'other' }));
			client.merge(snapshot('wealthbox', '1', { jobTitle: first }, { at: START + 5 }));
			const again = snapshot('wealthbox', '1', { jobTitle: second }, { at: START + 9 });
			const isEdit = client.merge(again).decisions.length > 0;
			expect(isEdit).toBe(!sameValue('jobTitle', first, second));
			expect(client.shadow('wealthbox').fields['jobTitle']?.value).toBe(second);
		}),
	);
});

test('missing, empty and null are three things', () => {
	const outcome = (later: Record<string, FieldValue>) => {
		const client = new Client();
		client.merge(snapshot('wealthbox', '1', { firstName: 'Ada', jobTitle: 'CFO' }));
		client.merge(snapshot('wealthbox', '1', later, { at: START + 5 }));
		return [client.value('jobTitle'), client.shadow('wealthbox').fields['jobTitle']?.value];
	};
	expect(outcome({ firstName: 'Ada' })).toEqual(['CFO', 'CFO']);
	expect(outcome({ jobTitle: '' })).toEqual(['CFO', '']);
	expect(outcome({ jobTitle: null })).toEqual([null, null]);
});
