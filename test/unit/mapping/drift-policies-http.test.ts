/**
 * What becomes of a field that has drifted, by each policy, in each CRM over real HTTP: of contacts, and
 * of another object.
 */
import type { DriftPolicy } from '../../../lib/model/mapping';
import type { FieldMapping } from '../../../lib/model/field-map';
import { rowValue } from '../../../nodes/shared/mapping/row-values';
import { defaultMap } from '../../../nodes/shared/trigger/field-map';
import type { Simulator } from '../../simulators/simulator';
import { ADA, CRMS, EMAIL, PLAIN, type Crm } from './drifting-crms';
import { OfficeAndCrm, type Panel } from './office-and-crm';

const MAIL = [{ address: EMAIL, primary: true }];

describe.each(CRMS)('$kind: a field has drifted', (crm) => {
	let simulator: Simulator;
	let world: OfficeAndCrm;

	async function begin(policy: DriftPolicy, parameters: Panel['parameters'] = {}): Promise<void> {
		simulator = await crm.start({ contacts: [PLAIN], switches: crm.switches });
		world = await OfficeAndCrm.open(simulator, crm.rows, {
			parameters,
			options: { driftPolicy: policy },
		});
		const isRead = async () => (await world.client()).lastName !== undefined;
		await world.until('the contact was read', isRead);
		await world.edit({ ...ADA, emails: MAIL });
	}
	afterEach(async () => {
		await world.close();
		await simulator.stop();
	});

	const job: FieldMapping = { field: 'jobTitle', crmField: crm.job, direction: 'both' };
	const tier: FieldMapping = { field: 'custom.tier', crmField: crm.after, direction: 'both' };
	const drifts = () => world.fabric.mappings.drifts(crm.kind);
	const newest = async (object = 'contact' as Crm['other']['object']) =>
		(await world.fabric.mappings.get({ system: crm.kind, object })).version;
	const described = (object = 'contact' as Crm['other']['object']) =>
		world.until('the fields were looked at', async () => {
			const view = await world.fabric.mappings.get({ system: crm.kind, object });
			return view.describedAt !== null;
		});
	const noDeadLetters = async () =>
		expect(await world.fabric.desk.deadLetters(undefined, 10)).toEqual([]);
	/** The panel's rows with the custom field under its new name. */
	const mended = () =>
		Object.fromEntries(
			Object.entries(crm.rows).map(([name, row]) => [name === crm.before ? crm.after : name, row]),
		);

	describe('of contacts', () => {
		it('fail: writes nothing at all until it is mended, and shows a failed execution', async () => {
			await begin('fail');
			await described();
			await world.admin(...crm.rename);
			await world.until('the drift was noticed', async () => (await drifts()).length > 0);
			await world.until('it was shown', () => world.failures.length > 0);
			expect(world.failures.join()).toContain(`(${crm.before}) of ${crm.kind} is gone`);
			await world.edit({ 'custom.tier': 'Bronze', jobTitle: 'Director' });
			expect(await world.deliver()).toEqual([]);
			expect(await world.read([job])).not.toMatchObject({ jobTitle: 'Director' });

			// Reading goes on.
			const [person] = simulator.people.list();
			simulator.people.edit(person?.id ?? '', { companyName: 'Quill Ltd' });
			await world.publish(mended());
			await world.delivered({ 'custom.tier': 'Bronze', jobTitle: 'Director' }, [job, tier]);
			expect(await drifts()).toEqual([]);
			await noDeadLetters();
		});

		it('drop: goes on without it in a version of its own, and takes it up when it is mapped anew', async () => {
			await begin('drop');
			await described();
			await world.admin(...crm.rename);
			await world.until('the drift was noticed', async () => (await newest()).origin === 'drift');
			expect(await drifts()).toEqual([]);
			expect((await newest()).map).toContainEqual(
				expect.objectContaining({ crmField: crm.before, direction: 'off' }),
			);
			expect(world.warnings.join()).toContain('It is not synced any more.');
			await world.edit({ 'custom.tier': 'Bronze', jobTitle: 'Director' });
			expect(await world.deliver()).toEqual([['jobTitle']]);

			// The same panel again does not bring it back.
			await world.publish(crm.rows);
			expect((await newest()).origin).toBe('drift');
			await world.publish(mended());
			await world.delivered({ 'custom.tier': 'Bronze' }, [tier]);
			await noDeadLetters();
		});
	});

	describe('of another object', () => {
		const { object, crmField, field, row, drift, kind } = crm.other;
		const isHeldOut = kind === 'valuesLost';

		/** The object is chosen, and mapped field by field if its default map lacks the field. */
		async function start(policy: DriftPolicy): Promise<void> {
			const { connector } = await import(`../../../lib/connectors/${crm.kind}`).then(
				(module: Record<string, unknown>) => ({ connector: module[crm.kind] as never }),
			);
			const objects = ['contact' as const, object];
			const rows = defaultMap(connector, object, objects).map((one): [string, string] => [
				one.crmField,
				rowValue(one.field, one.direction),
			]);
			await begin(policy, {
				objects,
				...(row !== undefined && {
					mappedObjects: objects,
					[`${object}FieldMap`]: { value: { ...Object.fromEntries(rows), ...row } },
				}),
			});
			expect((await newest(object)).map).toContainEqual(
				expect.objectContaining({ object, crmField, field }),
			);
			await described(object);
			await world.admin(...drift);
		}
		const noticed = () =>
			world.until('the drift was noticed', async () => (await drifts()).length > 0);
		async function contactsGoOn(): Promise<void> {
			await world.edit({ jobTitle: 'Director' });
			await world.delivered({ jobTitle: 'Director' }, [job]);
		}

		it('hold: it is held, and contacts go on', async () => {
			await start('hold');
			await noticed();
			expect(await drifts()).toMatchObject([{ object, crmField, kind, policy: 'hold' }]);
			const [system] = (await world.fabric.systems()).filter(({ name }) => name === crm.kind);
			expect(system?.holds).toMatchObject([
				{ object, field, crmField, side: isHeldOut ? 'out' : 'both' },
			]);
			await contactsGoOn();
			await noDeadLetters();
		});

		it('fail: nothing is written to the system, contacts neither', async () => {
			await start('fail');
			await noticed();
			await world.until('it was shown', () => world.failures.length > 0);
			expect(world.failures.join()).toContain(`(${crmField}) of ${crm.kind}`);
			await world.edit({ jobTitle: 'Director' });
			expect(await world.deliver()).toEqual([]);
			const { map } = await newest(object);
			await world.fabric.mappings.save({
				...{ system: crm.kind, object, force: true },
				map: map.filter((one) => one.crmField !== crmField),
			});
			await world.delivered({ jobTitle: 'Director' }, [job]);
			await noDeadLetters();
		});

		it('drop: that object goes on without it, and contacts go on', async () => {
			await start('drop');
			await world.until('the drift was noticed', async () => {
				return (await newest(object)).origin === 'drift';
			});
			expect((await newest(object)).map).toContainEqual(
				expect.objectContaining({ object, crmField, direction: isHeldOut ? 'in' : 'off' }),
			);
			expect((await newest()).origin).toBe('panel');
			expect(await drifts()).toEqual([]);
			await contactsGoOn();
			await noDeadLetters();
		});
	});
});
