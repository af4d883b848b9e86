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
const MAX_WORDS = 12;
const COMMON_WORDS = new Set(
	'the a and of family household home house residence trust estate mr mrs ms dr'.split(' '),
);

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

/** Its name as a whole, its words, and its members. */
export function householdKeys(fields: CanonicalFields, members: readonly string[]): string[] {
	return [...nameKeys(fields), ...wordKeys(fields), ...members.filter(isUnifiedId).map(memberKey)];
}

export function nameKeys(fields: CanonicalFields): string[] {
	const name = plain('name', fields['name']);
	return name === '' ? [] : [`household:${hash53(name)}`];
}

/** Words of a household's name that say whose it is. */
export function wordKeys(fields: CanonicalFields): string[] {
	const words = plain('name', fields['name']).match(/[\p{L}\p{N}']+/gu) ?? [];
	const telling = words.filter((word) => !COMMON_WORDS.has(word)).slice(0, MAX_WORDS);
	return [...new Set(telling)].map((word) => `household-word:${hash53(word)}`);
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
