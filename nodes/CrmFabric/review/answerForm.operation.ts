import type { IDataObject } from 'n8n-workflow';
import { DeskError, type Answer, type ReviewRow } from '../../../lib';
import { requiredNumber, requiredText, type ItemOperation, type OperationCall } from '../operation';
import { decidedByProperty, personOf } from '../person';
import { choicesOf } from './page/choices';
import { seenOf } from './page/page';
import { typedValue } from './page/values';
import { reviewLocator } from './rows';

/** What a person chose on the page that *Get Next* made. */
export const answerForm: ItemOperation = {
	option: {
		name: 'Answer From Form',
		value: 'answerForm',
		description: 'Apply what a person chose on the form page of a question',
		action: 'Answer a review from a form',
	},
	properties: [
		{ ...reviewLocator, default: { mode: 'id', value: '={{ $json.reviewId }}' } },
		{
			displayName: 'Answer',
			name: 'answer',
			type: 'string',
			default: '={{ $json.answer }}',
			required: true,
			description: "One of the review's choices, in its words",
		},
		{
			displayName: 'Written Value',
			name: 'value',
			type: 'string',
			default: '={{ $json.value }}',
			description: 'What the person wrote beside the choices, if anything',
		},
		{
			displayName: 'Seen',
			name: 'seen',
			type: 'string',
			default: '={{ $json.seen }}',
			description: 'What the page showed; an answer to what has changed since is refused',
		},
		decidedByProperty,
	],

	async forItem(call) {
		const id = requiredNumber(call, 'reviewId', 'Review');
		const label = requiredText(call, 'answer', 'Answer', 'Give one of the choices of the review.');
		return [await answered(call, id, label).catch((reason: unknown) => refused(call, id, reason))];
	},
};

const DAY_MS = 86_400_000;

async function answered(call: OperationCall, id: number, label: string): Promise<IDataObject> {
	const { desk } = call.fabric;
	const review = await desk.review(id);
	const choice = choicesOf(review).find((one) => one.label === label);
	if (choice === undefined) throw new DeskError('The question has changed since. Read it again.');
	const { verdict } = choice;
	const by = personOf(call, 'decidedBy');
	const done = { reviewId: id, outcome: 'postponed', message: `${label}.`, after: id };
	if (verdict === 'later') return done;
	if (verdict === 'tomorrow') {
		await desk.postponeReview(id, Date.now() + DAY_MS, by);
		return done;
	}
	const decided =
		verdict === 'ignore'
			? await desk.ignoreReview(id, { by })
			: await desk.decide(id, answerOf(call, review, { ...choice, verdict }), by);
	const unifiedId = decided.decision?.unifiedId ?? null;
	return { ...done, outcome: 'answered', message: `Done: “${label}”.`, unifiedId };
}

function answerOf(
	{ node, index }: OperationCall,
	review: ReviewRow,
	{ verdict, unifiedId }: Pick<Answer, 'verdict' | 'unifiedId'>,
): Answer {
	const { value } = review.question;
	if (value === undefined) return unifiedId === undefined ? { verdict } : { verdict, unifiedId };
	const seen = String(node.getNodeParameter('seen', index, '') ?? '');
	const candidateEventId = seen === '' ? seenOf(review) : seen;
	if (verdict !== 'set') return { verdict, candidateEventId };
	const typed = String(node.getNodeParameter('value', index, '') ?? '');
	if (typed.trim() === '') {
		throw new DeskError('No value was written. Write one, or choose another answer.');
	}
	return { verdict, candidateEventId, value: typedValue(value, typed) };
}

/**
 * The person is still there and can answer again, or go on: that is for the next page to say. A review
 * that is still open comes again.
 */
async function refused(
	{ fabric }: OperationCall,
	id: number,
	reason: unknown,
): Promise<IDataObject> {
	if (!(reason instanceof DeskError)) throw reason;
	const review = await fabric.desk.review(id).catch(() => undefined);
	const after = review?.state === 'open' ? id - 1 : id;
	return { reviewId: id, outcome: 'refused', message: `Not done. ${reason.message}`, after };
}
