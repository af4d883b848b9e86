/**
 * Deletes through the hub, with the three real connectors on their simulators: of an item, of a client with all that
 * belongs to it, of a household with its members, made in each CRM in turn, under each policy; and
 * their return. A part of it runs on a real n8n in test/e2e/household.test.ts.
 */
import { CRMS, type Crm } from '../../scripts/demo/agreement';
import { agreed, recordsOf, type Fact } from '../e2e/office';
import {
	policyOf,
	RemovalStory,
	TREATMENTS,
	type Treatment,
	verdictOf,
} from '../e2e/removal-story';
import { closeOfficeRun, openOfficeRun, type OfficeRun } from './support/office-run';

jest.setTimeout(240_000);
const LIMIT_MS = 90_000;

/** The hub has noticed what is there and what is gone: what it counts as there is what each CRM holds. */
async function isNoticed({ run, office }: OfficeRun): Promise<boolean> {
	const key = ({ object, crmId }: { object: string; crmId: string }) => `${object}:${crmId}`;
	for (const crm of CRMS) {
		const held = (await recordsOf(office[crm])).map(key).sort();
		const linked = (await run.linked(crm)).map(key).sort();
		if (held.join() !== linked.join()) return false;
	}
	return true;
}

/** People answer what they are asked, as it comes. */
async function answer({ run }: OfficeRun, treatment: Treatment): Promise<number> {
	const { desk } = run.hub.fabric;
	const open = await desk.reviews('open', 100);
	for (const { id, kind, question } of open) {
		expect(kind).toBe('removal');
		const verdict = verdictOf(treatment, question.removal?.operation);
		// It may have become needless meanwhile.
		await desk.decide(id, { verdict }).catch(() => undefined);
	}
	return open.length;
}

async function settled(
	stage: OfficeRun,
	facts: readonly Fact[],
	treatment: Treatment,
): Promise<void> {
	const { run, office } = stage;
	const end = Date.now() + LIMIT_MS;
	const isAgreed = () =>
		run
			.while(() => agreed(office, facts, 0))
			.then(
				() => true,
				() => false,
			);
	for (;;) {
		await run.rounds(4);
		const isWhole = (await run.while(() => isNoticed(stage))) && (await isAgreed());
		// Asked last: what is noticed by now has opened its questions.
		const asked = await answer(stage, treatment);
		if ((asked === 0 && isWhole) || Date.now() > end) break;
	}
	await run.while(() => agreed(office, facts, LIMIT_MS / 4));
	const writes = () => CRMS.map((crm) => office[crm].simulator.writes().length);
	const before = writes();
	await run.rounds(10);
	expect(writes()).toEqual(before);
	expect(await run.hub.fabric.desk.deadLetters('open', 10)).toEqual([]);
	expect(await run.hub.fabric.desk.reviews('open', 10)).toEqual([]);
}

describe.each(TREATMENTS)('%s', (treatment) => {
	let stage: OfficeRun;
	let stories: Record<Crm, RemovalStory>;
	const everywhere = () => CRMS.flatMap((crm) => stories[crm].facts);
	const each = async (step: (story: RemovalStory) => Promise<void>) => {
		for (const crm of CRMS) await step(stories[crm]);
		await settled(stage, everywhere(), treatment);
	};

	beforeAll(async () => {
		stage = await openOfficeRun(() => policyOf(treatment));
		const all = { wealthbox: treatment, redtail: treatment, salesforce: treatment };
		const of = (crm: Crm) => new RemovalStory(stage.office, crm, all);
		stories = {
			...{ wealthbox: of('wealthbox'), redtail: of('redtail') },
			salesforce: of('salesforce'),
		};
	});
	afterAll(() => closeOfficeRun(stage));

	test('a family is entered in each CRM', () => each((story) => story.enter()));

	test('items are deleted in each CRM', () => each((story) => story.removeItems()));

	test('a client is deleted in each CRM, with what belongs to it', async () => {
		const crmId = await stories.salesforce.clientId();
		await each((story) => story.removeClient());
		await stories.salesforce.undeleteClient(crmId);
		await settled(stage, everywhere(), treatment);
	});

	test('a household is deleted in each CRM', () => each((story) => story.removeHousehold()));
});
