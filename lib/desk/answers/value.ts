/**
 * Which value? Of the kinds `value` (policy ask) and `custom`: `keep` makes what stands the answer,
 * `take` the candidate, `set` a value that the person gives. Whichever it is, the field is written to
 * every record that holds another value.
 */
import { registerValue } from '../../merge/register';
import { takeCandidate } from '../../merge/questions';
import { applyPersonEdits } from '../../merge/person-edit';
import { canonicalFieldsSchema, type FieldValue } from '../../model/fields';
import type { ReviewRow, ValueQuestion } from '../../model/rows';
import type { Answer, AnswerReview } from './answer-review';
import { DeskError } from '../../model/failures';

export const answerValue: AnswerReview = async (tx, review, answer, { now, by }) => {
	const { entityId } = review;
	const question = review.question.value;
	if (entityId === null || question === undefined) {
		throw new DeskError(`Review ${review.id} holds no question about a value; reject it.`);
	}
	refuseOvertaken(review, question, answer);
	const systems = await tx.systems.all();
	const priorities = Object.fromEntries(systems.map(({ name, priority }) => [name, priority]));
	const cause = `review/${review.id}`;
	const set = (value: FieldValue) =>
		applyPersonEdits(
			tx,
			[{ entityId, fields: { [question.field]: value }, rule: 'decision', cause, by }],
			{ now, priorities },
		);
	// The answer itself closes this review; it is decided before the edit looks for open questions.
	const decision = { verdict: answer.verdict, unifiedId: entityId, value: answer.value, by };
	await tx.reviews.decide(review.id, decision, now);
	if (answer.verdict === 'keep') {
		const registers = (await tx.registers.registers([entityId])).get(entityId);
		const stands = registerValue(question.field, registers?.[question.field]);
		return { decision, touched: await set(stands ?? question.current) };
	}
	if (answer.verdict === 'set') {
		return { decision, touched: await set(personsValue(question, answer.value)) };
	}
	const isTaken = await takeCandidate(tx, entityId, question, { cause, now, by, priorities });
	const touched = isTaken
		? new Map([[entityId, { syncOrigin: cause }]])
		: await set(question.candidate);
	return { decision, touched };
};

function refuseOvertaken(review: ReviewRow, question: ValueQuestion, answer: Answer): void {
	const { candidateEventId: seen } = answer;
	const { eventId, system, editedAt } = question.candidateSource;
	if (seen === undefined || seen === eventId) return;
	throw new DeskError(
		`Review ${review.id} asks about a newer value now (${system}, ${editedAt}). Read the review again, then answer.`,
	);
}

function personsValue({ field }: ValueQuestion, value: FieldValue | undefined): FieldValue {
	if (value === undefined) {
		throw new DeskError('Say which value to set; null clears the field.');
	}
	if (canonicalFieldsSchema.safeParse({ [field]: value }).success) return value;
	throw new DeskError(`The value does not fit the field ${field}; give one of its own shape.`);
}
