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
		expect(storeLocation({ filePath: ' ' }).path).toBe(join(n8nFolder(), 'crm-fabric.sqlite'));
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
