import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { iso, registration, snapshot, START } from '../test/unit/support/hub';
import { memoryConnector } from '../test/unit/support/memory-connector';
import { steadyClock } from './clock';
import { Fabric } from './fabric';
import type { CanonicalFields } from './model/fields';
import { openSqlite } from './store/sqlite/dialect';
import { Store } from './store/store';

const HOUR = 3_600_000;

test('whatever the host\u2019s clock does, time never goes back and never stands still for long', () => {
	const step = fc.oneof(fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: -1e7, max: 1e7 }));
	fc.assert(
		fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
			let real = START;
			const clock = steadyClock(() => real);
			let before = clock.now();
			for (const by of steps) {
				real += by;
				const jumped = clock.now();
				expect(jumped).toBeGreaterThanOrEqual(Math.max(before, real));
				real += 5;
				expect(clock.now()).toBeGreaterThanOrEqual(jumped);
				real += 5;
				before = clock.now();
				expect(before).toBeGreaterThanOrEqual(jumped + 5);
			}
		}),
	);
});

test('it is the host\u2019s time again once that has caught up', () => {
	let real = START;
	const clock = steadyClock(() => real);
	clock.raise(START + HOUR);
	real += 1_000;
	expect(clock.now()).toBe(START + HOUR);
	real += 1_000;
	expect(clock.now()).toBe(START + HOUR + 1_000);
	real = START + 2 * HOUR;
	expect(clock.now()).toBe(real);
});

describe('a host whose clock jumps back three hours', () => {
	const folder = mkdtempSync(join(tmpdir(), 'crm-fabric-clock-'));
	afterAll(() => rmSync(folder, { recursive: true }));
	const ADA: CanonicalFields = { firstName: 'Ada', lastName: 'Hale', jobTitle: 'CFO' };
	let real = START;

	/** As a process that starts on the store does. */
	async function start() {
		const clock = steadyClock(() => real);
		const store = await Store.open(openSqlite(join(folder, 'store.db')));
		clock.raise(await store.newestTime());
		const connector = memoryConnector('memory');
		const fabric = new Fabric(store, new Map([[connector.kind, connector]]), clock);
		return { fabric, now: clock.now };
	}
	type Running = Awaited<ReturnType<typeof start>>;

	/** Reads the record as it is now, and takes it through the canvas. */
	async function read({ fabric, now }: Running, system: string, jobTitle: string) {
		const crmId = system === 'wealthbox' ? '1' : 'r1';
		const externalKeys: Record<string, string> = system === 'wealthbox' ? {} : { fabric: 'U1001' };
		const vendor = { editedAt: iso(real), externalKeys };
		const event = snapshot(system, crmId, { ...ADA, jobTitle }, { at: now(), ...vendor });
		await fabric.accept(system, { events: [event], cursor: null, complete: true });
		const batch = await fabric.nextEvents(system, 9);
		const events = (batch?.items ?? []).map((item) => item.event);
		await fabric.resolve(events);
		const merged = await fabric.merge(events, []);
		await fabric.finishEvents(system, batch?.id ?? '', { ok: true });
		return merged.map(({ outcome }) => outcome);
	}

	test('loses no edit, neither while it runs nor after a restart', async () => {
		let running = await start();
		for (const [index, name] of ['wealthbox', 'redtail'].entries()) {
			await running.fabric.registerSystem(registration(name, index));
		}
		await read(running, 'wealthbox', 'CFO');
		await read(running, 'redtail', 'CFO');
		for (const [system, title, jump] of [
			['wealthbox', 'CEO', -3 * HOUR],
			['redtail', 'COO', 60_000],
			['wealthbox', 'CMO', -HOUR],
		] as const) {
			real += jump;
			if (title !== 'CEO') {
				await running.fabric.close();
				running = await start();
			}
			expect(await read(running, system, title)).toEqual(['applied']);
			const client = await running.fabric.desk.findEntity('U1001');
			expect(client?.fields['jobTitle']).toBe(title);
			real += 1_000;
			const other = system === 'wealthbox' ? 'redtail' : 'wealthbox';
			const [job] = await running.fabric.claim(other, 9);
			expect(job?.changes).toEqual({ jobTitle: title });
			await running.fabric.recordResults([
				{
					deliveryId: job?.deliveryId ?? 0,
					claimToken: job?.claimToken ?? '',
					outcome: {
						status: 'confirmed',
						crmId: job?.crmId ?? '',
						known: { jobTitle: title },
						confirmedAt: iso(running.now()),
						calls: 1,
					},
				},
			]);
			real += 1_000;
		}
		await running.fabric.close();
	});
});
