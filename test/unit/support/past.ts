/** Random pasts of two clients in three CRMs, lived through a real hub; and what they come to. */
import fc from 'fast-check';
import { desiredFields } from '../../../lib/merge/register';
import { sameValue } from '../../../lib/model/canonical';
import type { CanonicalFields } from '../../../lib/model/fields';
import { TestHub } from './hub';
import { tinyConnector, TinyCrms } from './tiny-crms';

export const SYSTEMS = ['wealthbox', 'redtail', 'salesforce'];
export const mails = (...names: string[]) => names.map((name) => ({ address: `${name}@x.io` }));

export type Step =
	| { do: 'edit'; system: string; client: number; fields: CanonicalFields }
	| { do: 'read'; system: string }
	| { do: 'deliver'; system: string }
	| { do: 'settle' };

const system = fc.constantFrom(...SYSTEMS);
const fields: fc.Arbitrary<CanonicalFields> = fc.oneof(
	fc.record({ jobTitle: fc.constantFrom('CFO', 'CEO', 'COO', null) }),
	fc.record({ status: fc.constantFrom('Active', 'Lost', null) }),
	fc.record({ emails: fc.subarray(['a', 'b', 'c', 'd']).map((names) => mails(...names)) }),
);
const step: fc.Arbitrary<Step> = fc.oneof(
	{
		weight: 6,
		arbitrary: fc.record({
			do: fc.constant('edit' as const),
			system,
			client: fc.integer({ min: 0, max: 1 }),
			fields,
		}),
	},
	{ weight: 2, arbitrary: fc.record({ do: fc.constant('read' as const), system }) },
	{ weight: 2, arbitrary: fc.record({ do: fc.constant('deliver' as const), system }) },
	{ weight: 1, arbitrary: fc.record({ do: fc.constant('settle' as const) }) },
);
export const past = fc.array(step, { minLength: 4, maxLength: 25 });

export const CLIENTS: CanonicalFields[] = [
	{ firstName: 'Ada', lastName: 'Hale', emails: mails('a') },
	{ firstName: 'Zoe', lastName: 'Quill', jobTitle: 'CFO' },
];
export const IDS = ['U1001', 'U1002'];

export async function live(steps: readonly Step[]): Promise<TinyCrms> {
	const crms = new TinyCrms(await TestHub.open(SYSTEMS, {}, tinyConnector), SYSTEMS);
	for (const [index, client] of CLIENTS.entries()) {
		crms.enter('wealthbox', `w${index}`, client);
		crms.hub.now += 5;
		await crms.read('wealthbox');
	}
	await crms.settle();
	for (const one of steps) {
		crms.hub.now += 1_000;
		if (one.do === 'settle') await crms.settle();
		else if (one.do === 'read') await crms.read(one.system);
		else if (one.do === 'deliver') await crms.deliver(one.system);
		else if (one.do === 'edit') {
			const crmId = [...crms.of(one.system).keys()][one.client];
			if (crmId !== undefined) crms.edit(one.system, crmId, one.fields);
		}
	}
	return crms;
}

export async function valuesOf({ hub }: TinyCrms): Promise<Map<string, CanonicalFields>> {
	const registers = await hub.tx((tx) => tx.registers.registers(IDS));
	return new Map([...registers].map(([id, own]) => [id, desiredFields(own)]));
}

export function expectSame(
	left: CanonicalFields | undefined,
	right: CanonicalFields | undefined,
): void {
	for (const field of new Set([...Object.keys(left ?? {}), ...Object.keys(right ?? {})])) {
		const same = sameValue(field, left?.[field], right?.[field]);
		expect(same ? field : { field, left: left?.[field], right: right?.[field] }).toBe(field);
	}
}

/** Every record of every CRM holds what the hub holds. */
export function expectAgreement(
	crms: TinyCrms,
	values: ReadonlyMap<string, CanonicalFields>,
): void {
	for (const name of SYSTEMS) {
		expect(crms.of(name).size).toBe(CLIENTS.length);
		for (const record of crms.of(name).values()) {
			const client = CLIENTS.findIndex(({ lastName }) => lastName === record.fields['lastName']);
			for (const [field, value] of Object.entries(values.get(IDS[client] ?? '') ?? {})) {
				const same = sameValue(field, plain(value), plain(record.fields[field] ?? null));
				expect(same ? field : { name, field, value, held: record.fields[field] }).toBe(field);
			}
		}
	}
}

function plain(value: CanonicalFields[string]): CanonicalFields[string] {
	if (!Array.isArray(value)) return value;
	return value.map((item) => ({ address: 'address' in item ? item.address : '' }));
}

export async function runsOf({ hub }: TinyCrms): Promise<string[]> {
	const rows = await hub.fabric.desk.audit({ kinds: ['change'], limit: 10_000 });
	return [...new Set(rows.flatMap(({ run }) => run ?? []))];
}

/** Each run lives whole lives. */
export const RUNS = { numRuns: 20 };
