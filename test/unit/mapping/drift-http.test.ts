/**
 * A renamed custom field and a removed picklist value in each CRM, over real HTTP: noticed within one
 * cycle of the trigger, reported, repaired in the mapper, and what was held meanwhile delivered.
 */
import type { FieldMap, FieldMapping } from '../../../lib/model/field-map';
import {
	startRedtailSimulator,
	startSalesforceSimulator,
	startWealthboxSimulator,
} from '../../simulators';
import type { Simulator, SimulatorOptions } from '../../simulators/simulator';
import { OfficeAndCrm, type Kind } from './office-and-crm';

const ADA = { type: 'person' as const, firstName: 'Ada', lastName: 'Quill' };
const EMAIL = 'ada@quill.example';
const PLAIN = { ...ADA, emails: [{ address: EMAIL, primary: true }] };

interface Crm {
	kind: Kind;
	start: (options: SimulatorOptions) => Promise<Simulator>;
	switches?: Record<string, unknown>;
	/** Rows of the trigger's resource mapper. */
	rows: Record<string, string>;
	job: string;
	/** The custom field, under another name or id after it was renamed. */
	before: string;
	after: string;
	rename: [method: string, path: string, body: unknown];
	/** A field with a list of values, and one of them that is removed. */
	picklist: { field: string; crmField: string };
	remove: [method: string, path: string, body?: unknown];
	giveBack: [method: string, path: string, body?: unknown];
	/** Held first, lost, and what is written instead. */
	values: { first: string; lost: string; instead: string };
}

const NAMES = { first_name: 'firstName', last_name: 'lastName', job_title: 'jobTitle' };
const TIERS = { first: 'Silver', lost: 'Gold', instead: 'Bronze' };

const CRMS: Crm[] = [
	{
		kind: 'wealthbox',
		start: startWealthboxSimulator,
		switches: { throttle: false },
		rows: { ...NAMES, email_addresses: 'emails', 'custom_fields.41': 'custom.tier' },
		job: 'job_title',
		before: 'custom_fields.41',
		after: 'custom_fields.51',
		rename: ['PATCH', '/fields/41', { newId: 51, name: 'Client tier' }],
		picklist: { field: 'custom.tier', crmField: 'custom_fields.51' },
		remove: ['PATCH', '/fields/51', { options: ['Silver', 'Bronze'] }],
		giveBack: ['PATCH', '/fields/51', { options: ['Silver', 'Bronze', 'Gold'] }],
		values: TIERS,
	},
	{
		kind: 'redtail',
		start: startRedtailSimulator,
		rows: { ...NAMES, emails: 'emails', category: 'category', 'udfs.12': 'custom.tier' },
		job: 'job_title',
		before: 'udfs.12',
		after: 'udfs.32',
		rename: ['PATCH', '/fields/12', { newId: 32, name: 'Client tier' }],
		picklist: { field: 'category', crmField: 'category' },
		remove: ['DELETE', '/lists/contact_categories/Vendor'],
		giveBack: ['POST', '/lists/contact_categories/Vendor'],
		values: { first: 'Client', lost: 'Vendor', instead: 'Prospect' },
	},
	{
		kind: 'salesforce',
		start: startSalesforceSimulator,
		switches: { statusValues: ['Gold', 'Silver', 'Bronze'] },
		rows: {
			...{ FirstName: 'firstName', LastName: 'lastName', Title: 'jobTitle' },
			...{ Email: 'emails.primary', Client_Status__c: 'custom.tier' },
		},
		job: 'Title',
		before: 'Client_Status__c',
		after: 'Client_Tier__c',
		rename: [
			'PATCH',
			'/fields/Contact/Client_Status__c',
			{ name: 'Client_Tier__c', label: 'Client Tier' },
		],
		picklist: { field: 'custom.tier', crmField: 'Client_Tier__c' },
		remove: ['PATCH', '/fields/Contact/Client_Tier__c', { values: ['Silver', 'Bronze'] }],
		giveBack: ['PATCH', '/fields/Contact/Client_Tier__c', { values: ['Silver', 'Bronze', 'Gold'] }],
		values: TIERS,
	},
];

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
