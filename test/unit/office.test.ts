/**
 * A household with all that belongs to it through the hub, with the three real connectors on their
 * simulators: what people enter, edit, move and delete in one CRM is the same in the other two. The same
 * story runs on a real n8n in test/e2e/household.test.ts.
 */
import { OfficeStory, POLICIES, REMOVALS } from '../e2e/office-story';
import { agreed, type Office } from '../e2e/office';
import { CRMS } from '../../scripts/demo/agreement';
import type { HubRun } from './support/hub-run';
import { closeOfficeRun, openOfficeRun, type OfficeRun } from './support/office-run';

jest.setTimeout(120_000);
const LIMIT_MS = 20_000;

let opened: OfficeRun;
let office: Office;
let run: HubRun;
let story: OfficeStory;

beforeAll(async () => {
	opened = await openOfficeRun((crm) => POLICIES[crm]);
	({ office, run } = opened);
	story = new OfficeStory(office);
});
afterAll(() => closeOfficeRun(opened));

const settled = async () => {
	await run.while(() => agreed(office, story.facts, LIMIT_MS));
	const writes = () => CRMS.map((crm) => office[crm].simulator.writes().length);
	const before = writes();
	await run.rounds(10);
	expect(writes()).toEqual(before);
	expect(await run.hub.fabric.desk.deadLetters('open', 10)).toEqual([]);
};

test.each(CRMS)('a family entered in %s arrives whole in the other two', async (crm) => {
	await story.enter(crm);
	await settled();
});

test('edits of each CRM arrive in the other two, as far as these can', async () => {
	await story.edit();
	await settled();
});

test('who moves to another household moves everywhere', async () => {
	await story.move();
	await settled();
});

/** A person says yes to every removal that waits for one. */
async function approveRemovals(): Promise<void> {
	const { desk } = run.hub.fabric;
	await run.while(async () => {
		while ((await desk.reviews('open', 10)).length === 0) await run.rounds(1);
	});
	for (const { id } of await desk.reviews('open', 10))
		await desk.decide(id, { verdict: 'approve' });
}

test.each(REMOVALS)('a $object deleted in $crm: $because', async (removal) => {
	await story.remove(removal);
	await settled();
	if (removal.asks === null) return;
	await approveRemovals();
	story.approved(removal);
	await settled();
});

test('what a CRM cannot do stands in the audit trail, and nothing is written twice', async () => {
	const { desk } = run.hub.fabric;
	const skipped = await desk.audit({ kinds: ['skipped'], limit: 100 });
	const told = new Set(skipped.map(({ system, object, field }) => `${system} ${object} ${field}`));
	expect(told).toEqual(new Set(['redtail note text', 'wealthbox note undefined']));
	for (const crm of CRMS) {
		const idle = office[crm].simulator.writes().filter(({ changedAnything }) => !changedAnything);
		expect({ crm, idle }).toEqual({ crm, idle: [] });
	}
});
