/** A review's question in one sentence, as a person reads it in a list, a message or an e-mail. */
import { fieldLabel, type CanonicalFields, type FieldValue, type ReviewRow } from '../../../lib';
import { isoTime } from '../operation';

export function questionText(review: ReviewRow): string {
	const { value, removal, breaker } = review.question;
	if (value !== undefined) return valueText(review, value);
	if (removal !== undefined) return removalText(review, removal);
	if (breaker !== undefined) return breakerText(review, breaker);
	return recordText(review);
}

function recordText({ kind, system, crmId, question }: ReviewRow): string {
	const { record, candidates, reason } = question;
	const who = `${nameOf(record)} (${system} ${crmId})`;
	if (kind === 'new-entity') return `${who} became a client of its own.`;
	if (kind !== 'identity') return reason;
	const named = candidates.map(({ unifiedId, fields }) => `${unifiedId} ${nameOf(fields)}`);
	return `Is ${who} the same client as ${named.join(' or ') || 'one that is known'}?`;
}

type Question = ReviewRow['question'];

function valueText({ entityId }: ReviewRow, value: NonNullable<Question['value']>): string {
	const { field, current, candidate, currentSource, candidateSource } = value;
	const stands = `${shown(current)}${from(currentSource)}`;
	return `${fieldLabel(field)} of ${entityId ?? 'the client'}: keep ${stands}, or take ${shown(candidate)}${from(candidateSource)}?`;
}

function from(source: { system: string; editedAt: string } | null): string {
	return source === null ? '' : ` (${source.system}, ${source.editedAt})`;
}

const HOW = {
	delete: 'deleted',
	archive: 'archived',
	merge: 'merged into another record',
} as const;

function removalText(
	{ entityId, system, crmId }: ReviewRow,
	{ operation, cause }: NonNullable<Question['removal']>,
): string {
	const gone = `${cause.system} ${cause.crmId} of ${entityId ?? 'the client'}`;
	return `${gone} was ${HOW[cause.change]} at ${cause.at}: ${operation} ${system} ${crmId}, too?`;
}

const LIMITED = { creates: 'create', changes: 'change', removals: 'remove' } as const;

function breakerText(
	{ system, openedAt }: ReviewRow,
	{ run, limited, limit }: NonNullable<Question['breaker']>,
): string {
	return `The run ${run} wants to ${LIMITED[limited]} more than ${limit} records in ${system} (${isoTime(openedAt)}): let it go on?`;
}

const MAX_SHOWN = 200;

function shown(value: FieldValue): string {
	if (value === null || value === '') return 'nothing';
	const text = typeof value === 'string' ? `"${value}"` : JSON.stringify(value);
	return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text;
}

export function nameOf({ firstName, lastName, name }: CanonicalFields): string {
	const parts = [firstName, lastName].filter((part) => typeof part === 'string' && part !== '');
	if (parts.length > 0) return parts.join(' ');
	return typeof name === 'string' && name !== '' ? name : 'a record without a name';
}
