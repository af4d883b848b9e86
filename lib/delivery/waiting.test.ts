/** What waits for a client that is not made says so, and for whom. */
import { ADA, Belongings } from '../../test/unit/support/belongings';
import { localReference } from '../model/objects';

let office: Belongings;
beforeEach(async () => {
	office = await Belongings.open();
});
afterEach(() => office.hub.close());

const refused = { status: 'rejected' as const, reason: 'Redtail wants a birthday.', code: '422' };

/** Ada with a note and a task in Wealthbox; Redtail refuses to make her. */
async function refuse() {
	await office.tell('wealthbox', 'contact', 'w1', ADA);
	await office.hub.deliverAll(['salesforce']);
	const client = localReference('contact', 'w1');
	await office.tell('wealthbox', 'note', 'n1', { client, text: 'Met.' });
	await office.tell('wealthbox', 'task', 't1', { client, subject: 'Call', done: false });
	const [job] = await office.hub.claim('redtail');
	if (job === undefined) throw new Error('Nobody is made.');
	const result = await office.hub.report(job, refused);
	await office.deliver();
	return { job, result };
}

test('who waits, for whom and why', async () => {
	const { desk } = office.hub.fabric;
	const { job, result } = await refuse();
	expect(result).toMatchObject({ state: 'dead', waiting: 2 });
	const [letter] = await desk.deadLetters('open', 5);
	const waiting = await desk.waiting(10);
	const client = { unifiedId: job.unifiedId, object: 'contact', name: 'Ada Hollis' };
	const why = { system: 'redtail', client, clientReason: refused.reason, deadLetterId: letter?.id };
	expect(waiting).toEqual([
		expect.objectContaining({ ...why, object: 'note', title: 'Met.' }),
		expect.objectContaining({ ...why, object: 'task', title: 'Call' }),
	]);
	expect(waiting[0]?.reason).toContain(`${job.unifiedId}, who is not in redtail`);
	expect(waiting[0]?.reason).toContain(`is dead letter ${letter?.id}. Repair`);
	const { waitingForClient } = await desk.metrics();
	expect(waitingForClient).toEqual([{ system: 'redtail', count: 2 }]);
});

test('the client is made at last: nothing waits any more', async () => {
	const { desk } = office.hub.fabric;
	await refuse();
	const [letter] = await desk.deadLetters('open', 5);
	await desk.retryDeadLetter(letter?.id ?? 0);
	expect(await desk.waiting(10)).toEqual([]);
	const done = await office.deliver();
	expect(done).toEqual(['redtail contact create', 'redtail note create', 'redtail task create']);
	expect(await desk.waiting(10)).toEqual([]);
	expect((await desk.metrics()).waitingForClient).toEqual([]);
});

test('a letter that was discarded is still the reason', async () => {
	const { desk } = office.hub.fabric;
	await refuse();
	const [letter] = await desk.deadLetters('open', 5);
	await desk.discardDeadLetter(letter?.id ?? 0);
	const [first] = await desk.waiting(1);
	expect(first).toMatchObject({ system: 'redtail', deadLetterId: null });
	expect(first?.reason).toContain('was given up');
});

test('a client that nothing belongs to keeps nobody waiting', async () => {
	await office.tell('wealthbox', 'contact', 'w1', ADA);
	const [job] = await office.hub.claim('redtail');
	if (job === undefined) throw new Error('Nobody is made.');
	expect(await office.hub.report(job, refused)).not.toHaveProperty('waiting');
	expect(await office.hub.fabric.desk.waiting(10)).toEqual([]);
});
