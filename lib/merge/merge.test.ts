import fc from 'fast-check';
import { Client } from '../../test/unit/support/client';
import { delta, iso, snapshot, START } from '../../test/unit/support/hub';
import { interleave } from '../../test/unit/support/interleave';

describe('nothing, null and empty', () => {
	test('an empty text from a polled CRM clears nothing, but is known to stand there', () => {
		const client = new Client();
		client.merge(snapshot('wealthbox', '1', { jobTitle: 'CFO' }));
		const result = client.merge(snapshot('wealthbox', '1', { jobTitle: '' }, { at: START + 5 }));
		expect(result).toMatchObject({ outcome: 'noop', moved: new Set(['jobTitle']) });
		expect(client.value('jobTitle')).toBe('CFO');
		expect(client.shadow('wealthbox').fields['jobTitle']?.value).toBe('');
	});

	test('it does where the field\u2019s rule says so', () => {
		const client = new Client([{ field: 'jobTitle', emptyNeverOverwrites: false }]);
		client.merge(snapshot('wealthbox', '1', { jobTitle: 'CFO' }));
		client.merge(snapshot('wealthbox', '1', { jobTitle: '' }, { at: START + 5 }));
		expect(client.value('jobTitle')).toBe('');
	});

	test('null clears, what is not said stays', () => {
		const client = new Client();
		client.merge(snapshot('wealthbox', '1', { firstName: 'Ada', jobTitle: 'CFO' }));
		client.merge(snapshot('wealthbox', '1', { jobTitle: null }, { at: START + 5 }));
		expect(client.value('jobTitle')).toBeNull();
		expect(client.value('firstName')).toBe('Ada');
	});

	test('a field that is empty at the first sight of a record says nothing', () => {
		const client = new Client();
		client.merge(snapshot('wealthbox', '1', { jobTitle: 'CFO' }));
		client.merge(snapshot('redtail', '1', { jobTitle: null, emails: [] }, { at: START + 5 }));
		expect(client.value('jobTitle')).toBe('CFO');
	});
});

describe('which of two edits wins', () => {
	test('the later one, and the lost one is kept in its decision', () => {
		const client = new Client();
		client.merge(delta('salesforce', '1', { jobTitle: 'CEO' }, { at: START + 5 }));
		const result = client.merge(delta('wealthbox', '1', { jobTitle: 'CFO' }, { at: START + 4 }));
		expect(result.decisions).toEqual([
			expect.objectContaining({ verdict: 'lost', offered: 'CFO', before: 'CEO', after: 'CEO' }),
		]);
		expect(result.outcome).toBe('applied');
	});

	test('the same value set later makes the register\u2019s memory younger', () => {
		const client = new Client();
		client.merge(delta('salesforce', '1', { jobTitle: 'CEO' }, { at: START }));
		const result = client.merge(delta('wealthbox', '1', { jobTitle: 'CEO' }, { at: START + 5 }));
		expect(result.decisions).toEqual([expect.objectContaining({ verdict: 'agree' })]);
		const older = client.merge(delta('redtail', '1', { jobTitle: 'COO' }, { at: START + 3 }));
		expect(older.decisions).toEqual([expect.objectContaining({ verdict: 'lost' })]);
		const same = client.merge(delta('redtail', '1', { jobTitle: 'CEO' }, { at: START + 4 }));
		expect(same).toMatchObject({ outcome: 'noop', decisions: [] });
	});

	test('of two edits of one record at one time the one read later', () => {
		const client = new Client();
		client.merge(delta('salesforce', '1', { jobTitle: 'CEO' }, { at: START }));
		client.merge(delta('salesforce', '1', { jobTitle: 'COO' }, { at: START }));
		expect(client.value('jobTitle')).toBe('COO');
	});

	test('where a vendor tells whole minutes, the last poll that saw the old value dates the edit', () => {
		const minute = { editedAt: iso(START), unchangedUntil: iso(START + 40_000) };
		const polled = snapshot(
			'wealthbox',
			'1',
			{ jobTitle: 'CFO' },
			{ ...minute, at: START + 55_000 },
		);
		for (const [exact, winner] of [
			[START + 30_000, 'CFO'],
			[START + 45_000, 'CEO'],
		] as const) {
			const client = new Client();
			client.merge(snapshot('wealthbox', '1', { jobTitle: 'none' }, { at: START - 60_000 }));
			client.merge(delta('salesforce', '1', { jobTitle: 'CEO' }, { at: exact }));
			client.merge({ ...polled, editedAt: iso(START), readAt: iso(START + 55_000) });
			expect(client.value('jobTitle')).toBe(winner);
		}
	});

	test('no vendor\u2019s clock wins by being fast', () => {
		const client = new Client();
		const fast = { editedAt: iso(START + 3_600_000), at: START };
		client.merge(snapshot('wealthbox', '1', { jobTitle: 'CFO' }, fast));
		client.merge(delta('salesforce', '1', { jobTitle: 'CEO' }, { at: START + 60_000 }));
		expect(client.value('jobTitle')).toBe('CEO');
	});

	test('nor does a stream whose clock is hours fast make what is read after it look stale', () => {
		const client = new Client();
		client.merge(delta('salesforce', '1', { jobTitle: 'CFO' }, { at: START }));
		const hence = START + 3 * 3_600_000;
		const fast = { at: hence, receivedAt: iso(START + 10) };
		client.merge(delta('salesforce', '1', { jobTitle: 'CEO' }, fast));
		const read = { at: START + 60_000, editedAt: iso(hence + 60_000) };
		expect(client.merge(snapshot('salesforce', '1', { jobTitle: 'COO' }, read)).outcome).toBe(
			'applied',
		);
		client.send('salesforce', { jobTitle: 'CTO' });
		client.confirmed('salesforce', { jobTitle: 'CTO' }, START + 70_000);
		expect(client.shadow('salesforce').fields['jobTitle']?.value).toBe('CTO');
	});

	test('nor does it make the echo of our own write a person\u2019s edit', () => {
		const client = new Client();
		client.merge(delta('salesforce', '1', { jobTitle: 'CFO' }, { at: START }));
		client.send('salesforce', { jobTitle: 'CEO' });
		client.over('salesforce', START + 1_000);
		const hence = iso(START + 3 * 3_600_000);
		const fast = { readAt: hence, editedAt: hence, receivedAt: iso(START + 2_000) };
		expect(client.merge(delta('salesforce', '1', { jobTitle: 'CEO' }, fast)).decisions).toEqual([]);
	});

	test('a slow clock does not make an edit older than the last sight of the old value', () => {
		const client = new Client();
		client.merge(snapshot('wealthbox', '1', { jobTitle: 'CFO' }, { at: START }));
		client.merge(delta('salesforce', '1', { jobTitle: 'CEO' }, { at: START - 5 }));
		const slow = { at: START + 60_000, editedAt: iso(START - 3 * 3_600_000) };
		client.merge(snapshot('wealthbox', '1', { jobTitle: 'COO' }, slow));
		expect(client.value('jobTitle')).toBe('COO');
	});

	test('the higher system, under source priority', () => {
		const client = new Client([{ field: 'jobTitle', policy: 'sourcePriority' }]);
		client.merge(delta('wealthbox', '1', { jobTitle: 'CFO' }, { at: START + 5 }));
		client.merge(delta('redtail', '1', { jobTitle: 'COO' }, { at: START + 9 }));
		expect(client.value('jobTitle')).toBe('CFO');
		client.merge(delta('salesforce', '1', { jobTitle: 'CEO' }, { at: START }));
		expect(client.value('jobTitle')).toBe('CEO');
	});

	test('the named system alone, under only from', () => {
		const client = new Client([{ field: 'status', policy: 'onlyFrom', system: 'redtail' }]);
		const result = client.merge(delta('salesforce', '1', { status: 'Lost' }));
		expect(result.decisions).toEqual([expect.objectContaining({ verdict: 'lost' })]);
		expect(client.value('status')).toBeUndefined();
		client.merge(delta('redtail', '1', { status: 'Active' }, { at: START - 5 }));
		expect(client.value('status')).toBe('Active');
	});
});

/** Events of three records; the times of one record grow, those of different records may coincide. */
const edits = fc.array(
	fc.record({
		system: fc.constantFrom('salesforce', 'wealthbox', 'redtail'),
		value: fc.constantFrom('CFO', 'CEO', 'COO', null),
		pause: fc.integer({ min: 1, max: 4 }),
	}),
	{ maxLength: 12 },
);

const picks = fc.array(fc.nat(5), { minLength: 1, maxLength: 12 });

test.each(['lastWriteWins', 'sourcePriority'] as const)(
	'the order of events of different records does not change the registers (%s)',
	(policy) => {
		fc.assert(
			fc.property(edits, picks, (list, order) => {
				const times = new Map<string, number>();
				const events = list.map(({ system, value, pause }) => {
					const at = (times.get(system) ?? START) + pause;
					times.set(system, at);
					return delta(system, '1', { jobTitle: value }, { at });
				});
				const [one, other] = [1, 2].map(() => new Client([{ field: 'jobTitle', policy }]));
				for (const event of events) one?.merge(event);
				for (const event of interleave(events, order)) other?.merge(event);
				expect(other?.registers).toEqual(one?.registers);
			}),
		);
	},
);
