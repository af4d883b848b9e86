/**
 * By what a note, task, event, opportunity or household of one CRM is found again in another one: kept
 * as keys of its record, so that two CRMs' first sightings meet however their batches interleave. Pure.
 */
import { canonicalText } from '../../model/canonical-text';
import type { CanonicalFields, FieldValue } from '../../model/fields';
import { isUnifiedId, type ObjectName } from '../../model/objects';
import { hash53 } from '../hash';

/** What tells two items of one client apart; of several fields the first that says something counts. */
const TOLD_BY: Record<Exclude<ObjectName, 'contact' | 'household'>, string[][]> = {
	opportunity: [['name']],
	note: [['text'], ['subject']],
	task: [['subject', 'dueDate'], ['text']],
	event: [['subject', 'startsAt'], ['text']],
};

const MAX_LENGTH = 2_000;

/** The keys of an item; none without a client, or if it says nothing. */
export function itemKeys(
	object: Exclude<ObjectName, 'contact' | 'household'>,
	fields: CanonicalFields,
): string[] {
	const { client } = fields;
	if (!isUnifiedId(client)) return [];
	for (const names of TOLD_BY[object]) {
		const [main = '', ...others] = names.map((name) => plain(name, fields[name]));
		if (main !== '') return [`item:${object}:${client}:${hash53([main, ...others].join('\n'))}`];
	}
	return [];
}

/** Members are the strongest word; a name helps only where nobody tells of members. */
export function householdKeys(fields: CanonicalFields, members: readonly string[]): string[] {
	const name = plain('name', fields['name']);
	const named = name === '' ? [] : [`household:${hash53(name)}`];
	return [...named, ...members.filter(isUnifiedId).map(memberKey)];
}

export function memberKey(unifiedId: string): string {
	return `member:${unifiedId}`;
}

/** Some CRMs keep texts as HTML, others as plain text; times in other zones and notations. */
function plain(name: string, value: FieldValue | undefined): string {
	if (value === undefined || value === null || Array.isArray(value)) return '';
	if (name === 'startsAt') return String(Date.parse(String(value)));
	const text = String(value)
		.slice(0, MAX_LENGTH * 2)
		.replace(/<[^>]*>/g, ' ')
		.replace(/&nbsp;/g, ' ')
		.replace(/&amp;/g, '&');
	return canonicalText(text).toLowerCase().slice(0, MAX_LENGTH);
}
