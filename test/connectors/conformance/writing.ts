/** What a connector writes to contacts: all of it, once, and over nobody's edit. */
import fc from 'fast-check';
import type { ConnectorContext } from '../../../lib/connectors/connector';
import type { CanonicalFields } from '../../../lib/model/fields';
import { people } from './samples';
import {
	confirmed,
	deliver,
	elsewhere,
	expectSame,
	idNamed,
	projected,
	read,
	writesOf,
	type Check,
	type World,
} from './world';

const RUNS = 25;

async function make(world: World, desired: CanonicalFields, attempt = 1, unifiedId = 'U1001') {
	const over = { operation: 'create' as const, changes: desired, desired, attempt, unifiedId };
	return deliver(world, over, {}, hasty);
}

/** Gives up soon: a CRM that never answers is part of some checks. */
function hasty(context: ConnectorContext): ConnectorContext {
	return { ...context, http: (request) => context.http({ ...request, timeoutMs: 2_000 }) };
}

async function update(world: World, crmId: string, changes: CanonicalFields, attempt = 1) {
	const known = await read(world, crmId);
	return deliver(world, { crmId, changes, known, desired: { ...known, ...changes }, attempt });
}

const NEW: CanonicalFields = { type: 'person', firstName: 'Finn', lastName: 'Hollis' };
const finns = (world: World) =>
	world.people.list().filter(({ firstName }) => firstName === 'Finn').length;

const holds: Check = {
	name: 'what is read after a write is what project said, and what the outcome says is known',
	contacts: [],
	run: async (world) => {
		const contact = world.options.contact ?? people;
		let serial = 0;
		const property = async (first: CanonicalFields, second: CanonicalFields) => {
			serial += 1;
			const made = confirmed(await make(world, projected(world, first), 1, `U${serial}`));
			const before = await read(world, made.crmId);
			expectSame(projected(world, first), before);
			expectSame(made.known, before);
			const changes = projected(world, second);
			const done = confirmed(await update(world, made.crmId, changes));
			const after = await read(world, made.crmId);
			expectSame(changes, after);
			expectSame(done.known, after);
			expect(Object.keys(done.known)).toEqual(expect.arrayContaining(Object.keys(changes)));
		};
		await fc.assert(fc.asyncProperty(contact, contact, property), { numRuns: RUNS });
	},
};

const stable: Check = {
	name: 'a record that is read, written to another one and read again is the same',
	run: async (world) => {
		for (const { id } of world.people.list()) {
			const fields = projected(world, await read(world, id));
			const { crmId } = confirmed(await make(world, fields, 1, `U${id}`));
			expectSame(fields, projected(world, await read(world, crmId)));
		}
	},
};

const idempotent: Check = {
	name: 'what the record holds already is not written again',
	run: async (world) => {
		const crmId = idNamed(world, 'Ada');
		const known = await read(world, crmId);
		const changes = { jobTitle: 'Painter' };
		const job = { crmId, changes, known, desired: { ...known, ...changes } };
		confirmed(await deliver(world, job));
		const counted = writesOf(world.context());
		const again = await deliver(world, { ...job, attempt: 2 }, {}, () => counted.context);
		expectSame(confirmed(again).known, await read(world, crmId));
		expect(counted.writes).toEqual([]);
	},
};

const conflict: Check = {
	name: 'an edit made there since the last read is not written over',
	run: async (world) => {
		const crmId = idNamed(world, 'Ada');
		const known = await read(world, crmId);
		world.people.edit(crmId, { jobTitle: 'Sailor' });
		const changes = { jobTitle: 'Painter' };
		const outcome = await deliver(world, { crmId, changes, known, desired: changes });
		expect(outcome).toMatchObject({
			status: 'retry',
			code: 'changed-meanwhile',
			outcomeUnknown: false,
		});
		expect((await read(world, crmId)).jobTitle).toBe('Sailor');
		// An edit of another field is no conflict, and is left to the change source.
		const other = { lastName: 'Hollis-Grey' };
		const done = confirmed(await deliver(world, { crmId, changes: other, known, desired: other }));
		expect(done.known).not.toHaveProperty('jobTitle', 'Sailor');
		expect(await read(world, crmId)).toMatchObject({ ...other, jobTitle: 'Sailor' });
	},
};

const lost = (kind: string): Check => ({
	name: `a create that was done but not answered is found again (${kind})`,
	run: async (world) => {
		const match = world.options.createCall ?? 'POST';
		world.setFault({ kind, match, times: 1, status: 502 });
		expect(await make(world, NEW)).toMatchObject({ status: 'retry', outcomeUnknown: true });
		expect(finns(world)).toBe(1);
		const outcome = confirmed(await make(world, NEW, 2));
		expect(outcome.found).toBe(true);
		expect(finns(world)).toBe(1);
		expectSame(projected(world, NEW), await read(world, outcome.crmId));
	},
});

const neverArrived: Check = {
	name: 'a second try whose first never arrived makes the record',
	run: async (world) => {
		const match = world.options.createCall ?? 'POST';
		world.setFault({ kind: 'down', match, times: 1 });
		expect(await make(world, NEW)).toMatchObject({ status: 'retry' });
		expect(finns(world)).toBe(0);
		expect(confirmed(await make(world, NEW, 2)).found).toBeUndefined();
		expect(finns(world)).toBe(1);
	},
};

const gone: Check = {
	name: 'a record that is gone is told as gone, a wrong address is not',
	run: async (world) => {
		const crmId = idNamed(world, 'Ada');
		const known = await read(world, crmId);
		const changes = { jobTitle: 'Painter' };
		const job = { crmId, changes, known, desired: changes };
		for (const verifyBeforeWrite of [true, false]) {
			const away = await deliver(world, job, { verifyBeforeWrite }, elsewhere);
			expect(['retry', 'rejected']).toContain(away.status);
		}
		world.people.remove(crmId);
		for (const verifyBeforeWrite of [true, false])
			expect(await deliver(world, job, { verifyBeforeWrite })).toMatchObject({ status: 'gone' });
	},
};

const removal: Check = {
	name: 'a delete waits for an edit that it has not seen, is done once, and again is no failure',
	run: async (world) => {
		const crmId = idNamed(world, 'Ada');
		const known = await read(world, crmId);
		world.people.edit(crmId, { jobTitle: 'Sailor' });
		const job = { operation: 'delete' as const, crmId, known };
		expect(await deliver(world, job)).toMatchObject({ status: 'retry', code: 'changed-meanwhile' });
		expect(world.people.list().some(({ id }) => id === crmId)).toBe(true);
		const sure = { ...job, known: await read(world, crmId) };
		confirmed(await deliver(world, sure));
		expect(world.people.list().some(({ id }) => id === crmId)).toBe(false);
		confirmed(await deliver(world, { ...sure, attempt: 2 }));
	},
};

const failures: Check = {
	name: 'what the CRM or the network did is an outcome, never an error',
	run: async (world) => {
		const crmId = idNamed(world, 'Ada');
		const known = await read(world, crmId);
		const changes = { jobTitle: 'Painter' };
		const given = async (fault: { kind: string; status?: number }) => {
			world.setFault({ ...fault, match: world.options.updateCall ?? 'PUT' });
			const outcome = await deliver(world, { crmId, changes, known, desired: changes });
			world.clearFaults();
			return outcome;
		};
		const retry = { status: 'retry' };
		expect(await given({ kind: 'status', status: 503 })).toMatchObject({
			...retry,
			outcomeUnknown: true,
		});
		expect(await given({ kind: 'down' })).toMatchObject({ ...retry, outcomeUnknown: true });
		expect(await given({ kind: 'status', status: 401 })).toMatchObject({ ...retry, code: 'auth' });
		expect(await given({ kind: 'status', status: 403 })).toMatchObject({ status: 'rejected' });
		expect((await read(world, crmId)).jobTitle).toBe('Architect');
	},
};

const throttled: Check = {
	name: 'a 429 holds everybody back for as long as it says',
	run: async (world) => {
		const crmId = idNamed(world, 'Ada');
		const known = await read(world, crmId);
		const pauses: number[] = [];
		const listening = (context: ConnectorContext): ConnectorContext => ({
			...context,
			budget: { ...context.budget, pauseFor: (ms) => pauses.push(ms) },
		});
		const match = world.options.updateCall ?? 'PUT';
		const headers = { 'retry-after': '7' };
		world.setFault({ kind: 'status', status: 429, times: 1, match, headers });
		const job = { crmId, known, changes: { jobTitle: 'Painter' }, desired: {} };
		expect(await deliver(world, job, {}, listening)).toMatchObject({
			...{ status: 'retry', outcomeUnknown: false, retryAfterMs: 7_000 },
		});
		expect(pauses).toEqual([7_000]);
	},
};

const discreet: Check = {
	name: 'a refusal says what is wrong without the value',
	run: async (world) => {
		const crmId = idNamed(world, 'Ada');
		const known = await read(world, crmId);
		const { refusal = (error) => ({ kind: 'status', status: 422, body: { error } }) } =
			world.options;
		const match = world.options.updateCall ?? 'PUT';
		world.setFault({ ...refusal('"Secret Word" of ada@hollis.example is too long'), match });
		const job = { crmId, known, changes: { jobTitle: 'Secret Word' }, desired: {} };
		const outcome = await deliver(world, job);
		expect(outcome).toMatchObject({ status: 'rejected' });
		expect(JSON.stringify(outcome)).not.toMatch(/Secret Word|ada@/);
	},
};

export const WRITING: Check[] = [
	...[holds, stable, idempotent, conflict, lost('timeoutAfterCommit'), lost('statusAfterCommit')],
	...[neverArrived, gone, removal, failures, throttled, discreet],
];
