/** What Salesforce holds, and how its stream tells of it: that stream's own tests are elsewhere. */
import { createHash } from 'node:crypto';
import { salesforce } from '../../lib/connectors/salesforce';
import type { ChangeEventInput } from '../../lib/model/event';
import { FIRST_NAMES } from '../crms';

export function salesforceEvent(
	crmId: string,
	kind: 'snapshot' | 'delta',
	fields: ChangeEventInput['fields'],
	now: number,
): ChangeEventInput {
	const at = new Date(now).toISOString();
	return {
		eventId: `salesforce:${crmId}:${at}:${kind}`,
		system: 'salesforce',
		object: 'contact',
		crmId,
		change: 'upsert',
		kind,
		fields,
		editedAt: at,
		readAt: at,
		receivedAt: at,
	};
}

/** A contact of Salesforce that holds nothing else. */
export function asRead(values: Record<string, string>): ChangeEventInput['fields'] {
	const { defaultFieldMap, defaultSettings, toCanonical } = salesforce;
	const empty = Object.fromEntries(defaultFieldMap.map(({ crmField }) => [crmField, null]));
	return toCanonical(
		{ ...empty, ...values },
		defaultFieldMap,
		defaultSettings,
	) as ChangeEventInput['fields'];
}

const SYLLABLES = [
	'ba',
	'ke',
	'lo',
	'mi',
	'nu',
	'ra',
	'se',
	'to',
	'vi',
	'zu',
	'fer',
	'gan',
	'hol',
	'jed',
	'pim',
	'wor',
];
const LENGTH = 6;

/** Nobody whom anybody would take for somebody else. */
export function personOf(number: number) {
	const firstName = FIRST_NAMES[number % FIRST_NAMES.length] as string;
	const digits = createHash('sha256').update(String(number)).digest('hex').slice(0, LENGTH);
	const name = [...digits].map((digit) => SYLLABLES[parseInt(digit, 16)]).join('');
	const lastName = name.charAt(0).toUpperCase() + name.slice(1);
	const email = `${lastName}@${lastName}-office.example`.toLowerCase();
	return { firstName, lastName, email };
}
