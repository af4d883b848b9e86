/** Listings by Bulk API 2.0 query jobs, against the simulator over HTTP. */
import { salesforce } from '../../../lib/connectors/salesforce';
import { bulkRead } from '../../../lib/connectors/salesforce/bulk-read';
import { connect } from '../../../lib/connectors/salesforce/client';
import { readCsv } from '../../../lib/connectors/salesforce/bulk-csv';
import { changeEventSchema, type ChangeEventInput } from '../../../lib/model/event';
import type { Json } from '../../../lib/connectors/connector';
import { openWorld, type World, type WorldOptions } from './world';

let world: World;

const PEOPLE = ['Adler', 'Brunner, "B"', 'Conti\nDue', 'Dahl', 'Egli'].map((lastName, index) => ({
	lastName,
	...(index === 1 ? {} : { jobTitle: 'Architect' }),
	...(index === 2 ? { companyName: 'Conti SA' } : {}),
	birthDate: `1980-04-1${index}`,
}));

async function setUp(options: WorldOptions = {}, settings: Record<string, Json> = {}) {
	world = await openWorld({
		contacts: PEOPLE,
		...options,
		settings: { bulkReadAbove: 2, bulkPollSeconds: 0.01, companyFromAccount: true, ...settings },
	});
}

afterEach(() => world.sim.stop());

async function listed(): Promise<ChangeEventInput[]> {
	const { signal } = new AbortController();
	const events: ChangeEventInput[] = [];
	const options = { fieldMap: salesforce.defaultFieldMap, signal };
	for await (const page of salesforce.readAll(world.context, options)) events.push(...page);
	return events;
}

const used = (part: string) => world.requests.some(({ url }) => url.includes(part));
const byRecord = (events: ChangeEventInput[]) =>
	Object.fromEntries(events.map(({ crmId, fields, editedAt }) => [crmId, { fields, editedAt }]));

test('a large listing is read in bulk, and shows the records as pages of REST do', async () => {
	await setUp({ switches: { bulkQueryPage: 2 } });
	// Within the second of an edit its time is told less exactly.
	world.advance(10_000);
	const before = world.context.now();
	const inBulk = await listed();
	expect(used('/jobs/query')).toBe(true);
	expect(inBulk.map(({ crmId }) => crmId).sort()).toEqual(
		world.sim.people
			.list()
			.map(({ id }) => id)
			.sort(),
	);
	for (const event of inBulk) {
		expect(changeEventSchema.safeParse(event).success).toBe(true);
		expect(Date.parse(event.readAt)).toBeLessThanOrEqual(world.context.now());
		expect(Date.parse(event.readAt)).toBeGreaterThanOrEqual(before);
	}
	world.requests.length = 0;
	world.context.settings = { ...world.context.settings, bulkReadAbove: 0 };
	const inPages = await listed();
	expect(used('/jobs/query')).toBe(false);
	expect(byRecord(inBulk)).toEqual(byRecord(inPages));
	expect(
		Object.values(byRecord(inBulk)).filter(({ fields }) => fields['companyName']),
	).toHaveLength(1);
});

test('a small listing is not worth a job', async () => {
	await setUp({}, { bulkReadAbove: 5 });
	expect(await listed()).toHaveLength(5);
	expect(used('/jobs/query')).toBe(false);
});

test.each([
	['is not enabled', { kind: 'status', match: 'POST /services/data/v62.0/jobs', status: 403 }],
	['fails at Salesforce', { kind: 'bulkFail' }],
])('where Bulk API 2.0 %s, the listing goes on page by page', async (_name, fault) => {
	await setUp();
	world.sim.setFault({ ...fault, body: [{ errorCode: 'API_DISABLED_FOR_ORG', message: 'no' }] });
	expect(await listed()).toHaveLength(5);
	expect(world.log.some(({ message }) => message.includes('bulk'))).toBe(true);
});

test('what is true, a number, a time or nothing comes as REST gives it', async () => {
	await setUp();
	const { signal } = new AbortController();
	const fields = ['Id', 'LastName', 'HasOptedOutOfEmail', 'Title', 'CreatedDate', 'Account.Name'];
	const records: Array<Record<string, unknown>> = [];
	const where = "Birthdate = 1980-04-11 OR LastName = 'Conti\\nDue'";
	for await (const page of bulkRead(world.context, { sobject: 'Contact', fields, where, signal }))
		records.push(...page);
	expect(records).toHaveLength(2);
	const [plain, nested] = records.sort((a) => (a['Account'] === null ? -1 : 1));
	expect(plain).toMatchObject({
		LastName: 'Brunner, "B"',
		HasOptedOutOfEmail: false,
		Title: null,
		Account: null,
		CreatedDate: expect.stringMatching(/\+0000$/) as string,
	});
	expect(nested).toMatchObject({ LastName: 'Conti\nDue', Account: { Name: 'Conti SA' } });
});

test('amounts come as numbers', async () => {
	await setUp();
	const values = { Name: 'Rollover', StageName: 'Prospecting', CloseDate: '2027-01-31' };
	await connect(world.context, { priority: 'live' }).create('Opportunity', {
		...values,
		Amount: 12_500.5,
	});
	const { signal } = new AbortController();
	const fields = ['Name', 'Amount', 'Probability', 'CloseDate'];
	const { value } = await bulkRead(world.context, {
		sobject: 'Opportunity',
		fields,
		signal,
	}).next();
	expect(value).toMatchObject([{ Name: 'Rollover', Amount: 12_500.5, CloseDate: '2027-01-31' }]);
});

test('a job that nobody waits for any more is aborted', async () => {
	await setUp({ switches: { bulkQueueMs: 3_600_000 } });
	const controller = new AbortController();
	const options = { sobject: 'Contact', fields: ['Id'], signal: controller.signal };
	const reading = bulkRead(world.context, options).next();
	world.tamper(({ method, url }) => {
		if (method === 'GET' && url.includes('/jobs/query/')) controller.abort();
		return undefined;
	});
	await expect(reading).rejects.toMatchObject({ name: 'HttpFailure', code: 'aborted' });
	expect(world.requests.at(-1)).toMatchObject({ method: 'PATCH', json: { state: 'Aborted' } });
});

test.each(['"a","b"\n"1\n', 'a,b\n1\n', '"a"x,b\n'])('CSV that is none is refused: %j', (text) => {
	expect(() => readCsv(text)).toThrow(/CSV/);
});

test('CSV: quotes, line breaks and empty cells', () => {
	expect(readCsv('"a","b",c\r\n"x ""y""\n,z",,\n1,2,3')).toEqual({
		columns: ['a', 'b', 'c'],
		rows: [
			['x "y"\n,z', '', ''],
			['1', '2', '3'],
		],
	});
});
