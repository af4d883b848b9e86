/** Approve and Reject: what the two words mean depends on the kind of the review. */
import { NodeOperationError } from 'n8n-workflow';
import type { ReviewRow } from '../../../lib';
import { requiredNumber, type OperationCall } from '../operation';
import { personOf } from '../person';
import { KINDS } from './kinds';

export async function answerReview(
	call: OperationCall,
	word: 'approve' | 'reject',
	unifiedId?: string,
): Promise<ReviewRow> {
	const id = requiredNumber(call, 'reviewId', 'Review');
	const review = await call.fabric.desk.review(id);
	const { verdicts } = KINDS[review.kind];
	if (verdicts === undefined) throw asksForValue(call, review);
	const verdict = verdicts[word];
	if (verdict === 'link' && unifiedId === undefined) throw namesNoClient(call);
	const answer = verdict === 'link' ? { verdict, unifiedId } : { verdict };
	return await call.fabric.desk.decide(id, answer, personOf(call, 'decidedBy'));
}

function asksForValue({ node, index }: OperationCall, { id }: ReviewRow): NodeOperationError {
	return new NodeOperationError(
		node.getNode(),
		`Review ${id} asks which value counts, not for a yes or no [item ${index}]`,
		{
			itemIndex: index,
			description: 'Use the resource Decision, operation Apply: keep, take, or set a value.',
		},
	);
}

function namesNoClient({ node, index }: OperationCall): NodeOperationError {
	return new NodeOperationError(node.getNode(), `'Client' is empty [item ${index}]`, {
		itemIndex: index,
		description:
			'Choose the client that the record belongs to. If it is none of them, use the operation Reject.',
	});
}
