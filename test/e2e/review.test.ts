/**
 * The review queue on a real n8n: clients whom two CRMs may both know are asked about, a person
 * answers in the browser, and the answer reaches all three CRMs.
 */
import { compareCrms, CRMS, type Crm } from '../../scripts/demo/agreement';
import type { FabricDemo } from '../../scripts/demo/fabric-demo';
import { REVIEWER } from '../../scripts/demo/template';
import { ambiguousClients } from './ambiguous-clients';
import { formVisitor, HttpVisitor, type FormPage, type FormVisitor } from './form-visitor';
import {
	ask,
	deskWorkflow,
	endDemo,
	START_LIMIT_MS,
	startDemo,
	until,
	WAIT_LIMIT_MS,
} from './harness';

jest.setTimeout(START_LIMIT_MS);

let demo: FabricDemo;
let visitor: FormVisitor;

beforeAll(async () => {
	demo = await startDemo({ contacts: 9, seed: 11, before: ambiguousClients });
	await demo.n8n.addWorkflow(
		deskWorkflow('reviews', {
			resource: 'review',
			operation: 'getAll',
			state: 'any',
			kinds: ['identity'],
			returnAll: true,
		}),
	);
	await until('the questions are open', async () => (await openQuestions()).length === 3);
	visitor = await formVisitor(REVIEWER);
}, START_LIMIT_MS + WAIT_LIMIT_MS);

afterAll(async () => {
	await visitor?.close();
	await endDemo(demo);
}, 60_000);

async function openQuestions(): Promise<string[]> {
	const rows = await ask(demo, 'reviews');
	return rows
		.filter(({ state }) => state === 'open')
		.map(({ question }) => String(question))
		.filter((question) => /Whitcombe|Oyelaran|Nandakumar/.test(question));
}

const named = (crm: Crm, lastName: string) =>
	demo.simulators[crm].people.list().filter((contact) => contact.lastName === lastName);

const counts = (lastName: string) => CRMS.map((crm) => named(crm, lastName).length);

test('nobody comes in who does not know the password', async () => {
	const stranger = await fetch(demo.reviewFormUrl);
	expect(stranger.status).toBe(401);
});

test('without a browser: put off, it comes again, and an answer ends it', async () => {
	const plain = new HttpVisitor(REVIEWER);
	const put = async (verdict: string) => {
		await plain.open(demo.reviewFormUrl);
		const first = await plain.submit({ 'Your name': 'Kim' });
		return await answerAll(plain, first, ({ choices }) =>
			choices.join().includes('Nandakumar') ? verdict : 'Ask me later',
		);
	};
	expect((await put('Ask me later')).text).toContain('3 questions are put off for later');
	expect((await put('Another client: make a new one')).text).toContain('2 questions are put off');
	expect((await openQuestions()).join()).not.toContain('Nandakumar');
	await until('both are in every CRM', () => counts('Nandakumar').join() === '2,2,2');
});

test(
	'linked and not linked in the browser: all three CRMs follow',
	async () => {
		// Nothing is guessed while nobody has answered.
		expect(counts('Whitcombe').slice(0, 2)).toEqual([1, 1]);
		const first = await visitor.open(demo.reviewFormUrl);
		expect(first.title).toBe('Questions about clients');
		await answerAll(visitor, await visitor.submit({ 'Your name': 'Pat' }), (page) => {
			expect(page.title).toBe('Is this the same client?');
			const verdict = page.choices.join().includes('Oyelaran')
				? /^The same client as U/
				: /^Another client/;
			return page.choices.find((choice) => verdict.test(choice));
		});
		expect(await openQuestions()).toEqual([]);

		await until('both Whitcombes are in every CRM, and one Oyelaran', () => {
			const all = [...counts('Whitcombe'), ...counts('Oyelaran')];
			return all.join() === '2,2,2,1,1,1';
		});
		await until('all CRMs agree', () => {
			const { disagreements, duplicates } = compareCrms(demo.simulators);
			return disagreements.length + duplicates === 0;
		});
		for (const crm of CRMS) {
			const births = named(crm, 'Whitcombe').map(({ birthDate }) => birthDate);
			expect(births.sort()).toEqual(['1948-03-04', '1979-08-21']);
			expect(named(crm, 'Oyelaran')[0]).toMatchObject({ jobTitle: 'Surgeon' });
		}
		const people = (await ask(demo, 'reviews')).map(
			({ decision }) => (decision as { by?: string }).by,
		);
		expect(people.sort()).toEqual(['Kim', 'Pat', 'Pat']);
	},
	START_LIMIT_MS * 2,
);

const MAX_PAGES = 10;

/** Answers page by page until nothing is left. */
async function answerAll(
	person: FormVisitor,
	start: FormPage,
	choose: (page: FormPage) => string | undefined,
): Promise<FormPage> {
	let page = start;
	for (let count = 0; count < MAX_PAGES && !page.isLast; count += 1) {
		page = await person.submit({}, choose(page));
	}
	expect(page.title).toBe('That was all');
	return page;
}
