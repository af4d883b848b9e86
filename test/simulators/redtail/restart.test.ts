import * as simulators from '..';
import { CRMS, restart, startOne, stopRunning } from '../restarting';
import { caller } from '../test-client';

afterEach(stopRunning);

test('a restart keeps families, notes, sub-record ids and a locked account', async () => {
	const { starterOf, headers } = CRMS.redtail;
	const switches = { families: [{ name: 'Almqvist Family', members: [0] }], lockoutAfter: 1 };
	const first = await startOne(starterOf(simulators), {
		contacts: [{ lastName: 'Almqvist', phones: [{ number: '5550100' }] }],
		switches,
	});
	const call = caller(first.url, headers(first.credentials));
	const { id = '' } = first.people.list()[0] ?? {};
	const basic = (password = '') => {
		const { apiKey, username } = first.credentials;
		const token = Buffer.from(`${apiKey}:${username}:${password}`).toString('base64');
		return caller(first.url, { Authorization: `Basic ${token}` })('GET', '/authentication');
	};
	const addNote = async () => {
		const answer = await call('POST', `/contacts/${id}/notes`, { body: { body: 'Called' } });
		return (answer.body as { note: { id: number } }).note.id;
	};
	const noteId = await addNote();
	expect((await basic('wrong')).status).toBe(401);
	const paths = [`/contacts/${id}/notes`, `/contacts/${id}/phones`, '/families'];
	const show = async () =>
		(await Promise.all(paths.map((path) => call('GET', path)))).map(({ body }) => body);
	const before = await show();
	await restart(first, starterOf, { switches });
	expect(await show()).toEqual(before);
	expect((await basic(first.credentials.password)).body).toEqual({ message: 'Account Locked' });
	expect(await addNote()).not.toBe(noteId);
	await call('POST', `/contacts/${id}/phones`, { body: { number: '5550101' } });
	const { phones } = (await call('GET', `/contacts/${id}/phones`)).body as {
		phones: Array<{ id: number }>;
	};
	expect(new Set(phones.map((phone) => phone.id)).size).toBe(2);
});
