/** Contacts that an activity or opportunity is linked to: the first one is the client. Pure. */
import type { FieldValue } from '../../../model/fields';
import {
	isUnifiedId,
	localReference,
	parseLocalReference,
	type ObjectName,
} from '../../../model/objects';
import type { CrmRecord } from '../../connector';
import type { CrmObjectField } from '../../objects/crm-object';
import { isObject } from '../../rest';

/** Ids of the linked contacts; undefined: the record does not say (links come only if asked for). */
export function linkedIds({ linked_contacts: links }: CrmRecord): number[] | undefined {
	if (!Array.isArray(links)) return undefined;
	return links
		.filter(isObject)
		.map(({ contact_id }) => Number(contact_id))
		.filter(Number.isFinite);
}

/** Redtail links no families. */
export const LINKED_CLIENTS: readonly ObjectName[] = ['contact'];

/** A contact, a unified id (before it is known which record it is), or nobody. */
export function heldClient(value: FieldValue): FieldValue | undefined {
	if (value === null || value === '' || isUnifiedId(value)) return value;
	return contactIdOf(value) === undefined ? undefined : value;
}

/** `contact:8842` -> `8842` */
export function contactIdOf(value: FieldValue | undefined): string | undefined {
	const named = typeof value === 'string' ? parseLocalReference(value) : undefined;
	return named?.object === 'contact' ? named.crmId : undefined;
}

/** The new client in the old one's place; whoever else is linked stays. */
function linksWith(value: FieldValue, current: CrmRecord | null): CrmRecord[] {
	const [before, ...others] = (current && linkedIds(current)) ?? [];
	const client = contactIdOf(value);
	const ids = client === undefined ? others : [Number(client), ...others];
	const kept = before === undefined ? ids : ids.filter((id, at) => at === 0 || id !== before);
	return [...new Set(kept)].map((contact_id) => ({ contact_id }));
}

export const LINKED_CLIENT: CrmObjectField = {
	name: 'linked_contacts',
	label: 'Client (Contact ID)',
	type: 'string',
	field: 'client',
	read: (record) => {
		const ids = linkedIds(record);
		if (ids === undefined) return undefined;
		return ids[0] === undefined ? null : localReference('contact', String(ids[0]));
	},
	hold: heldClient,
	write: (value, { current }) => ({ linked_contacts: linksWith(value, current) }),
};
