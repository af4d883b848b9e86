import fc from 'fast-check';
import { delta, iso, snapshot, START } from '../../test/unit/support/hub';
import { interleave } from '../../test/unit/support/interleave';
import type { ChangeEvent } from '../model/event';
import type { CanonicalFields, FieldValue } from '../model/fields';
import { mergeEvent, type MergeResult } from './merge';
import { registerValue, type Registers } from './register';
import { mergeRules, type FieldRule } from './rules';
import { confirm, endFlights, intend, type Shadow } from './shadow';

const PRIORITIES = { salesforce: 3, wealthbox: 2, redtail: 1 };

/** One entity, its registers and its records' shadows. */
class Client {
	registers: Registers = {};
	readonly shadows = new Map<string, Shadow>();

	constructor(private readonly rules: Array<Partial<FieldRule> & { field: string }> = []) {}

	merge(event: ChangeEvent): MergeResult {
		const result = mergeEvent({
			event,
			shadow: this.shadows.get(event.system),
			registers: this.registers,
			rules: mergeRules(this.rules, PRIORITIES),
			now: START,
		});
		this.registers = result.registers;
		this.shadows.set(event.system, result.shadow);
		return result;
	}

	value(field: string): FieldValue | undefined {
		return registerValue(field, this.registers[field]);
	}

	addresses(): string[] {
		const emails = (this.value('emails') ?? []) as Array<{ address: string }>;
		return emails.map(({ address }) => address);
	}

	shadow(system: string): Shadow {
		return this.shadows.get(system) ?? { fields: {} };
	}

	/** A write to the record is under way. */
	send(system: string, changes: CanonicalFields): void {
		this.shadows.set(system, intend(this.shadow(system), changes));
	}

	/** The write has ended, nobody knows how. */
	over(system: string, at: number): void {
		this.shadows.set(system, endFlights(this.shadow(system), at));
	}

	confirmed(system: string, changes: CanonicalFields, at: number): void {
		this.shadows.set(system, confirm(this.shadow(system), changes, changes, at));
	}
}

const emails = (...addresses: string[]) => addresses.map((address) => ({ address, ref: address }));

describe('what changed at a record', () => {
	test('only what differs from the shadow is an edit', () => {
		const client = new Client();
		client.merge(snapshot('wealthbox', '1', { firstName: 'Ada', jobTitle: 'CFO' }, { at: START }));
		client.merge(delta('salesforce', '1', { jobTitle: 'CEO' }, { at: START + 5 }));
		const bumped = { firstName: 'Ada', jobTitle: 'CFO' };
		const result = client.merge(snapshot('wealthbox', '1', bumped, { at: START + 9 }));
		expect(result.outcome).toBe('noop');
		expect(client.value('jobTitle')).toBe('CEO');
	});

	test('an own write that is seen before it is confirmed is no edit, and no edit the second time either', () => {
		const client = new Client();
		client.merge(snapshot('wealthbox', '1', { jobTitle: 'CFO' }));
		client.send('wealthbox', { jobTitle: 'CEO' });
		const echo = client.merge(snapshot('wealthbox', '1', { jobTitle: 'CEO' }, { at: START + 5 }));
		expect(echo).toMatchObject({ outcome: 'noop', moved: true });
		client.merge(snapshot('wealthbox', '1', { jobTitle: 'COO' }, { at: START + 6 }));
		client.merge(snapshot('wealthbox', '1', { jobTitle: 'CEO' }, { at: START + 7 }));
		expect(client.value('jobTitle')).toBe('CEO');
	});

	test('what the CRM made of a write that it names as ours is no edit', () => {
		const client = new Client();
		client.merge(snapshot('salesforce', '1', { jobTitle: 'Cfo' }));
		client.send('salesforce', { jobTitle: 'chief  executive' });
		const told = delta(
			'salesforce',
			'1',
			{ jobTitle: 'Chief Executive' },
			{ at: START + 5, ownWrite: true },
		);
		expect(client.merge(told).decisions).toEqual([]);
	});

	test('the steps of an own list write are no edits, a person\u2019s step between them is', () => {
		const client = new Client();
		client.merge(snapshot('redtail', '1', { emails: emails('a@x.io') }));
		client.send('redtail', { emails: emails('b@x.io', 'c@x.io') });
		const half = client.merge(
			snapshot('redtail', '1', { emails: emails('a@x.io', 'b@x.io') }, { at: START + 5 }),
		);
		expect(half.decisions).toEqual([]);
		client.merge(
			snapshot('redtail', '1', { emails: emails('b@x.io', 'p@x.io') }, { at: START + 6 }),
		);
		expect(client.addresses()).toEqual(['a@x.io', 'p@x.io']);
	});

	test('what a person removes is not taken for a step of our write that never held it', () => {
		const client = new Client();
		client.merge(delta('salesforce', '1', { emails: emails('a@x.io') }, { at: START }));
		client.send('salesforce', { emails: emails('a@x.io', 'b@x.io') });
		for (const [at, now] of [
			[START + 5, emails('a@x.io', 'p@x.io')],
			[START + 6, emails('a@x.io')],
		] as const) {
			client.merge(delta('salesforce', '1', { emails: now }, { at }));
		}
		expect(client.addresses()).toEqual(['a@x.io']);
	});

	test('a read that began before our write was confirmed tells nothing of that field', () => {
		const client = new Client();
		client.merge(snapshot('wealthbox', '1', { firstName: 'Ada', jobTitle: 'CFO' }));
		client.send('wealthbox', { jobTitle: 'CEO' });
		client.confirmed('wealthbox', { jobTitle: 'CEO' }, START + 10);
		const early = snapshot(
			'wealthbox',
			'1',
			{ firstName: 'Eve', jobTitle: 'CFO' },
			{ at: START + 9 },
		);
		const result = client.merge(early);
		expect(result.decisions.map(({ field }) => field)).toEqual(['firstName']);
		const old = snapshot('wealthbox', '1', { jobTitle: 'CFO' }, { at: START + 9 });
		expect(client.merge(old).outcome).toBe('superseded');
	});

	test('an edit that a stream brings after our write hid it still counts by its own time', () => {
		const client = new Client();
		client.merge(delta('salesforce', '1', { jobTitle: 'CFO' }, { at: START }));
		client.merge(snapshot('wealthbox', '1', { jobTitle: 'CEO' }, { at: START + 2 }));
		client.send('salesforce', { jobTitle: 'CEO' });
		client.confirmed('salesforce', { jobTitle: 'CEO' }, START + 10);
		const late = delta(
			'salesforce',
			'1',
			{ jobTitle: 'COO' },
			{ at: START + 5, receivedAt: iso(START + 20) },
		);
		expect(client.merge(late).outcome).toBe('applied');
		expect(client.value('jobTitle')).toBe('COO');
		expect(client.shadow('salesforce').fields['jobTitle']?.value).toBe('CEO');
	});

	test('a late list is compared with what the record held before our write', () => {
		const client = new Client();
		client.merge(delta('salesforce', '1', { emails: emails('a@x.io') }, { at: START }));
		client.merge(snapshot('wealthbox', '1', { emails: emails('a@x.io') }, { at: START }));
		const two = emails('a@x.io', 'q@x.io');
		client.merge(snapshot('wealthbox', '1', { emails: two }, { at: START + 3 }));
		client.send('salesforce', { emails: two });
		client.confirmed('salesforce', { emails: two }, START + 10);
		const late = delta(
			'salesforce',
			'1',
			{ emails: emails('a@x.io', 'p@x.io') },
			{ at: START + 9 },
		);
		client.merge(late);
		expect(client.addresses().sort()).toEqual(['a@x.io', 'p@x.io', 'q@x.io']);
		const known = client.shadow('salesforce').fields['emails']?.value;
		expect(known).toEqual(emails('a@x.io', 'q@x.io', 'p@x.io'));
	});

	test('a list that equals what we sent may still show that a person removed an entry', () => {
		const client = new Client();
		client.merge(snapshot('redtail', '1', { emails: emails('a@x.io') }));
		client.send('redtail', { emails: emails('a@x.io', 'b@x.io') });
		for (const [at, now] of [
			[START + 5, emails('a@x.io', 'p@x.io')],
			[START + 6, emails('a@x.io', 'b@x.io')],
		] as const) {
			client.merge(snapshot('redtail', '1', { emails: now }, { at }));
		}
		expect(client.addresses()).toEqual(['a@x.io']);
		expect(client.shadow('redtail').fields['emails']?.inFlight).toBeUndefined();
	});

	test('late changes are each compared with the one before', () => {
		const client = new Client();
		client.merge(delta('salesforce', '1', { emails: emails('a@x.io') }, { at: START }));
		client.merge(
			snapshot('wealthbox', '1', { emails: emails('a@x.io', 'q@x.io') }, { at: START + 3 }),
		);
		const sent = { emails: emails('a@x.io', 'q@x.io') };
		client.send('salesforce', sent);
		client.confirmed('salesforce', sent, START + 10);
		for (const [at, now] of [
			[START + 6, emails('a@x.io', 'p@x.io')],
			[START + 7, emails('a@x.io')],
		] as const) {
			client.merge(delta('salesforce', '1', { emails: now }, { at }));
		}
		expect(client.addresses().sort()).toEqual(['a@x.io', 'q@x.io']);
	});

	test('an own write that is late, too, is what the record held next', () => {
		const client = new Client();
		const [one, two] = [emails('a@x.io'), emails('a@x.io', 'b@x.io')];
		client.merge(delta('salesforce', '1', { emails: one }, { at: START }));
		client.merge(snapshot('wealthbox', '1', { emails: two }, { at: START + 1 }));
		for (const at of [START + 5, START + 20]) {
			client.send('salesforce', { emails: two });
			if (at === START + 20) client.confirmed('salesforce', { emails: two }, at);
		}
		client.merge(delta('salesforce', '1', { emails: two }, { at: START + 5, ownWrite: true }));
		client.merge(delta('salesforce', '1', { emails: one }, { at: START + 9 }));
		expect(client.addresses()).toEqual(['a@x.io']);
	});

	test('edits of one record are dated in the order they are read in, whatever its clock says', () => {
		const client = new Client();
		client.merge(snapshot('wealthbox', '1', { emails: emails('a@x.io') }, { at: START }));
		const shown = { editedAt: iso(START + 60_000), receivedAt: iso(START + 70_000) };
		for (const now of [emails('a@x.io', 'b@x.io'), emails('a@x.io')]) {
			client.merge(snapshot('wealthbox', '1', { emails: now }, { at: START + 50_000, ...shown }));
		}
		expect(client.addresses()).toEqual(['a@x.io']);
	});

	test('what an unanswered try left in a list is ours, also after a later write was confirmed', () => {
		for (const seen of [{ at: START + 30 }, { at: START + 15 }]) {
			const client = new Client();
			client.merge(snapshot('redtail', '1', { emails: emails('a@x.io') }));
			client.send('redtail', { emails: emails('a@x.io', 'b@x.io') });
			const sent = { emails: emails('a@x.io', 'c@x.io') };
			client.send('redtail', sent);
			client.confirmed('redtail', sent, START + 20);
			const held = { emails: emails('a@x.io', 'b@x.io', 'c@x.io') };
			const result = client.merge(snapshot('redtail', '1', held, seen));
			expect(result).toMatchObject({ decisions: [], moved: true });
			const known = client.shadow('redtail').fields['emails']?.value as unknown[];
			expect(known).toHaveLength(3);
		}
	});

	test('what was edited surely after an unanswered write was over is not its echo', () => {
		const held = { at: START + 600_000 };
		for (const [seen, winner] of [
			[{ ...held, unchangedUntil: iso(START + 60_000) }, 'COO'],
			[{ ...held, unchangedUntil: iso(START + 590_000) }, 'CEO'],
		] as const) {
			const client = new Client();
			client.merge(snapshot('wealthbox', '1', { jobTitle: 'CFO' }));
			client.send('wealthbox', { jobTitle: 'CEO' });
			client.over('wealthbox', START + 1_000);
			client.merge(delta('salesforce', '1', { jobTitle: 'COO' }, { at: START + 30_000 }));
			client.merge(snapshot('wealthbox', '1', { jobTitle: 'CEO' }, seen));
			expect(client.value('jobTitle')).toBe(winner);
		}
	});

	test('a change that a later read of the record covers is stale', () => {
		const client = new Client();
		client.merge(delta('salesforce', '1', { jobTitle: 'CFO' }, { at: START }));
		const read = { at: START + 6_000, editedAt: iso(START + 5_000) };
		client.merge(snapshot('salesforce', '1', { jobTitle: 'CEO' }, read));
		const replayed = delta('salesforce', '1', { jobTitle: 'COO' }, { at: START + 5_200 });
		expect(client.merge(replayed).outcome).toBe('superseded');
		expect(client.value('jobTitle')).toBe('CEO');
	});
});

describe('nothing, null and empty', () => {
	test('an empty text from a polled CRM clears nothing, but is known to stand there', () => {
		const client = new Client();
		client.merge(snapshot('wealthbox', '1', { jobTitle: 'CFO' }));
		const result = client.merge(snapshot('wealthbox', '1', { jobTitle: '' }, { at: START + 5 }));
		expect(result).toMatchObject({ outcome: 'noop', moved: true });
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
