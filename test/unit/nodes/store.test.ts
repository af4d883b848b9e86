import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeFabrics } from '../../../lib/open';
import { fabricOf, n8nFolder, storeLocation } from '../../../nodes/shared/store';
import { FakeTrigger } from './fake-trigger';

describe('store of a node', () => {
	let folder: string;

	beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'fabric-store-'))));
	afterEach(async () => {
		await closeFabrics();
		rmSync(folder, { recursive: true });
	});

	const nodeWith = (filePath: string) =>
		new FakeTrigger({ credentials: { type: 'sqlite', filePath } }).functions;

	it('is opened once for all nodes that name it', async () => {
		const path = join(folder, 'deep', 'crm.sqlite');
		const first = await fabricOf(nodeWith(path));
		expect(await fabricOf(nodeWith(path))).toBe(first);
		expect(await first.systems()).toEqual([]);
	});

	it("lies in n8n's own folder by default", () => {
		expect(n8nFolder({ N8N_USER_FOLDER: '/data', HOME: '/home/node' })).toBe(join('/data', '.n8n'));
		expect(n8nFolder({ HOME: '/home/node' })).toBe(join('/home/node', '.n8n'));
		const path = join(n8nFolder(), 'crm-fabric.sqlite');
		expect(storeLocation({ type: 'sqlite', filePath: ' ' })).toEqual({ type: 'sqlite', path });
	});

	describe('on PostgreSQL', () => {
		const filled = { type: 'postgres', host: ' db.local ', database: 'crm', user: 'fabric' };

		it('is named by the fields of the credential, without blanks around them', () => {
			const more = { port: 5433, password: ' se cret ', ssl: 'verify', ca: '', schema: 'sync' };
			expect(storeLocation({ ...filled, ...more })).toEqual({
				type: 'postgres',
				host: 'db.local',
				port: 5433,
				database: 'crm',
				user: 'fabric',
				password: ' se cret ',
				ssl: 'verify',
				ca: undefined,
				schema: 'sync',
			});
		});

		it.each([
			['the database', { database: '' }, '"Database" of the store is empty'],
			['the host', { host: ' ' }, '"Host" of the store is empty'],
			['a port', { port: 70_000 }, '"Port" of the store is no port'],
		])('says what is wrong with %s', (_what, change, message) => {
			expect(() => storeLocation({ ...filled, ...change })).toThrow(message);
		});

		it('says what to do when nobody answers there, and never tells the password', async () => {
			const credentials = { ...filled, host: '127.0.0.1', port: 1, password: 'hush-hush' };
			const failure: unknown = await fabricOf(new FakeTrigger({ credentials }).functions).catch(
				(error: unknown) => error,
			);
			expect(failure).toMatchObject({
				name: 'NodeOperationError',
				message: expect.stringContaining('cannot be reached'),
				description: expect.stringContaining('Check host and port'),
			});
			expect(JSON.stringify(failure)).not.toContain('hush-hush');
		});
	});

	it('says what to do when the path cannot be used', async () => {
		await expect(fabricOf(nodeWith('crm.sqlite'))).rejects.toMatchObject({
			message: expect.stringContaining('"File Path" of the store must be absolute'),
			description: expect.stringContaining('leave the field empty'),
		});
	});

	it('says what to do when the file is no database', async () => {
		const path = join(folder, 'notes.txt');
		writeFileSync(path, 'these are no tables, and long enough to be read as a page of a database');
		await expect(fabricOf(nodeWith(path))).rejects.toMatchObject({
			name: 'NodeOperationError',
			description: expect.stringContaining('credential'),
		});
	});
});
