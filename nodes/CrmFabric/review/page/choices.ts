/**
 * The answers that a page offers for a review, in words. What comes back from the browser is one of
 * these labels; they are made from the question alone, so that both sides make the same ones.
 */
import type { ReviewDecision, ReviewRow, ValueQuestion } from '../../../../lib';
import { nameOf } from '../question-text';
import { canBeTyped, shownLines } from './values';

export interface Choice {
	/** A line of plain text. */
	label: string;
	/** `later`: passed over now. `tomorrow`: put off for a day. Neither decides anything. */
	verdict: ReviewDecision['verdict'] | 'later' | 'tomorrow';
	/** Of `link`. */
	unifiedId?: string;
}

const LATER: Choice[] = [
	{ label: 'Ask me later', verdict: 'later' },
	{ label: 'Ask again tomorrow', verdict: 'tomorrow' },
];

export function choicesOf(review: ReviewRow): Choice[] {
	return [...decidingChoices(review), ...LATER].map((choice) => ({
		...choice,
		label: plainLine(choice.label),
	}));
}

function decidingChoices(review: ReviewRow): Choice[] {
	const { value, removal } = review.question;
	switch (review.kind) {
		case 'identity':
		case 'new-entity':
			return identityChoices(review);
		case 'value':
		case 'custom':
			return value === undefined ? [] : valueChoices(value);
		case 'removal': {
			const verb = removal?.operation === 'archive' ? 'archive it' : 'delete it';
			return yesOrNo(
				`Yes: ${verb} in ${review.system}, too`,
				`No: the client lives on in ${review.system}`,
			);
		}
		case 'breaker':
			return yesOrNo('Yes: let it go on', 'No: drop what is held back');
		case 'duplicate':
			return yesOrNo(`We merge them in ${review.system} ourselves`, 'Both are to stay');
	}
}

function identityChoices({ kind, question }: ReviewRow): Choice[] {
	const links = question.candidates.map(({ unifiedId, fields }): Choice => {
		const label = `The same client as ${unifiedId} ${nameOf(fields)}`;
		return { label, verdict: 'link', unifiedId };
	});
	const another =
		kind === 'identity' ? 'Another client: make a new one' : 'A client of its own, as it is now';
	const choices: Choice[] = [...links, { label: another, verdict: 'new' }];
	return kind === 'identity'
		? [...choices, { label: ignored(question), verdict: 'ignore' }]
		: choices;
}

function ignored({ whileInReview }: ReviewRow['question']): string {
	const record = whileInReview === 'asNew' ? 'stays a client of its own' : 'is not synchronised';
	return `Ignore: never ask again; the record ${record}`;
}

function valueChoices({ field, current, candidate }: ValueQuestion): Choice[] {
	const keep = `Keep what stands: ${inShort(field, current)}`;
	const take = `Take what is offered: ${inShort(field, candidate)}`;
	const either: Choice[] = [
		{ label: keep, verdict: 'keep' },
		{ label: take, verdict: 'take' },
	];
	if (!canBeTyped(field)) return either;
	return [...either, { label: 'Neither: the value written below', verdict: 'set' }];
}

function yesOrNo(yes: string, no: string): Choice[] {
	return [
		{ label: yes, verdict: 'approve' },
		{ label: no, verdict: 'reject' },
	];
}

const MAX_LINES = 3;

function inShort(field: string, value: ValueQuestion['current']): string {
	const shown = shownLines(field, value);
	if (shown.length === 0) return 'nothing';
	const more = shown.length > MAX_LINES ? ` and ${shown.length - MAX_LINES} more` : '';
	return `${shown.slice(0, MAX_LINES).join('; ')}${more}`;
}

const MAX_LABEL = 160;

/** n8n's forms turn angle brackets into entities, and show those. */
function plainLine(label: string): string {
	const line = label.replace(/\s+/g, ' ').trim().replace(/</g, '‹').replace(/>/g, '›');
	return line.length > MAX_LABEL ? `${line.slice(0, MAX_LABEL)}…` : line;
}
