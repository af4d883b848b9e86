import { startSalesforceSimulator, type SalesforceSimulator } from '.';
import { call, createContact, errorCode, query, type Json } from './testing';

let simulator: SalesforceSimulator;
const ids: Record<string, string> = {};

beforeAll(async () => {
	let clock = Date.parse('2026-11-20T10:00:00Z');
	simulator = await startSalesforceSimulator({ now: () => clock });
	const account = await call(simulator, 'POST', '/sobjects/Account', { Name: 'Seeweg AG' });
	const AccountId = (account.body as { id: string }).id;
	const people: Json[] = [
		{
			LastName: 'Brunner',
			FirstName: 'Ines',
			Email: 'ines@b.example',
			Birthdate: '1970-01-31',
			AccountId,
		},
		{ LastName: "O'Hara", FirstName: 'Liam', Phone: '+41 41 000', HasOptedOutOfEmail: true },
		{ LastName: 'brunner', Email: 'X_Y@b.example', Title: '100% owner' },
		{ LastName: 'Zeller', Birthdate: '1985-06-01', Description: 'long' },
	];
	for (const values of people) {
		const name = String(values['FirstName'] ?? values['LastName']);
		ids[name] = await createContact(simulator, values);
		clock += 24 * 3_600_000;
	}
});

afterAll(() => simulator.stop());

const names = async (where: string) => {
	const records = await query(simulator, `SELECT Name FROM Contact ${where}`);
	return records.map((record) => record['Name']);
};

test.each<[string, string[]]>([
	["WHERE LastName = 'BRUNNER'", ['Ines Brunner', 'brunner']],
	["WHERE LastName != 'brunner'", ["Liam O'Hara", 'Zeller']],
	["WHERE LastName = 'O\\'Hara'", ["Liam O'Hara"]],
	["WHERE Name LIKE '%hara'", ["Liam O'Hara"]],
	["WHERE Email LIKE 'x\\_y%'", ['brunner']],
	["WHERE Email LIKE 'i___@%'", ['Ines Brunner']],
	["WHERE Title LIKE '100\\% o%'", ['brunner']],
	['WHERE Email = null', ["Liam O'Hara", 'Zeller']],
	['WHERE Birthdate > 1970-01-31', ['Zeller']],
	['WHERE Birthdate <= 1970-01-31', ['Ines Brunner']],
	["WHERE LastName >= 'O' AND LastName < 'zz'", ["Liam O'Hara", 'Zeller']],
	['WHERE HasOptedOutOfEmail = true', ["Liam O'Hara"]],
	['WHERE CreatedDate >= 2026-11-22T11:00:00.000+01:00', ['brunner', 'Zeller']],
	['WHERE CreatedDate < 2026-11-20T10:00:01Z', ['Ines Brunner']],
	["WHERE LastName IN ('zeller', 'Nobody')", ['Zeller']],
	["WHERE LastName NOT IN ('zeller', 'brunner')", ["Liam O'Hara"]],
	["WHERE NOT (LastName = 'Zeller' OR FirstName = 'Ines')", ["Liam O'Hara", 'brunner']],
	["WHERE (NOT LastName LIKE 'z%') AND Email = null", ["Liam O'Hara"]],
	["WHERE Account.Name = 'seeweg ag'", ['Ines Brunner']],
	['ORDER BY Birthdate DESC NULLS LAST, LastName LIMIT 2', ['Zeller', 'Ines Brunner']],
	['ORDER BY FirstName, LastName', ['brunner', 'Zeller', 'Ines Brunner', "Liam O'Hara"]],
	['ORDER BY CreatedDate LIMIT 2 OFFSET 1', ["Liam O'Hara", 'brunner']],
])('%s', async (where, expected) => {
	expect(await names(where)).toEqual(expected);
});

test('answers names in canonical case, parents nested, n8n-style blanks allowed', async () => {
	const id = ids['Ines'] ?? '';
	const records = await query(
		simulator,
		`select id,firstname,LASTMODIFIEDDATE,account.NAME, Owner.Name  FROM contact  WHERE id = '${id.slice(0, 15)}'  LIMIT 1`,
	);
	expect(records).toEqual([
		{
			attributes: { type: 'Contact', url: `/services/data/v67.0/sobjects/Contact/${id}` },
			Id: id,
			FirstName: 'Ines',
			LastModifiedDate: '2026-11-20T10:00:00.000+0000',
			Account: { attributes: expect.anything() as unknown, Name: 'Seeweg AG' },
			Owner: { attributes: expect.anything() as unknown, Name: 'CRM Fabric' },
		},
	]);
	expect(
		await query(simulator, "SELECT Account.Name FROM Contact WHERE LastName = 'Zeller'"),
	).toMatchObject([{ Account: null }]);
});

test('counts, and FIELDS() shows groups of fields', async () => {
	const soql = encodeURIComponent("SELECT COUNT() FROM Contact WHERE LastName LIKE 'b%'");
	expect((await call(simulator, 'GET', `/query?q=${soql}`)).body).toEqual({
		totalSize: 2,
		done: true,
		records: [],
	});
	expect(await query(simulator, 'SELECT COUNT(Birthdate) FROM Contact')).toMatchObject([
		{ expr0: 2 },
	]);
	const [row] = await query(simulator, 'SELECT FIELDS(ALL) FROM Contact LIMIT 1');
	expect(row).toHaveProperty('Fabric_Id__c', null);
});

test.each([
	['SELECT Id FROM Spaceship', 'INVALID_TYPE'],
	['SELECT Shoe FROM Contact', 'INVALID_FIELD'],
	['SELECT Boss.Name FROM Contact', 'INVALID_FIELD'],
	["SELECT Id FROM Contact WHERE CreatedDate > '2026-11-20T10:00:00Z'", 'INVALID_FIELD'],
	['SELECT Id FROM Contact WHERE LastName = 5', 'INVALID_FIELD'],
	["SELECT Id FROM Contact WHERE Description = 'long'", 'INVALID_FIELD'],
	["SELECT Id FROM Contact WHERE MailingAddress = 'x'", 'INVALID_FIELD'],
	["SELECT Id FROM Contact WHERE Id = 'nobody'", 'INVALID_QUERY_FILTER_OPERATOR'],
	["SELECT Id FROM Contact WHERE LastName = 'a' AND Title = 'b' OR Phone = 'c'", 'MALFORMED_QUERY'],
	['SELECT Id FROM', 'MALFORMED_QUERY'],
	["SELECT Id FROM Contact WHERE LastName = 'open", 'MALFORMED_QUERY'],
	['SELECT Id FROM Contact LIMIT 1 GARBAGE', 'MALFORMED_QUERY'],
	['SELECT FIELDS(ALL) FROM Contact', 'MALFORMED_QUERY'],
	['SELECT Id FROM Contact OFFSET 2001', 'NUMBER_OUTSIDE_VALID_RANGE'],
])('refuses %s', async (soql, code) => {
	const answer = await call(simulator, 'GET', `/query?q=${encodeURIComponent(soql)}`);
	expect([answer.status, errorCode(answer)]).toEqual([400, code]);
});

test('pages by batchSize, and locators end after two days', async () => {
	let clock = Date.parse('2026-11-20T10:00:00Z');
	const contacts = Array.from({ length: 450 }, (_, index) => ({ lastName: `Person ${index}` }));
	const org = await startSalesforceSimulator({ now: () => clock, contacts });
	const headers = { 'Sforce-Query-Options': 'batchSize=200' };
	const seen: unknown[] = [];
	let path: string | undefined = '/query?q=SELECT+LastName+FROM+Contact';
	let next: string | undefined;
	const sizes: number[] = [];
	for (let page = 0; path !== undefined && page < 5; page += 1) {
		const { body } = await call(org, 'GET', path, undefined, { headers });
		const answer = body as {
			records: Json[];
			totalSize: number;
			nextRecordsUrl?: string;
			done: boolean;
		};
		expect(answer.totalSize).toBe(450);
		expect(answer.done).toBe(answer.nextRecordsUrl === undefined);
		seen.push(...answer.records.map((record) => record['LastName']));
		sizes.push(answer.records.length);
		next = path;
		path = answer.nextRecordsUrl;
	}
	expect(sizes).toEqual([200, 200, 50]);
	expect(new Set(seen).size).toBe(450);
	clock += 49 * 3_600_000;
	const expired = await call(org, 'GET', next ?? '');
	expect([expired.status, errorCode(expired)]).toEqual([400, 'INVALID_QUERY_LOCATOR']);
	await org.stop();
});

test('queryAll sees the recycle bin', async () => {
	const org = await startSalesforceSimulator({ contacts: [{ lastName: 'Roth' }] });
	org.people.remove(org.people.list()[0]?.id ?? '');
	expect(await query(org, 'SELECT Id FROM Contact')).toEqual([]);
	const { body } = await call(org, 'GET', '/queryAll?q=SELECT+LastName,IsDeleted+FROM+Contact');
	expect((body as { records: Json[] }).records).toMatchObject([
		{ LastName: 'Roth', IsDeleted: true },
	]);
	await org.stop();
});
