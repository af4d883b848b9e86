/** A refusal that may come from a field which has changed is not the end before somebody has looked. */
import { TestHub, snapshot } from '../../test/unit/support/hub';
import { memoryFieldMap } from '../../test/unit/support/memory-connector';
import type { CrmField } from '../connectors/connector';
import { LOOK_MS } from './doubt';

const ASKED = { system: 'redtail', object: 'contact' as const };
const FIELDS = memoryFieldMap.map(
	({ crmField: name }): CrmField => ({
		...{ name, label: name, type: 'string', readOnly: false, required: false, custom: true },
	}),
);
const ANN = { firstName: 'Ann', lastName: 'Hale', emails: [{ address: 'ann@hale.example' }] };

describe('a write that is refused for a field', () => {
	let hub: TestHub;
	let woken: number;

	beforeEach(async () => {
		hub = await TestHub.open(['wealthbox', 'redtail']);
		woken = 0;
		hub.fabric.signals.on('mapping:redtail', () => (woken += 1));
		await hub.take(snapshot('wealthbox', 'w1', { ...ANN, jobTitle: 'Spy' }));
	});
	afterEach(() => hub.close());

	async function refuse() {
		const [job] = await hub.claim('redtail');
		if (job === undefined) throw new Error('Nothing is due.');
		const refusal = { status: 'rejected', reason: 'No.', code: '422' } as const;
		return await hub.report(job, refusal);
	}

	it('is dead at once where nobody looks at the fields', async () => {
		expect(await refuse()).toMatchObject({ state: 'dead' });
	});

	it('has the fields looked at, and goes out without the one that is gone', async () => {
		await hub.fabric.mappings.observe(ASKED, FIELDS);
		expect(await refuse()).toMatchObject({ state: 'retry', reason: 'No.' });
		expect(woken).toBe(1);
		const left = FIELDS.filter(({ name }) => name !== 'jobTitle');
		const report = await hub.fabric.mappings.observe(ASKED, left);
		expect(report.appeared).toMatchObject([{ kind: 'vanished', crmField: 'jobTitle' }]);
		hub.now += LOOK_MS;
		const [job] = await hub.claim('redtail');
		expect(Object.keys(job?.desired ?? {})).not.toContain('jobTitle');
		if (job !== undefined) await hub.confirm(job, 'r1');
		expect(await hub.fabric.desk.deadLetters(undefined, 5)).toEqual([]);

		// The field is back: what was held is written to the record that was made without it.
		await hub.fabric.mappings.observe(ASKED, FIELDS);
		await hub.fabric.mappings.haveRead(ASKED, ['jobTitle']);
		expect(await hub.fabric.mappings.catchUp('redtail')).toBe(1);
		expect((await hub.claim('redtail'))[0]).toMatchObject({
			crmId: 'r1',
			changes: { jobTitle: 'Spy' },
		});
	});

	it('stands when the look has shown nothing', async () => {
		await hub.fabric.mappings.observe(ASKED, FIELDS);
		for (const state of ['retry', 'retry', 'dead']) {
			expect(await refuse()).toMatchObject({ state });
			hub.now += LOOK_MS;
		}
	});

	it('is not tried while the policy stops the system, and is when the field is back', async () => {
		const [system] = (await hub.fabric.systems()).filter(({ name }) => name === 'redtail');
		if (system === undefined) throw new Error('No system.');
		const drift = { policy: 'fail', relabelled: 'hold' } as const;
		await hub.fabric.registerSystem({ ...system, drift });
		await hub.fabric.mappings.observe(ASKED, FIELDS);
		await hub.fabric.mappings.observe(ASKED, FIELDS.slice(1));
		expect(await hub.claim('redtail')).toEqual([]);
		await hub.fabric.mappings.observe(ASKED, FIELDS);
		expect(await hub.claim('redtail')).toHaveLength(1);
	});
});
