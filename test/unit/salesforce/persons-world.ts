/** An org with person accounts, and Ada, who is one. For tests of the connector over HTTP. */
import { salesforce } from '../../../lib/connectors/salesforce';
import { connect } from '../../../lib/connectors/salesforce/client';
import type { FieldMap } from '../../../lib/model/field-map';
import type { DeliveryJob, DeliveryOutcome } from '../../../lib/model/delivery';
import type { CanonicalFields } from '../../../lib/model/fields';
import type { CrmRecord, Json } from '../../../lib/connectors/connector';
import type { Switches } from '../../simulators/salesforce';
import { job, openWorld, stopAll, type World } from './world';

export let world: World;

export async function setUp(
	settings: Record<string, Json> = {},
	switches: Partial<Switches> = {},
): Promise<void> {
	world = await openWorld({
		settings: { personAccounts: 'auto', ...settings },
		switches: { personAccounts: true, ...switches },
	});
}

export const rest = () => connect(world.context, { priority: 'live' });

export async function rows(soql: string): Promise<CrmRecord[]> {
	return (await rest().query(soql)).records as CrmRecord[];
}

export const ADA: CanonicalFields = {
	type: 'person',
	firstName: 'Ada',
	lastName: 'Hollis',
	jobTitle: 'Architect',
	background: 'Since 1998.',
	emails: [{ address: 'ada@hollis.example' }],
	phones: [{ number: '+12075550101', kind: 'work' }],
	addresses: [{ street: '1 Elm St', city: 'Bath', kind: 'home' }],
};

export const deliver = (change: Partial<DeliveryJob>): Promise<DeliveryOutcome> =>
	salesforce.deliver(world.context, job(world, change));

export const creation = (desired: CanonicalFields = ADA, change: Partial<DeliveryJob> = {}) => ({
	...{ operation: 'create' as const, desired, changes: desired },
	...change,
});

export function confirmed(outcome: DeliveryOutcome | undefined) {
	if (outcome?.status !== 'confirmed') throw new Error(JSON.stringify(outcome));
	return outcome;
}

export async function read(crmId: string, fieldMap: FieldMap = salesforce.defaultFieldMap) {
	const { signal } = new AbortController();
	const options = { fieldMap, crmIds: [crmId], signal };
	for await (const [event] of salesforce.readAll(world.context, options)) return event?.fields;
	return undefined;
}

export async function existing(): Promise<{ crmId: string; known: CanonicalFields }> {
	const { crmId } = confirmed(await deliver(creation()));
	return { crmId, known: (await read(crmId)) ?? {} };
}

export const writes = () =>
	world.requests
		.filter(({ method }) => method !== 'GET')
		.map(({ method, url }) => `${method} ${url.replace(/^.*v62\.0/, '')}`);

export const accountOf = async (crmId: string) =>
	(await rows(`SELECT AccountId FROM Contact WHERE Id = '${crmId}'`))[0]?.['AccountId'] as string;

export async function close(): Promise<void> {
	await stopAll();
	await world.sim.stop();
}
