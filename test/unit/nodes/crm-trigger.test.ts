import type { ITriggerResponse } from 'n8n-workflow';
import { CrmError } from '../../../lib/connectors/connector';
import { AuthenticationFailure, HttpFailure } from '../../../lib/connectors/http';
import type { Fabric } from '../../../lib/fabric';
import { startCrmTrigger } from '../../../nodes/shared/crm-trigger';
import { FakeTrigger, settle, type FakeTriggerOptions } from './fake-trigger';
import { batch, changeOf, World } from './world';

const SYSTEM = 'wealthbox';

/** All that jest could take in hand but setTimeout and clearTimeout. */
const REAL = [
	'Date',
	'nextTick',
	'performance',
	'queueMicrotask',
	'setImmediate',
	'clearImmediate',
] as const;

describe('CRM trigger', () => {
	let world: World;
	let open: Array<{ n8n: FakeTrigger; response: ITriggerResponse }>;

	beforeEach(async () => {
		world = await World.open();
		open = [];
	});

	afterEach(async () => {
		for (const { n8n, response } of open) {
			n8n.endAll();
			await response.closeFunction?.();
		}
		await world.close();
	});

	async function start(options: FakeTriggerOptions = {}, fabric: Fabric = world.fabric) {
		const n8n = new FakeTrigger(options);
		const response = await startCrmTrigger(n8n.functions, SYSTEM, fabric);
		const started = { n8n, response };
		open.push(started);
		await settle();
		return started;
	}

	const accept = async (...ids: string[]) =>
		await world.fabric.accept(SYSTEM, batch(ids.map((id) => changeOf(SYSTEM, id))));
	const states = async () => {
		const { inbox } = await world.fabric.desk.metrics();
		return Object.fromEntries(inbox.map(({ state, count }) => [state, count]));
	};

	it('says in the log what is wrong with the mapping of its panel', async () => {
		const field = { type: 'string', readOnly: false, required: false, custom: false } as const;
		world.fields = world
			.connector(SYSTEM)
			.defaultFieldMap.map(({ crmField: name }) => ({ ...field, name, label: name }));
		world.fields.push({ ...field, name: 'desk', label: 'Desk', required: true });
		const { n8n } = await start();
		await world.fabric.mappings.get({ system: SYSTEM, object: 'contact' });
		await settle();
		expect(n8n.warnings).toEqual([expect.stringContaining('"Desk" is required for new records')]);
	});

	it('says in the log what counts beside its panel, and what its panel has replaced', async () => {
		const asked = { system: SYSTEM, object: 'contact' as const };
		await start();
		const [first, ...others] = world.connector(SYSTEM).defaultFieldMap;
		if (first === undefined) throw new Error('The default map is empty.');
		const map = [{ ...first, field: 'custom.a' }, ...others];
		await world.fabric.mappings.save({ ...asked, map, by: 'Robin', note: 'As agreed' });
		const who = /version 2 of the mapping \(Contact\), saved by Robin on .* UTC: "As agreed"/;
		const again = await start();
		expect(again.n8n.warnings).toEqual([
			expect.stringMatching(`shows something else for ${first.crmField} than `),
		]);
		expect(again.n8n.warnings[0]).toMatch(who);

		const rows = [first, ...others].map(({ crmField, field }) => [crmField, field]);
		const value = { ...Object.fromEntries(rows), [first.crmField]: 'custom.b' };
		const changed = await start({
			parameters: { fieldMapping: 'custom', customFieldMap: { value } },
		});
		expect(changed.n8n.warnings).toEqual([
			expect.stringMatching(`The trigger's panel replaces ${first.crmField} of `),
		]);
		expect(changed.n8n.warnings[0]).toMatch(who);
		expect((await world.fabric.mappings.get(asked)).version).toMatchObject({
			...{ version: 3, origin: 'panel' },
			map: expect.arrayContaining([{ ...first, field: 'custom.b' }]),
		});
	});

	it('registers the system with the defaults of its connector', async () => {
		await start();
		expect(await world.fabric.systems()).toMatchObject([
			{
				name: SYSTEM,
				connector: SYSTEM,
				priority: 20,
				creates: true,
				gonePolicy: 'unlink',
				fieldMap: world.connector(SYSTEM).defaultFieldMap,
				settings: world.connector(SYSTEM).defaultSettings,
			},
		]);
	});

	it('takes what the change source read into the inbox and emits it as one execution', async () => {
		const { n8n } = await start();
		const source = world.sources[0];
		expect(source?.options).toMatchObject({ cursor: null, start: 'everything' });
		await source?.options.commit(batch([changeOf(SYSTEM, '1'), changeOf(SYSTEM, '2')], 'there'));
		const { items } = await n8n.next();
		expect(items).toMatchObject([
			{ system: SYSTEM, crmId: '1', fields: { firstName: 'Ann' } },
			{ system: SYSTEM, crmId: '2' },
		]);
		expect(await world.fabric.cursor(SYSTEM)).toBe('there');
	});

	it('acknowledges only when the execution has ended well', async () => {
		const { n8n } = await start();
		await accept('1');
		const execution = await n8n.next();
		await settle();
		expect(await states()).toEqual({ emitted: 1 });
		execution.end('success');
		await settle();
		expect(await states()).toEqual({ filtered: 1 });
	});

	it('has one batch in flight and holds the size of the panel', async () => {
		const { n8n } = await start({ parameters: { options: { batchSize: 2 } } });
		await accept('1', '2', '3');
		const first = await n8n.next();
		await accept('4');
		await settle();
		expect(n8n.executions).toHaveLength(1);
		expect(first.items.map(({ crmId }) => crmId)).toEqual(['1', '2']);
		first.end('success');
		const second = await n8n.next();
		expect(second.items.map(({ crmId }) => crmId)).toEqual(['3', '4']);
	});

	it.each(['error', 'crashed', 'canceled', 'waiting', undefined] as const)(
		'emits again, after a pause, what an execution that ended with %s left',
		async (status) => {
			const { n8n } = await start();
			await accept('1');
			(await n8n.next()).end(status);
			await settle();
			expect(n8n.executions).toHaveLength(1);
			expect(await states()).toEqual({ pending: 1 });
			world.at += 60_000;
			world.fabric.signals.emit(`events:${SYSTEM}`);
			const again = await n8n.next();
			expect(again.items).toMatchObject([{ crmId: '1' }]);
			expect(n8n.warnings).toHaveLength(1);
		},
	);

	it('emits again when n8n could not start the execution', async () => {
		const { n8n } = await start();
		await accept('1');
		(await n8n.next()).refuse(new Error('no room'));
		await settle();
		world.at += 60_000;
		expect((await n8n.next()).items).toMatchObject([{ crmId: '1' }]);
	});

	it('makes a dead letter of an event whose executions always fail', async () => {
		const { n8n } = await start();
		await accept('1');
		const TRIES = 8;
		for (let attempt = 0; attempt < TRIES; attempt += 1) {
			(await n8n.next()).end('error');
			await settle();
			world.at += 3_600_000;
			world.fabric.signals.emit(`events:${SYSTEM}`);
		}
		await settle();
		expect(await states()).toEqual({ dead: 1 });
		const [letter] = await world.fabric.desk.deadLetters('open', 10);
		expect(letter?.reason).toContain('at the node "Field Merge"');
	});

	it('emits again what a process that is gone had on the canvas', async () => {
		const before = await start();
		await accept('1');
		await before.n8n.next();
		const { n8n } = await start({}, world.restarted());
		world.at += 60_000;
		expect((await n8n.next()).items).toMatchObject([{ crmId: '1' }]);
	});

	it('ends source, loops and waiting when it is closed', async () => {
		const { n8n, response } = await start();
		await accept('1');
		const execution = await n8n.next();
		const closing = response.closeFunction?.();
		await settle();
		expect(world.sources[0]?.options.signal.aborted).toBe(true);
		execution.end('success');
		await closing;
		expect(await states()).toEqual({ filtered: 1 });
		expect(world.fabric.signals.listenerCount(`events:${SYSTEM}`)).toBe(0);
		await accept('2');
		await settle();
		expect(n8n.executions).toHaveLength(1);
	});

	it('starts although the CRM cannot be reached, and says so', async () => {
		world.check = async () =>
			await Promise.reject(new HttpFailure('the CRM could not be reached', 'refused'));
		const { n8n } = await start();
		expect(world.sources).toHaveLength(1);
		expect(n8n.warnings).toEqual([expect.stringContaining('cannot be reached')]);
	});

	it.each([
		[
			'a refused credential',
			new AuthenticationFailure('The CRM refused the credential (401).'),
			/Wealthbox credential/,
		],
		[
			'a user without rights',
			new CrmError('this user may not read contacts', 403, '403'),
			/may not read contacts/,
		],
	])('does not start with %s, which only a person can mend', async (_, error, told) => {
		world.check = async () => await Promise.reject(error);
		await expect(start()).rejects.toThrow(told);
		expect(world.sources).toHaveLength(0);
		world.check = async () => await Promise.resolve();
		await start();
		expect(world.sources).toHaveLength(1);
	});

	it('refuses a name that belongs to an account of another CRM', async () => {
		await world.register('redtail');
		const parameters = { system: 'redtail' };
		await expect(start({ parameters })).rejects.toThrow('belongs to a redtail account already');
	});

	it('refuses a second reader of a system, and lets the same node replace itself', async () => {
		await start();
		await expect(start({ nodeId: 'node-2' })).rejects.toThrow('read by another trigger already');
		await start();
		expect(world.sources.map(({ options }) => options.signal.aborted)).toEqual([true, false]);
	});

	it.each([
		[{ system: 'My CRM' }, "'System Name'"],
		[{ options: { connectorSettings: '[1]' } }, "'Connector Settings'"],
		[{ options: { minPollSeconds: 90, maxPollSeconds: 10 } }, "'Poll Every (Busy)'"],
		[{ fieldMapping: 'custom' }, "'Custom Field Mapping'"],
	])('names the field of the panel that cannot be used: %j', async (parameters, told) => {
		await expect(start({ parameters })).rejects.toThrow(told);
	});

	it('gives the connector what the panel says', async () => {
		const parameters = {
			system: 'wealthbox-east',
			start: 'now',
			options: {
				minPollSeconds: 1,
				callsPerMinute: 30,
				priority: 7,
				creates: false,
				gonePolicy: 'deadLetter',
				deletePolicy: 'archive',
				archiveField: 'contact_type',
				archiveValue: 'Past Client',
				archiveIsRemoval: true,
				mostRemovals: 5,
				mostCreates: 0,
				connectorSettings: '{"overlapSeconds": 300, "noSuchSetting": 1}',
			},
		};
		await start({ parameters });
		const [system] = await world.fabric.systems();
		const told = {
			...{ minPollSeconds: 1, overlapSeconds: 300, callsPerWindow: 30, windowSeconds: 60 },
			...{ archiveField: 'contact_type', archiveValue: 'Past Client', archiveIsRemoval: true },
		};
		expect(system).toMatchObject({
			name: 'wealthbox-east',
			priority: 7,
			creates: false,
			gonePolicy: 'deadLetter',
			deletePolicy: 'archive',
			limits: { creates: 0, changes: 2_000, removals: 5 },
			settings: told,
		});
		expect(system?.settings).not.toHaveProperty('noSuchSetting');
		expect(world.sources[0]?.options.start).toBe('now');
		expect(world.sources[0]?.context.settings).toMatchObject(told);
		expect(world.sources[0]?.context.budget.state().available).toBe(30);
	});

	describe('over hours', () => {
		beforeEach(() => void jest.useFakeTimers({ doNotFake: [...REAL] }));
		afterEach(() => void jest.useRealTimers());

		it('shows a refused credential once and goes on trying', async () => {
			const { n8n } = await start();
			const refused = new AuthenticationFailure('The CRM refused the credential (401).');
			for (let tries = 1; tries <= 3; tries += 1) {
				expect(world.sources).toHaveLength(tries);
				world.sources[tries - 1]?.fail(refused);
				await settle();
				await jest.advanceTimersByTimeAsync(300_000);
				await settle();
			}
			expect(n8n.failed.map(({ message }) => message)).toEqual([
				expect.stringMatching(/did not accept the credential.*sign in again/),
			]);
			world.sources[3]?.options.onState({ status: 'running' });
			world.sources[3]?.fail(refused);
			await settle();
			expect(n8n.failed).toHaveLength(2);
		});

		it('starts the source again after any other fault, without a failed execution', async () => {
			const { n8n } = await start();
			world.sources[0]?.fail(new Error('a fault of ours'));
			await settle();
			await jest.advanceTimersByTimeAsync(1_000);
			await settle();
			expect(world.sources).toHaveLength(2);
			expect(n8n.failed).toHaveLength(0);
		});

		it('takes an execution that never ends for failed', async () => {
			const { n8n } = await start({ parameters: { options: { executionTimeoutMinutes: 3 } } });
			await accept('1');
			await n8n.next();
			await settle();
			await jest.advanceTimersByTimeAsync(179_000);
			await settle();
			expect(await states()).toEqual({ emitted: 1 });
			await jest.advanceTimersByTimeAsync(1_000);
			await settle();
			expect(await states()).toEqual({ pending: 1 });
			expect(n8n.warnings.join()).toContain('had not ended after 3 minutes');
		});

		it('leaves the batch to the next start if the execution outlives the closing', async () => {
			const { n8n, response } = await start();
			await accept('1');
			await n8n.next();
			const closing = response.closeFunction?.();
			await jest.advanceTimersByTimeAsync(5_000);
			await closing;
			expect(await states()).toEqual({ emitted: 1 });
		});
	});

	it('shows a sample in the editor without touching inbox, cursor or registration', async () => {
		const contact = {
			id: 7,
			first_name: 'Ann',
			type: 'Person',
			updated_at: '2026-01-02 10:00 AM +0000',
		};
		const request = async () =>
			await Promise.resolve({
				statusCode: 200,
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify({ contacts: [contact], meta: { total_count: 1, total_pages: 1 } }),
			});
		const credentials = { baseUrl: 'https://crm.example/v1' };
		const { n8n, response } = await start({ mode: 'manual', request, credentials });
		expect(n8n.executions).toHaveLength(0);
		await response.manualTriggerFunction?.();
		const { items } = await n8n.next();
		expect(items).toMatchObject([
			{ crmId: '7', editedAt: '2026-01-02T10:00:00.000Z', fields: { firstName: 'Ann' } },
		]);
		expect(world.sources).toHaveLength(0);
		expect(await world.fabric.systems()).toEqual([]);
		expect(await world.fabric.cursor(SYSTEM)).toBeNull();
		expect(await states()).toEqual({});
	});
});
