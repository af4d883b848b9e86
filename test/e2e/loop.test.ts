/** The shipped template on a real n8n: changes travel, echoes do not, and the audit trail answers. */
import { compareCrms, CRMS, primaryEmail } from '../../scripts/demo/agreement';
import type { FabricDemo } from '../../scripts/demo/fabric-demo';
import type { JsonObject } from '../../scripts/n8n-instance';
import { runOnce } from '../../scripts/demo/once';
import { ask, deskWorkflow, endDemo, START_LIMIT_MS, startDemo, until } from './harness';

jest.setTimeout(START_LIMIT_MS);

let demo: FabricDemo;

beforeAll(async () => {
	demo = await startDemo({ contacts: 24, seed: 3 });
}, START_LIMIT_MS);

afterAll(() => endDemo(demo), 60_000);

test(
	'edits, new clients, conflicts and a CRM that is down: all three CRMs agree, nothing lost, nothing doubled',
	async () => {
		const lines: string[] = [];
		const result = await runOnce(demo, (line) => lines.push(line));
		expect({
			...result,
			p50_ms: 0,
			p95_ms: 0,
			steps: lines.filter((line) => /DID NOT|Lost|Echo|Disagreement|changed nothing/.test(line)),
		}).toEqual({
			changes: expect.any(Number),
			converged: true,
			echo_writes: 0,
			lost: 0,
			duplicates: 0,
			p50_ms: 0,
			p95_ms: 0,
			steps: [],
		});
		expect(result.changes).toBeGreaterThan(20);
		expect(compareCrms(demo.simulators).disagreements).toEqual([]);
	},
	START_LIMIT_MS * 3,
);

test('"Who changed this field?" names system, record, event, old and new value, and rule', async () => {
	const contact = demo.simulators.redtail.people
		.list()
		.find((item) => primaryEmail(item) === 'new.client1@demo.example');
	await demo.n8n.addWorkflow(
		deskWorkflow('audit', {
			resource: 'audit',
			operation: 'whoChanged',
			clientBy: 'record',
			system: '={{ $json.body.system }}',
			recordId: '={{ $json.body.crmId }}',
			field: 'jobTitle',
		}),
	);
	const { wealthbox } = demo.simulators;
	const origin = wealthbox.people
		.list()
		.find((item) => primaryEmail(item) === 'new.client1@demo.example');
	wealthbox.people.edit(origin?.id ?? '', { jobTitle: 'Director' });
	await untilTitle('Director');
	const [row] = (await ask(demo, 'audit', { system: 'redtail', crmId: contact?.id })) as [
		JsonObject,
	];
	expect(row).toMatchObject({
		field: 'jobTitle',
		before: 'Architect',
		after: 'Director',
		rule: 'lastWriteWins',
		who: { system: 'wealthbox', crmId: origin?.id },
	});
	expect(row.eventId).toEqual(expect.stringContaining('wealthbox:contact:'));
});

async function untilTitle(title: string): Promise<void> {
	const holds = () =>
		CRMS.every((crm) =>
			demo.simulators[crm].people
				.list()
				.some(
					(item) => primaryEmail(item) === 'new.client1@demo.example' && item.jobTitle === title,
				),
		);
	await until(`every CRM holds ${title}`, holds);
}
