import { Client, emails } from '../../test/unit/support/client';
import { delta, iso, snapshot, START } from '../../test/unit/support/hub';

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
		expect(echo).toMatchObject({ outcome: 'noop', moved: new Set(['jobTitle']) });
		client.merge(snapshot('wealthbox', '1', { jobTitle: 'COO' }, { at: START + 6 }));
		client.merge(snapshot('wealthbox', '1', { jobTitle: 'CEO' }, { at: START + 7 }));
		expect(client.value('jobTitle')).toBe('CEO');
	});

	test.each([false, true])(
		'in the middle of a move of ours a member is in no household (confirmed before it is merged: %s)',
		(isConfirmed) => {
			const client = new Client();
			client.merge(snapshot('redtail', '1', { household: 'U1', householdRole: 'Child' }));
			const moved = { household: 'U2', householdRole: 'Head' };
			client.send('redtail', moved);
			if (isConfirmed) client.confirmed('redtail', moved, START + 9);
			const between = { household: null, householdRole: null };
			const seen = client.merge(snapshot('redtail', '1', between, { at: START + 5 }));
			expect(seen.decisions).toEqual([]);
			client.confirmed('redtail', moved, START + 9);
			// Whoever leaves after that is no step of ours.
			client.merge(snapshot('redtail', '1', between, { at: START + 12 }));
			expect([client.value('household'), client.value('householdRole')]).toEqual([null, null]);
		},
	);

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

	test('an edit that a stream tells after two writes of ours removes nothing that they added', () => {
		const client = new Client();
		client.merge(delta('salesforce', '1', { emails: emails('a@x.io') }, { at: START }));
		client.merge(delta('redtail', '1', { emails: emails('a@x.io', 'b@x.io', 'c@x.io') }));
		for (const [at, list] of [
			[START + 6, emails('a@x.io', 'b@x.io')],
			[START + 7, emails('a@x.io', 'b@x.io', 'c@x.io')],
		] as const) {
			client.send('salesforce', { emails: list });
			client.confirmed('salesforce', { emails: list }, at);
		}
		const late = { emails: emails('a@x.io', 'p@x.io') };
		client.merge(delta('salesforce', '1', late, { at: START + 5 }));
		expect(client.addresses().sort()).toEqual(['a@x.io', 'b@x.io', 'c@x.io', 'p@x.io']);
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
			expect(result).toMatchObject({ decisions: [], moved: new Set(['emails']) });
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
