import fc from 'fast-check';
import { Client, emails } from '../../test/unit/support/client';
import { snapshot, START } from '../../test/unit/support/hub';
import { joinRegisters } from './join-registers';
import { desiredFields, type Registers } from './register';

/** Two clients, each with a record in two systems: whoever reads a system knows whose record it is. */
const CLIENT_OF = { wealthbox: 0, redtail: 0, salesforce: 1, archive: 1 } as const;
const SYSTEMS = Object.keys(CLIENT_OF) as Array<keyof typeof CLIENT_OF>;

const edits = fc.array(
	fc.record({
		system: fc.constantFrom(...SYSTEMS),
		/** Seconds before it was read that the vendor says. */
		ago: fc.integer({ min: 0, max: 30 }),
		jobTitle: fc.option(fc.constantFrom('CFO', 'CEO', 'COO'), { nil: null }),
		addresses: fc.uniqueArray(fc.constantFrom('a@x.io', 'b@x.io', 'c@x.io'), { maxLength: 3 }),
	}),
	{ maxLength: 14 },
);

test('what two entities hold together is what one would hold that had seen every edit', () => {
	let withRemovals = 0;
	fc.assert(
		fc.property(edits, (made) => {
			const parts = [new Client(), new Client()];
			const whole = new Client();
			for (const [index, { system, ago, jobTitle, addresses }] of made.entries()) {
				const at = START + index * 5_000;
				const fields = { jobTitle, emails: emails(...addresses) };
				const editedAt = new Date(at - ago * 1_000).toISOString();
				const event = snapshot(system, '1', fields, { at, editedAt });
				parts[CLIENT_OF[system]]?.merge(event);
				whole.merge(event);
			}
			const [left = {}, right = {}] = parts.map(({ registers }): Registers => registers);
			const joined = joinRegisters(left, right);
			expect(joined).toEqual(joinRegisters(right, left));
			expect(desiredFields(joined)).toEqual(desiredFields(whole.registers));
			if (JSON.stringify(joined).includes('"to":null')) withRemovals += 1;
		}),
	);
	expect(withRemovals).toBeGreaterThan(10);
});

test('the later word counts, whoever was asked', () => {
	const [ada, zoe] = [new Client(), new Client()];
	ada.merge(snapshot('wealthbox', '1', { jobTitle: 'CFO', status: 'Lead' }, { at: START + 1 }));
	zoe.merge(snapshot('redtail', '2', { jobTitle: 'CEO' }, { at: START + 2 }));
	const joined = joinRegisters(zoe.registers, ada.registers);
	expect(desiredFields(joined)).toEqual({ jobTitle: 'CEO', status: 'Lead' });
});
