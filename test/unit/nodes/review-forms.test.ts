/** Reviews as pages of n8n's forms, and what comes back from them. */
import type { IDataObject } from 'n8n-workflow';
import { changeEventSchema, closeFabrics, type Fabric, type FieldRule } from '../../../lib';
import { Desk } from './desk';
import { JANE, JANE_MAIL, snapshot } from './events';

interface FormField {
	fieldType: string;
	fieldName?: string;
	fieldValue?: string;
	html?: string;
	defaultValue?: string;
	fieldOptions?: { values: Array<{ option: string }> };
}

const ASK = (field: string): FieldRule[] => [{ field, policy: 'ask', emptyNeverOverwrites: true }];
const ANOTHER = 'Another client: make a new one';

describe('CRM Fabric, reviews in forms', () => {
	let desk: Desk;
	let fabric: Fabric;

	beforeEach(async () => {
		desk = await Desk.open();
		fabric = desk.fabric;
		await desk.merge(snapshot('wealthbox', '1', { ...JANE_MAIL, jobTitle: 'Clerk' }));
	});
	afterEach(closeFabrics);

	/** Jane's husband under her e-mail, maybe. */
	async function ambiguous(more: IDataObject = {}): Promise<void> {
		const fields = { ...JANE_MAIL, firstName: 'Robert', ...more };
		await fabric.resolve([changeEventSchema.parse(snapshot('redtail', '2', fields))]);
	}

	async function asksFor(field: string, value: IDataObject[string], minute = 5): Promise<void> {
		const fields = { ...JANE_MAIL, [field]: value };
		await desk.mergeUnder(ASK(field), snapshot('redtail', '3', fields, minute));
	}

	async function next(parameters: IDataObject = {}) {
		const { rows } = await desk.run('review', 'getNext', parameters);
		const page = rows[0] as IDataObject;
		const fields = JSON.parse(String(page.form ?? '[]')) as FormField[];
		return { page, fields, choices: (page.choices ?? []) as string[] };
	}

	async function answer(label: string | undefined, more: IDataObject = {}): Promise<IDataObject> {
		const { page } = await next();
		const { rows } = await desk.run('review', 'answerForm', {
			reviewId: { mode: 'id', value: page.reviewId },
			answer: label ?? '',
			decidedBy: 'Pat',
			...more,
		});
		return rows[0] as IDataObject;
	}

	const starting = (choices: string[], start: string) =>
		choices.find((choice) => choice.startsWith(start));

	describe('Get Next', () => {
		it('says so when nothing is open', async () => {
			expect((await next({ notice: 'Done.' })).page).toEqual({
				found: false,
				open: 0,
				message: 'No question is open.',
				html: '<p>Done.</p><p>No question is open.</p>',
			});
		});

		it('lays both records side by side, with evidence and the answers to choose from', async () => {
			await ambiguous({ jobTitle: 'Captain', taxId: '123-45-6789' });
			const { page, fields, choices } = await next({ notice: 'A <notice>' });
			expect(page).toMatchObject({ found: true, kind: 'identity', left: 0 });
			expect(page.description).toBe('<strong>A &lt;notice&gt;</strong><br>This is the last one.');
			expect(choices).toEqual([
				'The same client as U1001 Jane Doe',
				ANOTHER,
				'Ignore: never ask again; the record is not synchronised',
				'Ask me later',
				'Ask again tomorrow',
			]);
			const [html, radio] = fields;
			expect(html?.html).toContain('<th scope="row">First Name</th><td>Robert</td><td>Jane</td>');
			expect(html?.html).toContain('<th scope="row">Job Title</th><td>Captain</td><td>Clerk</td>');
			expect(html?.html).toContain('Client U1001<br>wealthbox 1');
			expect(html?.html).toMatch(/E-mails<\/th>(<td>jane@example.com \(primary\)<\/td>){2}<td><b>/);
			expect(html?.html).toContain('ending in 6789');
			expect(JSON.stringify(page.form)).not.toContain('123-45');
			expect(radio?.fieldOptions?.values.map(({ option }) => option)).toEqual(choices);
		});

		it('lets no text of a client become HTML, an expression or a pattern', async () => {
			const evil = '<img src=x>{{ $env.HOME }} $& $\' "quoted"';
			await ambiguous({ jobTitle: evil });
			await asksFor('jobTitle', evil);
			for (const kind of ['identity', 'value']) {
				const { page, fields, choices } = await next({ kinds: [kind], notice: evil });
				const form = String(page.form);
				expect(form).not.toContain('{{');
				expect(form).not.toContain('$');
				for (const html of [fields[0]?.html, String(page.description)]) {
					expect(html).toContain('&lt;img src=x&gt;');
					expect(html).not.toMatch(/<img|\{\{/);
				}
				for (const choice of choices) expect(choice).not.toMatch(/[<>]/);
				// What the Form node makes of it: it puts the text in with String.replace.
				expect(JSON.parse('={{ x }}'.replace('={{ x }}', form))).toEqual(fields);
			}
		});

		it('asks only what it is told to, and passes over what came before', async () => {
			await ambiguous();
			await asksFor('jobTitle', 'Partner');
			const first = await next();
			expect(first.page).toMatchObject({ kind: 'identity', left: 1 });
			expect((await next({ kinds: ['value'] })).page).toMatchObject({ kind: 'value', left: 0 });
			const second = await next({ after: Number(first.page.reviewId) });
			expect(second.page).toMatchObject({ kind: 'value' });
			expect((await next({ after: Number(second.page.reviewId) })).page).toMatchObject({
				found: false,
				open: 2,
				message: '2 questions are put off for later: start again to see what is left.',
			});
		});

		it('shows both values, where they come from, and a field to write another', async () => {
			await asksFor('jobTitle', 'Partner');
			const { page, fields, choices } = await next();
			expect(page.title).toBe('Which value is right?');
			expect(fields[0]?.html).toContain(
				'<tr><th scope="row">Offered</th><td>Partner</td><td>redtail 3</td><td>2026-11-22 08:05</td></tr>',
			);
			expect(choices.slice(0, 3)).toEqual([
				'Keep what stands: Clerk',
				'Take what is offered: Partner',
				'Neither: the value written below',
			]);
			expect(fields.find(({ fieldName }) => fieldName === 'value')?.fieldType).toBe('text');
		});
	});

	describe('Answer From Form', () => {
		it('links the record to the client that was chosen', async () => {
			await ambiguous();
			expect(await answer('The same client as U1001 Jane Doe')).toMatchObject({
				outcome: 'answered',
				unifiedId: 'U1001',
				message: 'Done: “The same client as U1001 Jane Doe”.',
			});
			expect((await fabric.desk.findEntity('redtail', '2'))?.unifiedId).toBe('U1001');
			const [decided] = await fabric.desk.reviews('decided', 5);
			expect(decided?.decision).toMatchObject({ verdict: 'link', by: 'Pat' });
		});

		it('knows its own words again, whatever a client is called', async () => {
			await desk.merge(
				snapshot('wealthbox', '1', { ...JANE_MAIL, lastName: ` O'Doe &  <Sons> \n` }, 1),
			);
			await fabric.resolve([
				changeEventSchema.parse(
					snapshot('redtail', '2', { ...JANE_MAIL, lastName: `O'Doe & <Sons>`, firstName: 'Bob' }),
				),
			]);
			const { choices } = await next();
			expect(choices[0]).toMatch(/^The same client as U1001 Jane O'Doe & ‹Sons›$/);
			expect(await answer(choices[0])).toMatchObject({ outcome: 'answered' });
		});

		it('makes a new client', async () => {
			await ambiguous();
			expect(await answer(ANOTHER)).toMatchObject({ outcome: 'answered', unifiedId: 'U1002' });
		});

		it.each([
			['Ask me later', 'open', null],
			['Ask again tomorrow', 'open', expect.any(Number)],
		])('%s: nothing is decided', async (label, state, snoozedUntil) => {
			await ambiguous();
			const { page } = await next();
			expect(await answer(label)).toMatchObject({ outcome: 'postponed', after: page.reviewId });
			expect(await fabric.desk.review(Number(page.reviewId))).toMatchObject({
				state,
				snoozedUntil,
			});
			expect((await next()).page.found).toBe(snoozedUntil === null);
		});

		it('ignores for good', async () => {
			await ambiguous();
			const { choices } = await next();
			expect(await answer(starting(choices, 'Ignore'))).toMatchObject({ outcome: 'answered' });
			expect((await next()).page.found).toBe(false);
		});

		it.each([
			['Keep', {}, 'Clerk'],
			['Take', {}, 'Partner'],
			['Neither', { value: ' Owner ' }, 'Owner'],
		])('%s %j', async (start, more, title) => {
			await asksFor('jobTitle', 'Partner');
			const { choices } = await next();
			expect(await answer(starting(choices, start), more)).toMatchObject({ outcome: 'answered' });
			expect((await fabric.desk.findEntity('U1001'))?.fields.jobTitle).toBe(title);
		});

		it('takes a list an entry a line, and keeps what kind each was', async () => {
			const work = { address: 'jane@work.example', kind: 'work' };
			await asksFor('emails', [{ address: 'jane@example.com', primary: true }, work]);
			const { fields, choices } = await next();
			const typed = fields.find(({ fieldName }) => fieldName === 'value');
			expect(typed).toMatchObject({ fieldType: 'textarea' });
			await answer(starting(choices, 'Neither'), { value: 'JANE@work.example\n\nj@home.example' });
			const emails = (await fabric.desk.findEntity('U1001'))?.fields.emails;
			expect(emails).toHaveLength(2);
			expect(emails).toContainEqual({ ...work, address: 'JANE@work.example', primary: true });
			expect(emails).toContainEqual({ address: 'j@home.example', primary: false });
		});

		it('refuses in words that the next page shows, and asks again', async () => {
			const born = { ...JANE_MAIL, birthDate: '1979-01-02' };
			await desk.merge(snapshot('wealthbox', '1', born, 2));
			await desk.merge(snapshot('redtail', '3', born, 3));
			await asksFor('birthDate', '1980-01-02');
			const { page, choices } = await next();
			const neither = starting(choices, 'Neither');
			const before = Number(page.reviewId) - 1;
			expect(await answer(neither)).toMatchObject({
				outcome: 'refused',
				message: 'Not done. No value was written. Write one, or choose another answer.',
				after: before,
			});
			expect(await answer(neither, { value: 'in spring' })).toMatchObject({
				outcome: 'refused',
				message: expect.stringContaining('does not fit'),
			});
			expect(await answer('Something else')).toMatchObject({
				outcome: 'refused',
				message: expect.stringContaining('changed since'),
			});
			expect((await next({ after: before })).page.reviewId).toBe(page.reviewId);
		});

		it('applies no answer to an offer that another one has replaced since', async () => {
			await asksFor('jobTitle', 'Partner');
			const seen = (await next()).fields.find(({ fieldName }) => fieldName === 'seen')?.fieldValue;
			await asksFor('jobTitle', 'Director', 9);
			const { choices } = await next();
			const refused = await answer(starting(choices, 'Take'), { seen });
			expect(refused).toMatchObject({ outcome: 'refused' });
			expect(refused.message).toContain('newer value');
			expect((await fabric.desk.findEntity('U1001'))?.fields.jobTitle).toBe('Clerk');
		});

		it('says who was quicker, and goes on', async () => {
			await ambiguous();
			const { page } = await next();
			await fabric.desk.decideReview(Number(page.reviewId), 'U1001', 'Kim');
			const reviewId = { mode: 'id', value: page.reviewId };
			const { rows } = await desk.run('review', 'answerForm', { reviewId, answer: ANOTHER });
			expect(rows).toMatchObject([
				{ outcome: 'refused', message: expect.stringContaining('by Kim'), after: page.reviewId },
			]);
		});

		it('fails as a node does when no answer was given', async () => {
			await ambiguous();
			await expect(answer('')).rejects.toThrow("'Answer' is empty [item 0]");
		});
	});

	describe('Ignore, Postpone, Reopen', () => {
		async function reviewId() {
			return { mode: 'id', value: (await next()).page.reviewId };
		}

		it('puts off, lists what is put off, and takes that back', async () => {
			await ambiguous();
			const id = await reviewId();
			const until = new Date(Date.now() + 3_600_000).toISOString();
			const { rows } = await desk.run('review', 'postpone', { reviewId: id, until });
			expect(rows).toMatchObject([{ state: 'open', putOffUntil: until }]);
			expect((await desk.run('review', 'getAll')).rows).toEqual([]);
			const putOff = await desk.run('review', 'getAll', { state: 'putOff' });
			expect(putOff.rows).toMatchObject([{ putOffUntil: until }]);
			expect(await closedReviews()).toHaveLength(1);
			await desk.run('review', 'reopen', { reviewId: id });
			expect((await next()).page.found).toBe(true);
			expect(await closedReviews()).toEqual([]);
		});

		it('ignores, with or without a client of its own', async () => {
			await ambiguous();
			const id = await reviewId();
			const ignored = await desk.run('review', 'ignore', { reviewId: id, decidedBy: 'Pat' });
			expect(ignored.rows).toMatchObject([{ state: 'ignored', decision: { by: 'Pat' } }]);
			expect(await fabric.desk.findEntity('redtail', '2')).toBeUndefined();
			await desk.run('review', 'reopen', { reviewId: id });
			await desk.run('review', 'ignore', { reviewId: id, ignoredRecord: 'asNew' });
			expect((await fabric.desk.findEntity('redtail', '2'))?.unifiedId).toBe('U1002');
		});

		it('takes a link back', async () => {
			await ambiguous();
			const id = await reviewId();
			await answer('The same client as U1001 Jane Doe');
			expect(await closedReviews()).toMatchObject([{ value: String(id.value) }]);
			const { rows } = await desk.run('review', 'reopen', { reviewId: id, decidedBy: 'Pat' });
			expect(rows).toMatchObject([{ state: 'open', decision: null }]);
			expect((await fabric.desk.findEntity('redtail', '2'))?.unifiedId).not.toBe('U1001');
		});

		async function closedReviews() {
			const { searchClosedReviews } = desk.node.methods.listSearch;
			return (await searchClosedReviews.call(desk.loadOptions())).results;
		}
	});

	it('makes pages of removals, stopped runs and duplicates, too', async () => {
		const { pageOf } = await import('../../../nodes/CrmFabric/review/page/page');
		const base = {
			...{ id: 7, system: 'redtail', object: 'contact', crmId: '2', state: 'open' as const },
			...{ entityId: 'U1001', field: null, decision: null, openedAt: 0, decidedAt: null },
			snoozedUntil: null,
		};
		const question = { reason: 'The reason.', record: JANE, candidates: [] };
		const cause = {
			system: 'wealthbox',
			object: 'contact',
			crmId: '1',
			at: '2026-11-22T08:00:00Z',
		};
		const removal = {
			operation: 'archive' as const,
			cause: { ...cause, change: 'delete' as const },
		};
		const breaker = { run: 'reconcile/3', limited: 'removals' as const, limit: 25 };
		const pages = [
			pageOf({ ...base, kind: 'removal', question: { ...question, removal } }, new Map()),
			pageOf({ ...base, kind: 'breaker', question: { ...question, breaker } }, new Map()),
			pageOf({ ...base, kind: 'duplicate', question }, new Map()),
		];
		expect(pages.map(({ choices }) => choices.slice(0, 2))).toEqual([
			['Yes: archive it in redtail, too', 'No: the client lives on in redtail'],
			['Yes: let it go on', 'No: drop what is held back'],
			['We merge them in redtail ourselves', 'Both are to stay'],
		]);
		for (const { html } of pages) {
			expect(html).toContain('<h3>Jane Doe (U1001)</h3><p>The reason.</p>');
			expect(html).toContain('<td>Jane</td>');
		}
	});
});
