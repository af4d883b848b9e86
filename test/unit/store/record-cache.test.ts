/** What the SQLite store remembers from one transaction to the next is never anything but what stands in its file. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { recordKey } from '../../../lib/model/event';
import { openSqlite } from '../../../lib/store/sqlite/dialect';
import { Store, type StoreTransaction } from '../../../lib/store/store';
import { START } from '../support/hub';
import { contact, link, register, shadow } from './calls/samples';

const ENTITY = 'U1001';
const FIELDS = new Map([[ENTITY, new Set(['firstName', 'jobTitle'])]]);
const KEY = recordKey(contact('1'));

interface Seen {
	link: string | undefined;
	linked: string[];
	firstName: unknown;
	jobTitle: unknown;
	shadow: unknown;
}

async function look(tx: StoreTransaction): Promise<Seen> {
	const registers = (await tx.registers.registersOf(FIELDS)).get(ENTITY);
	return {
		link: (await tx.identity.links([contact('1')])).get(KEY)?.entityId,
		linked: (await tx.identity.linksOf([ENTITY])).map(({ crmId }) => crmId),
		firstName: registers?.['firstName'],
		jobTitle: registers?.['jobTitle'],
		shadow: (await tx.registers.shadows([contact('1')])).get(KEY)?.fields['firstName']?.value,
	};
}

async function write(tx: StoreTransaction, value: string, entityId = ENTITY): Promise<void> {
	await tx.identity.saveLinks([link('1', entityId)], START);
	await tx.registers.saveRegisters([
		{ entityId: ENTITY, field: 'firstName', register: register(value) },
	]);
	await tx.registers.saveShadows([{ ...contact('1'), shadow: shadow(value) }], START);
}

const written = (value: string): Seen => ({
	link: ENTITY,
	linked: ['1'],
	firstName: register(value),
	jobTitle: undefined,
	shadow: value,
});

let folder: string;
let path: string;
let store: Store;
beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), 'record-cache-'));
	path = join(folder, 'store.db');
	store = await Store.open(openSqlite(path));
	await store.transaction((tx) => write(tx, 'Ada'));
	expect(await store.transaction(look)).toEqual(written('Ada'));
});
afterEach(async () => {
	await store.close();
	rmSync(folder, { recursive: true });
});

function count(sql: string): number {
	const database = new DatabaseSync(path);
	const row = database.prepare(sql).get();
	database.close();
	return Number(row?.['n']);
}

test('what was read or written in earlier transactions is not read again', async () => {
	const seen = await store.transaction(look);
	const again = await store.transaction(look);
	expect(again).toEqual(seen);
	// The very object: it was not parsed anew.
	expect(again.firstName).toBe(seen.firstName);
});

test('another connection that writes behind its back is seen by the next transaction', async () => {
	const other = await Store.open(openSqlite(path));
	await other.transaction((tx) => write(tx, 'Grace'));
	expect(await store.transaction(look)).toEqual(written('Grace'));
	await store.transaction((tx) => write(tx, 'Mary'));
	expect(await other.transaction(look)).toEqual(written('Mary'));
	await other.transaction((tx) => tx.registers.dropRegisters(ENTITY, ['firstName']));
	expect((await store.transaction(look)).firstName).toBeUndefined();
	await other.close();
});

test('a connection that is not the fabric at all is seen, too', async () => {
	const database = new DatabaseSync(path);
	database.exec(`delete from links; delete from shadows; delete from registers`);
	database.close();
	const nothing = { link: undefined, linked: [], firstName: undefined, jobTitle: undefined };
	expect(await store.transaction(look)).toEqual({ ...nothing, shadow: undefined });
});

test('nothing is left of a transaction that fails', async () => {
	const failing = store.transaction(async (tx) => {
		await write(tx, 'Grace', 'U1002');
		const seen = await look(tx);
		expect([seen.link, seen.linked, seen.shadow]).toEqual(['U1002', [], 'Grace']);
		throw new Error('after its writes');
	});
	await expect(failing).rejects.toThrow('after its writes');
	expect(await store.transaction(look)).toEqual(written('Ada'));
});

test('nothing is left of rows that broke off within one statement', async () => {
	await store.transaction(async (tx) => {
		const broken = { ...contact('2'), shadow: shadow('Eve') };
		const rows = [
			{ ...contact('1'), shadow: shadow('Grace') },
			{ ...broken, crmId: null as never },
		];
		await expect(tx.registers.saveShadows(rows, START)).rejects.toThrow(/NOT NULL/);
	});
	const seen = await store.transaction(look);
	expect(seen.shadow).toBe('Grace');
	expect(count(`select count(*) as n from shadows where shadow like '%Grace%'`)).toBe(1);
});

test('a write of another part of the store is heard of', async () => {
	await store.transaction((tx) => tx.entities.becomePart(ENTITY, 'U1002'));
	const seen = await store.transaction(look);
	expect([seen.link, seen.linked]).toEqual(['U1002', []]);
	await store.transaction((tx) => tx.registers.dropRegisters(ENTITY, ['firstName']));
	expect((await store.transaction(look)).firstName).toBeUndefined();
});

test('a record that goes over to another entity leaves the list of the one and joins that of the other', async () => {
	const other = 'U1002';
	const lists = (tx: StoreTransaction) =>
		Promise.all([tx.identity.linksOf([ENTITY]), tx.identity.linksOf([other])]);
	await store.transaction(lists);
	await store.transaction((tx) => tx.identity.saveLinks([link('1', other)], START));
	const [left, joined] = await store.transaction(lists);
	expect([left.length, joined.map(({ crmId }) => crmId)]).toEqual([0, ['1']]);
});

test('an entity learns of a record whose link was not known', async () => {
	await store.transaction((tx) => tx.identity.saveLinks([link('2', ENTITY)], START + 1));
	const seen = await store.transaction(look);
	expect(seen.linked).toEqual(['1', '2']);
});

test('readers see what stands in the file, not what a writer is about to do', async () => {
	const writing = store.transaction((tx) => write(tx, 'Grace'));
	const seen = await store.read(look);
	await writing;
	expect([written('Ada'), written('Grace')]).toContainEqual(seen);
	expect(await store.read(look)).toEqual(written('Grace'));
});
