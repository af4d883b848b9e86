/** Policies `ask` and `custom`, from the edit that opens a question to the write that follows the answer. */
import { foldAudit } from '../../test/unit/support/audit-fold';
import { delta, snapshot, START, TestHub } from '../../test/unit/support/hub';
import type { ChangeEvent } from '../model/event';
import type { FieldValue } from '../model/fields';
import type { ReviewRow } from '../model/rows';
import { fieldRuleSchema, type Policy } from './rules';

const SYSTEMS = ['redtail', 'wealthbox', 'salesforce'];
const ADA = {
	firstName: 'Ada',
	lastName: 'Hale',
	jobTitle: 'CFO',
	emails: [{ address: 'a@x.io' }],
};
const REDTAIL = 'redtail-U1001';
const SALESFORCE = 'salesforce-U1001';

let hub: TestHub;
beforeEach(async () => {
	hub = await TestHub.open(SYSTEMS);
	await merge(snapshot('wealthbox', '1', ADA));
	await hub.deliverAll(SYSTEMS);
	hub.now = START + 1_000;
});
afterEach(() => hub.close());

async function mergeUnder(policies: Record<string, Policy>, ...events: ChangeEvent[]) {
	const rules = Object.entries(policies).map(([field, policy]) =>
		fieldRuleSchema.parse({ field, policy }),
	);
	const merged = [];
	for (const event of events) {
		await hub.accept(event.system, [event]);
		merged.push(...(await hub.pump(event.system, rules)).merged);
	}
	return merged;
}

const merge = (...events: ChangeEvent[]) =>
	mergeUnder({ jobTitle: 'ask', emails: 'ask', status: 'custom' }, ...events);

const titled = (system: string, crmId: string, jobTitle: FieldValue, at: number) =>
	delta(system, crmId, { jobTitle }, { at: START + at });

const value = async (field: string): Promise<FieldValue | undefined> =>
	(await hub.fabric.desk.findEntity('U1001'))?.fields[field];

async function open(): Promise<ReviewRow[]> {
	return hub.fabric.desk.reviews('open', 9);
}

async function theOne(): Promise<ReviewRow> {
	const [review, ...more] = await open();
	if (review === undefined || more.length > 0) throw new Error('Not one open review.');
	return review;
}

/** What would be written where, by system. */
async function writes(): Promise<Record<string, unknown>> {
	const found: Record<string, unknown> = {};
	for (const system of SYSTEMS) {
		for (const job of await hub.claim(system)) {
			found[system] = job.changes;
			await hub.confirm(job, job.crmId ?? 'none');
		}
	}
	return found;
}

describe('while the question is open', () => {
	test('what stands is kept, and nobody is written to: neither the asking record nor another', async () => {
		const [report] = await merge(titled('redtail', REDTAIL, 'CEO', 500));
		expect(report).toMatchObject({
			outcome: 'applied',
			decisions: [{ field: 'jobTitle', verdict: 'asked', after: 'CFO', offered: 'CEO' }],
			questions: [{ field: 'jobTitle', policy: 'ask', value: { candidate: 'CEO' } }],
		});
		expect(await value('jobTitle')).toBe('CFO');
		expect(await writes()).toEqual({});
		expect(await theOne()).toMatchObject({
			...{ kind: 'value', entityId: 'U1001', field: 'jobTitle', system: 'redtail', crmId: REDTAIL },
			question: {
				value: {
					...{ field: 'jobTitle', current: 'CFO', candidate: 'CEO' },
					currentSource: { system: 'wealthbox', crmId: '1' },
					candidateSource: { system: 'redtail', crmId: REDTAIL },
				},
			},
		});
	});

	test('other fields go their way', async () => {
		const both = { jobTitle: 'CEO', firstName: 'Eve' };
		await merge(delta('redtail', REDTAIL, both, { at: START + 500 }));
		expect(await writes()).toEqual({
			wealthbox: { firstName: 'Eve' },
			salesforce: { firstName: 'Eve' },
		});
	});

	test('a record that is made meanwhile is made without the field, and gets it with the answer', async () => {
		await merge(
			snapshot('wealthbox', '2', { firstName: 'Zoe', lastName: 'Quill', status: 'Lead' }),
		);
		await merge(delta('wealthbox', '2', { status: 'Active' }, { at: START + 500 }));
		expect(await writes()).toMatchObject({ redtail: { firstName: 'Zoe', lastName: 'Quill' } });
		const { id } = await theOne();
		await hub.fabric.desk.decide(id, { verdict: 'take' });
		expect(await writes()).toMatchObject({
			redtail: { status: 'Active' },
			salesforce: { status: 'Active' },
		});
	});

	test('the next event of the record is merged; it is no identity review', async () => {
		await merge(titled('redtail', REDTAIL, 'CEO', 500));
		const [report] = await merge(
			delta('redtail', REDTAIL, { firstName: 'Eve' }, { at: START + 500 }),
		);
		expect(report?.decisions).toMatchObject([{ field: 'firstName', verdict: 'change' }]);
		const record = { system: 'redtail', object: 'contact', crmId: REDTAIL };
		expect((await hub.tx((tx) => tx.reviews.openFor([record]))).size).toBe(0);
	});
});

describe('one open question a field', () => {
	test('a newer candidate takes the place of the older one, an older one does not', async () => {
		await merge(titled('redtail', REDTAIL, 'CEO', 500));
		const { id } = await theOne();
		const [later] = await merge(titled('salesforce', SALESFORCE, 'COO', 600));
		expect(later?.questions).toMatchObject([{ reviewId: id, value: { candidate: 'COO' } }]);
		const [older] = await merge(titled('wealthbox', '1', 'CMO', 400));
		expect(older).toMatchObject({ decisions: [{ verdict: 'lost' }], questions: [] });
		expect(await theOne()).toMatchObject({ id, system: 'salesforce', crmId: SALESFORCE });
	});

	test('of two candidates in one batch the later one is handed out', async () => {
		const events = [titled('redtail', REDTAIL, 'CEO', 500), titled('redtail', REDTAIL, 'COO', 600)];
		await hub.accept('redtail', events);
		const rule = fieldRuleSchema.parse({ field: 'jobTitle', policy: 'custom' });
		const { merged } = await hub.pump('redtail', [rule]);
		expect(merged.map(({ questions }) => questions.length)).toEqual([0, 1]);
		expect(merged[1]?.questions).toMatchObject([{ policy: 'custom', value: { candidate: 'COO' } }]);
		expect((await theOne()).kind).toBe('custom');
	});

	test('the record that takes its edit back answers the question', async () => {
		await merge(titled('redtail', REDTAIL, 'CEO', 500), titled('redtail', REDTAIL, 'CFO', 600));
		expect(await open()).toEqual([]);
		const [closed] = await hub.fabric.desk.reviews('decided', 9);
		expect(closed?.decision).toMatchObject({ verdict: 'keep' });
		expect(await writes()).toEqual({});
	});

	test('edits of a list add up', async () => {
		const held = (...addresses: string[]) => addresses.map((address) => ({ address }));
		await merge(
			delta('redtail', REDTAIL, { emails: held('a@x.io', 'b@x.io') }, { at: START + 500 }),
			delta('redtail', REDTAIL, { emails: held('b@x.io') }, { at: START + 600 }),
			delta('salesforce', SALESFORCE, { emails: held('a@x.io', 'c@x.io') }, { at: START + 550 }),
		);
		expect(await value('emails')).toMatchObject([{ address: 'a@x.io' }]);
		await hub.fabric.desk.decide((await theOne()).id, { verdict: 'take' });
		expect(await value('emails')).toMatchObject(held('b@x.io', 'c@x.io'));
		expect(Object.keys(await writes()).sort()).toEqual(['redtail', 'salesforce', 'wealthbox']);
	});

	test('the first value of a field is taken without asking', async () => {
		const [report] = await merge(delta('redtail', REDTAIL, { status: 'Lead' }));
		expect(report).toMatchObject({ decisions: [{ verdict: 'change' }], questions: [] });
	});
});

describe('the answer', () => {
	beforeEach(() => merge(titled('redtail', REDTAIL, 'CEO', 500)));

	test('keep: what stands is written over the candidate, and later edits ask anew', async () => {
		await hub.fabric.desk.decide((await theOne()).id, { verdict: 'keep' }, 'pat');
		expect(await writes()).toEqual({ redtail: { jobTitle: 'CFO' } });
		const [review] = await hub.fabric.desk.reviews('decided', 9);
		expect(review).toMatchObject({
			decision: { verdict: 'keep', by: 'pat', unifiedId: 'U1001' },
			decidedAt: hub.now,
		});
		hub.now += 60_000;
		await merge(titled('redtail', REDTAIL, 'COO', 50_000));
		expect((await theOne()).question.value).toMatchObject({ current: 'CFO', candidate: 'COO' });
	});

	test('take: the candidate, dated as it was made, goes to the others', async () => {
		await hub.fabric.desk.decide((await theOne()).id, { verdict: 'take' }, 'pat');
		expect(await writes()).toEqual({
			wealthbox: { jobTitle: 'CEO' },
			salesforce: { jobTitle: 'CEO' },
		});
		const [row] = await hub.fabric.desk.audit({
			...{ entityId: 'U1001', field: 'jobTitle', kinds: ['change'], limit: 1 },
		});
		expect(row).toMatchObject({
			...{ system: 'redtail', crmId: REDTAIL, after: 'CEO', rule: 'decision' },
			...{ editedAt: START + 500, detail: { by: 'pat' } },
		});
	});

	test('take of a candidate that is older than what stands is a person\u2019s word', async () => {
		await mergeUnder({}, titled('wealthbox', '1', 'CMO', 700));
		await hub.fabric.desk.decide((await theOne()).id, { verdict: 'take' });
		expect(await value('jobTitle')).toBe('CEO');
		await mergeUnder({}, titled('salesforce', SALESFORCE, 'late', 650));
		expect(await value('jobTitle')).toBe('CEO');
	});

	test('set: a value of the person\u2019s own goes everywhere', async () => {
		const { id } = await theOne();
		await hub.fabric.desk.decide(id, { verdict: 'set', value: 'Partner' });
		const jobTitle = 'Partner';
		expect(await writes()).toEqual({
			...{ redtail: { jobTitle }, wealthbox: { jobTitle }, salesforce: { jobTitle } },
		});
	});

	test('the audit trail folds to the registers', async () => {
		const { id } = await theOne();
		await hub.fabric.desk.decide(id, { verdict: 'take' });
		await merge(titled('salesforce', SALESFORCE, 'COO', 900));
		await hub.fabric.desk.decide((await theOne()).id, { verdict: 'keep' });
		const rows = await hub.fabric.desk.audit({ entityId: 'U1001', limit: 100 });
		const registers = (await hub.tx((tx) => tx.registers.registers(['U1001']))).get('U1001');
		expect(foldAudit(rows).get('U1001')).toEqual(registers);
	});

	test('what cannot be answered so says what to do, and does nothing', async () => {
		const { desk } = hub.fabric;
		const { id, question } = await theOne();
		const seen = question.value?.candidateSource.eventId;
		await expect(desk.decide(id, { verdict: 'approve' })).rejects.toThrow('keep, take, set');
		await expect(desk.decide(id, { verdict: 'set' })).rejects.toThrow('null clears the field');
		const odd = desk.decide(id, { verdict: 'set', value: [{ name: 'vip' }] });
		await expect(odd).rejects.toThrow('does not fit the field jobTitle');
		await merge(titled('salesforce', SALESFORCE, 'COO', 600));
		const late = desk.decide(id, { verdict: 'take', candidateEventId: seen });
		await expect(late).rejects.toThrow('asks about a newer value now (salesforce');
		expect(await value('jobTitle')).toBe('CFO');
		await desk.decide(id, { verdict: 'keep' }, 'pat');
		await expect(desk.decide(id, { verdict: 'take' })).rejects.toThrow('decided before by pat');
	});
});

describe('when the field has another rule by now', () => {
	beforeEach(() => merge(titled('redtail', REDTAIL, 'CEO', 500)));

	test('the question goes along with what stands', async () => {
		await mergeUnder({}, titled('salesforce', SALESFORCE, 'COO', 600));
		expect((await theOne()).question.value).toMatchObject({ current: 'COO', candidate: 'CEO' });
		expect(await writes()).toEqual({});
	});

	test('and is answered once what was asked about stands', async () => {
		await mergeUnder({}, titled('salesforce', SALESFORCE, 'CEO', 600));
		expect(await open()).toEqual([]);
		expect(await writes()).toEqual({ wealthbox: { jobTitle: 'CEO' } });
	});
});
