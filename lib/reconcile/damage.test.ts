/** Reconcile of stores whose rows contradict each other or the CRMs. */
import fc from 'fast-check';
import { sameValue } from '../model/canonical';
import type { Shadow } from '../merge/shadow';
import { nonZero, Office, SYSTEMS } from '../../test/unit/support/office';

let office: Office;
beforeEach(async () => {
	office = await Office.open();
});
afterEach(() => office.hub.close());

/** Shadow of one record in the first system. */
async function damageShadow(change: (shadow: Shadow) => Shadow): Promise<void> {
	const address = { system: 'wealthbox', object: 'contact', crmId: 'p0' };
	await office.hub.tx(async (tx) => {
		const [shadow] = [...(await tx.registers.shadows([address])).values()];
		if (shadow === undefined) throw new Error('There is no shadow.');
		await tx.registers.saveShadows([{ ...address, shadow: change(shadow) }], office.hub.now);
	});
}

describe('rows that contradict each other', () => {
	const again = async (system = 'wealthbox') => {
		await office.crms.settle();
		expect(nonZero(await office.reconcile(system))).toEqual({});
	};

	test('a link without a shadow', async () => {
		await office.sql(`delete from shadows where system = 'wealthbox' and crm_id = 'p0'`);
		expect(nonZero(await office.reconcile('wealthbox'))).toEqual({ linkWithoutShadow: 1 });
		await again();
	});

	test('a shadow without a link', async () => {
		await office.sql(`delete from links where system = 'wealthbox' and crm_id = 'p0'`);
		expect(nonZero(await office.reconcile('wealthbox'))).toMatchObject({ shadowWithoutLink: 1 });
		await again();
		expect(await office.hub.fabric.desk.findEntity('wealthbox', 'p0')).toMatchObject({
			unifiedId: 'U1001',
		});
	});

	test('a shadow without a link, of a record that is no more', async () => {
		await office.sql(`delete from links where system = 'wealthbox' and crm_id = 'p0'`);
		office.crms.of('wealthbox').delete('p0');
		const report = await office.reconcile('wealthbox');
		expect(nonZero(report)).toMatchObject({ shadowWithoutLink: 1 });
		expect(await office.sql(`select * from shadows where crm_id = 'p0'`)).toEqual([]);
	});

	test('a write under way that nobody makes', async () => {
		const inFlight = [{ value: 'CFO', from: 'CTO' }];
		await damageShadow((shadow) => {
			const known = shadow.fields['jobTitle'] ?? { value: 'CFO', seenAt: 1 };
			return { ...shadow, fields: { ...shadow.fields, jobTitle: { ...known, inFlight } } };
		});
		expect(nonZero(await office.reconcile('wealthbox'))).toMatchObject({ stuckFlight: 1 });
		await office.pumpAndDeliver();
		await again();
	});

	test('a delivery of a record that belongs to nobody', async () => {
		await office.hub.tx((tx) =>
			tx.deliveries.open(
				[
					{
						system: 'wealthbox',
						object: 'contact',
						target: 'stray',
						crmId: 'stray',
						entityId: 'U9999',
						operation: 'update',
						priority: 0,
						syncOrigin: 'x',
						nextAt: office.hub.now,
					},
				],
				office.hub.now,
			),
		);
		expect(nonZero(await office.reconcile('wealthbox'))).toEqual({ strayDelivery: 1 });
		await again();
	});

	test('keys of nobody', async () => {
		await office.sql(
			`insert into identity_keys (key, entity_id, system, object, crm_id) values ('email:x', 'U9999', 'wealthbox', 'contact', 'stray')`,
		);
		expect(nonZero(await office.reconcile('wealthbox'))).toEqual({ strayKeys: 1 });
		await again();
	});
});

describe('after random damage', () => {
	const damage = fc.array(
		fc.record({
			what: fc.constantFrom('shadow', 'noShadow', 'noDelivery', 'edit', 'gone', 'noLink', 'keys'),
			system: fc.constantFrom(...SYSTEMS),
			at: fc.nat({ max: 2 }),
			value: fc.constantFrom('CFO', 'CEO', 'X', null),
		}),
		{ minLength: 1, maxLength: 6 },
	);
	type Damage = typeof damage extends fc.Arbitrary<Array<infer One>> ? One : never;

	async function apply({ what, system, at, value }: Damage): Promise<void> {
		const crmId = [...office.crms.of(system).keys()][at];
		if (crmId === undefined) return;
		const where = 'system = ? and crm_id = ?';
		if (what === 'edit') office.crms.edit(system, crmId, { jobTitle: value });
		else if (what === 'gone') office.crms.of(system).delete(crmId);
		else if (what === 'noShadow')
			await office.sql(`delete from shadows where ${where}`, system, crmId);
		else if (what === 'noLink') await office.sql(`delete from links where ${where}`, system, crmId);
		else if (what === 'keys') {
			await office.sql(`update identity_keys set entity_id = 'U77' where ${where}`, system, crmId);
		} else if (what === 'noDelivery') {
			office.crms.edit(system, crmId, { status: value });
			await office.crms.read(system);
			await office.sql(`delete from deliveries where state = 'open'`);
		} else await alterShadow(system, crmId, value);
	}

	async function alterShadow(system: string, crmId: string, value: string | null): Promise<void> {
		const address = { system, object: 'contact', crmId };
		await office.hub.tx(async (tx) => {
			const [shadow] = [...(await tx.registers.shadows([address])).values()];
			const known = shadow?.fields['jobTitle'];
			if (shadow === undefined || known === undefined) return;
			const fields = { ...shadow.fields, jobTitle: { ...known, value } };
			await tx.registers.saveShadows(
				[{ ...address, shadow: { ...shadow, fields } }],
				office.hub.now,
			);
		});
	}

	test('a dry run changes nothing and tells what a real one finds; then everything agrees again', async () => {
		const found: Record<string, number> = {};
		await fc.assert(
			fc.asyncProperty(damage, async (damages) => {
				await office.hub.close();
				office = await Office.open();
				for (const one of damages) {
					office.hub.now += 1_000;
					await apply(one);
				}
				office.hub.now += 1_000;
				for (const system of SYSTEMS) {
					const before = await office.fingerprint();
					const dry = await office.reconcile(system, { dryRun: true });
					expect(await office.fingerprint()).toBe(before);
					const real = await office.reconcile(system);
					expect({ ...dry.counts }).toEqual({ ...real.counts });
					expect(dry.samples).toEqual(real.samples);
					for (const [name, count] of Object.entries(nonZero(real))) {
						found[name] = (found[name] ?? 0) + count;
					}
				}
				await office.pumpAndDeliver();
				office.hub.now += 10_000;
				await office.pumpAndDeliver();
				office.hub.now += 10_000;
				for (const system of SYSTEMS) expect(nonZero(await office.reconcile(system))).toEqual({});
				await expectAgreement();
				expect(await office.hub.fabric.history.verifyAudit()).toMatchObject({ ok: true });
			}),
			{ numRuns: 20 },
		);
		expect(Object.keys(found)).toEqual(
			expect.arrayContaining(['missedEdit', 'lostDelivery', 'gone']),
		);
	});

	async function expectAgreement(): Promise<void> {
		for (let number = 1001; ; number += 1) {
			const client = await office.hub.fabric.desk.findEntity(`U${number}`);
			if (client === undefined) return;
			for (const link of client.links.filter(({ state }) => state === 'active')) {
				const held = office.crms.of(link.system).get(link.crmId)?.fields;
				// What no register speaks of is nobody's wish: a CRM may have it of itself.
				for (const field of ['jobTitle', 'status'].filter((name) => name in client.fields)) {
					const same = sameValue(field, held?.[field], client.fields[field]);
					expect(same ? field : { link, field, held, wanted: client.fields }).toBe(field);
				}
			}
		}
	}
});
