/** Pictures of the review queue: its canvas, and the pages that people answer in the browser. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { ambiguousClients } from '../test/e2e/ambiguous-clients';
import { BrowserVisitor, type FormPage } from '../test/e2e/form-visitor';
import { ask, deskWorkflow, until } from '../test/e2e/harness';
import { compareCrms, primaryEmail } from './demo/agreement';
import { FabricDemo } from './demo/fabric-demo';
import { REVIEWER, REVIEW_WORKFLOW_ID, type Template } from './demo/template';

type Shoot = (tab: Page, name: string) => Promise<void>;

const LIMIT_MS = 180_000;
const VIEW = { width: 1600, height: 1000 };
/** The pages are taken as long as they are, but at least so high. */
const PAGE = { width: 1120, height: 200 };

export async function reviewPictures(folder: string, shoot: Shoot): Promise<void> {
	const data = await mkdtemp(join(tmpdir(), 'crm-fabric-pictures-'));
	const demo = await FabricDemo.start({
		folder: data,
		contacts: 9,
		seed: 11,
		before: ambiguousClients,
		adapt: asking,
		onProgress: console.log,
	});
	const visitor = await BrowserVisitor.start(REVIEWER);
	try {
		await openQuestions(demo);
		await pages(visitor, demo, folder);
		await canvas(visitor.tab, demo, shoot);
	} finally {
		await visitor.close();
		await demo.stop();
		await rm(data, { recursive: true, force: true });
	}
}

/** A person is asked about job titles, and before a client who is gone elsewhere is archived in Redtail. */
function asking(template: Template): Template {
	const rules = [{ field: 'jobTitle', policy: 'ask' }];
	const more: Record<string, object> = {
		'Field Merge': { fieldRules: { rules } },
		'Redtail Trigger': { deletePolicy: 'ask' },
	};
	const nodes = template.nodes.map((node) => {
		const added = more[node.name];
		if (added === undefined) return node;
		const isTrigger = node.name.endsWith('Trigger');
		const options = { ...(node.parameters.options as object), ...added };
		const parameters = isTrigger
			? { ...node.parameters, options }
			: { ...node.parameters, ...added };
		return { ...node, parameters };
	});
	return { ...template, nodes };
}

/** Three about identity from the start, one about a value, one about a removal. */
async function openQuestions(demo: FabricDemo): Promise<void> {
	const { wealthbox, salesforce } = demo.simulators;
	const parameters = { resource: 'review', operation: 'getAll', returnAll: true };
	await demo.n8n.addWorkflow(deskWorkflow('reviews', parameters));
	const isOpen = (kind: string) => async () =>
		(await ask(demo, 'reviews')).some((review) => review.kind === kind);
	await until('identities are asked about', isOpen('identity'), LIMIT_MS);
	await until('clients are everywhere', () => everywhere(demo) >= 6, LIMIT_MS);
	const mails = salesforce.people.list().map(primaryEmail);
	const asked = wealthbox.people
		.list()
		.find((contact) => contact.jobTitle && mails.includes(primaryEmail(contact)));
	wealthbox.people.edit(asked?.id ?? '', { jobTitle: 'Managing Partner' });
	await until('a value is asked about', isOpen('value'), LIMIT_MS);
	const gone = salesforce.people
		.list()
		.find((contact) => asked !== undefined && primaryEmail(contact) !== primaryEmail(asked));
	salesforce.people.remove(gone?.id ?? '');
	await until('a removal is asked about', isOpen('removal'), LIMIT_MS);
}

function everywhere({ simulators }: FabricDemo): number {
	const { persons, disagreements } = compareCrms(simulators);
	return persons - new Set(disagreements.map(({ person }) => person)).size;
}

const MAX_PAGES = 10;

/** A picture of the first page of each kind. */
async function pages(visitor: BrowserVisitor, demo: FabricDemo, folder: string): Promise<void> {
	await visitor.tab.setViewportSize(PAGE);
	const take = async (name: string) => {
		await visitor.tab.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
		console.log(`${name}.png`);
	};
	await visitor.open(demo.reviewFormUrl);
	await take('review-start');
	let page = await visitor.submit({ 'Your name': 'Pat' });
	const taken = new Set<string>();
	for (let count = 0; count < MAX_PAGES && !page.isLast; count += 1) {
		const name = pictureOf(page);
		if (!taken.has(name)) await take(name);
		taken.add(name);
		page = await visitor.submit({}, answerTo(page));
	}
	await take('review-done');
}

function pictureOf({ title }: FormPage): string {
	if (title.includes('value')) return 'review-value';
	return title.includes('removed') ? 'review-removal' : 'review-identity';
}

function answerTo({ choices }: FormPage): string | undefined {
	const isMartha = choices.join().includes('Martha');
	return choices.find((choice) => (isMartha ? /^The same/ : /^(Another|Take|No:)/).test(choice));
}

async function canvas(tab: Page, demo: FabricDemo, shoot: Shoot): Promise<void> {
	await tab.setViewportSize(VIEW);
	await tab.goto(`${demo.n8n.url}/signin`);
	await tab.fill('input[name=emailOrLdapLoginId]', demo.owner.email);
	await tab.fill('input[type=password]', demo.owner.password);
	await tab.keyboard.press('Enter');
	await tab.waitForURL((address) => !address.pathname.includes('signin'));
	await tab.goto(`${demo.n8n.url}/workflow/${REVIEW_WORKFLOW_ID}`);
	await tab.waitForSelector('[data-test-id=canvas-node]');
	await sleep(2_500);
	await tab.keyboard.press('1');
	await sleep(1_500);
	await shoot(tab, 'review-canvas');
}
