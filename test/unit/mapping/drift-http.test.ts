/**
 * A renamed custom field and a removed picklist value in each CRM, over real HTTP: noticed within one
 * cycle of the trigger, reported, repaired in the mapper, and what was held meanwhile delivered.
 */
import type { FieldMap, FieldMapping } from '../../../lib/model/field-map';
import type { Simulator } from '../../simulators/simulator';
import { ADA, CRMS, EMAIL, PLAIN } from './drifting-crms';
import { OfficeAndCrm } from './office-and-crm';

describe.each(CRMS)('$kind: its fields drift', (crm) => {
	let simulator: Simulator;
	let world: OfficeAndCrm;

	beforeEach(async () => {
		simulator = await crm.start({ contacts: [PLAIN], switches: crm.switches });
		world = await OfficeAndCrm.open(simulator, crm.rows);
		await world.until(
			'the contact was read',
			async () => (await world.client()).lastName !== undefined,
		);
		await world.edit({ ...ADA, emails: [{ address: EMAIL, primary: true }] });
	});
	afterEach(async () => {
		await world.close();
		await simulator.stop();
	});

	const job: FieldMapping = { field: 'jobTitle', crmField: crm.job, direction: 'both' };
	const tierIn = (crmField: string): FieldMapping => ({
		...{ field: 'custom.tier', crmField, direction: 'both' },
	});
	const drifts = () => world.fabric.mappings.drifts(crm.kind);
	const described = () =>
		world.until('the fields were looked at', async () => {
			const view = await world.fabric.mappings.get({ system: crm.kind, object: 'contact' });
			return view.describedAt !== null;
		});
	const noDeadLetters = async () =>
		expect(await world.fabric.desk.deadLetters(undefined, 10)).toEqual([]);
	const audited = async (kind: string) =>
		(await world.fabric.desk.audit({ limit: 100 })).filter((row) => row.kind === kind);

	/** The panel's rows with the custom field under its new name. */
	const mended = () =>
		Object.fromEntries(
			Object.entries(crm.rows).map(([name, row]) => [name === crm.before ? crm.after : name, row]),
		);

	async function rename(): Promise<void> {
		await described();
		await world.admin(...crm.rename);
		await world.until('the renamed field was noticed', async () => (await drifts()).length > 0);
	}

	it('notices a renamed custom field, holds it, and delivers it once it is mapped anew', async () => {
		await world.edit({ 'custom.tier': crm.kind === 'redtail' ? 'Gold' : 'Silver' });
		const first = crm.kind === 'redtail' ? 'Gold' : 'Silver';
		await world.delivered({ 'custom.tier': first }, [tierIn(crm.before)]);

		await rename();
		expect(await drifts()).toMatchObject([
			{
				...{ system: crm.kind, object: 'contact', kind: 'renamed', policy: 'hold' },
				...{ crmField: crm.before, fields: ['custom.tier'] },
				suggestions: [{ crmField: crm.after }],
			},
		]);
		expect(world.warnings.join('\n')).toContain(crm.before);
		expect(await audited('drift')).toMatchObject([{ system: crm.kind, field: 'custom.tier' }]);

		// Somebody edits another field there: the field that is gone is not taken for cleared.
		const [person] = simulator.people.list();
		simulator.people.edit(person?.id ?? '', { jobTitle: 'Editor' });
		await world.until('the edit came in', async () => (await world.client()).jobTitle === 'Editor');
		expect(await world.client()).toMatchObject({ 'custom.tier': first });

		await world.edit({ 'custom.tier': 'Bronze', jobTitle: 'Director' });
		expect(await world.deliver()).toEqual([['jobTitle']]);
		expect(await world.read([job, tierIn(crm.after)])).toMatchObject({
			...{ jobTitle: 'Director', 'custom.tier': first },
		});

		await world.publish(mended());
		await world.delivered({ 'custom.tier': 'Bronze' }, [tierIn(crm.after)]);
		expect(await drifts()).toEqual([]);
		expect(await audited('driftEnd')).toHaveLength(1);
		expect(await world.client()).toMatchObject({ 'custom.tier': 'Bronze', jobTitle: 'Director' });
		expect(await world.deliver()).toEqual([]);
		await noDeadLetters();
	});

	it('notices a removed value of a list, holds what needs it, and delivers what the mapper says instead', async () => {
		await described();
		if (crm.picklist.crmField === crm.after) {
			await world.admin(...crm.rename);
			await world.publish(mended());
			await world.until('the new field is known', async () => (await drifts()).length === 0);
		}
		const { field, crmField } = crm.picklist;
		const { first, lost, instead } = crm.values;
		const list: FieldMapping = { field, crmField, direction: 'both' };
		await world.edit({ [field]: first });
		await world.delivered({ [field]: first }, [list]);

		await world.admin(...crm.remove);
		await world.until('the lost value was noticed', async () => (await drifts()).length > 0);
		expect(await drifts()).toMatchObject([
			{ kind: 'valuesLost', crmField, fields: [field], values: [lost], policy: 'hold' },
		]);

		await world.edit({ [field]: lost, jobTitle: 'Director' });
		expect(await world.deliver()).toEqual([['jobTitle']]);
		expect(await world.read([job, list])).toMatchObject({ jobTitle: 'Director', [field]: first });

		const asked = { system: crm.kind, object: 'contact' as const };
		const { version } = await world.fabric.mappings.get(asked);
		await world.fabric.mappings.save({ ...asked, map: withInstead(version.map), by: 'Robin' });
		await world.delivered({ [field]: instead }, [list]);
		expect(await drifts()).toEqual([]);
		// In the hub, and for the others, the client's value is what it was.
		expect(await world.client()).toMatchObject({ [field]: lost });
		expect(await world.deliver()).toEqual([]);
		await noDeadLetters();

		function withInstead(map: FieldMap): FieldMap {
			const values = [{ canonical: lost, crm: instead }];
			return map.map((mapping) =>
				mapping.crmField === crmField
					? {
							...mapping,
							transform: { kind: 'picklist' as const, values, unknown: 'keep' as const },
						}
					: mapping,
			);
		}
	});

	it('delivers what was held when the value is back', async () => {
		await described();
		if (crm.picklist.crmField === crm.after) {
			await world.admin(...crm.rename);
			await world.publish(mended());
			await world.until('the new field is known', async () => (await drifts()).length === 0);
		}
		const { field, crmField } = crm.picklist;
		const list: FieldMapping = { field, crmField, direction: 'both' };
		await world.admin(...crm.remove);
		await world.until('the lost value was noticed', async () => (await drifts()).length > 0);
		await world.edit({ [field]: crm.values.lost });
		expect(await world.deliver()).toEqual([]);
		await world.admin(...crm.giveBack);
		await world.delivered({ [field]: crm.values.lost }, [list]);
		expect(await drifts()).toEqual([]);
		await noDeadLetters();
	});
});
