/** One open review as a page of n8n's Form node: "Define Form: Using JSON". Pure. */
import { fieldLabel, isListField, type ReviewRow } from '../../../../lib';
import { bodyOf, type Body, type KnownClients } from './body';
import { choicesOf } from './choices';
import { canBeTyped, typedLines } from './values';

export interface ReviewPage extends Body {
	choices: string[];
	/** The fields of the form as JSON text, for the Form node. */
	form: string;
}

export type FormField = Record<string, unknown>;

export function pageOf(review: ReviewRow, known: KnownClients): ReviewPage {
	const body = bodyOf(review, known);
	const choices = choicesOf(review).map(({ label }) => label);
	const fields: FormField[] = [
		{ fieldType: 'html', html: body.html },
		{
			fieldLabel: 'Your answer',
			fieldName: 'answer',
			fieldType: 'radio',
			requiredField: true,
			fieldOptions: { values: choices.map((option) => ({ option })) },
		},
		...writtenValue(review),
		{ fieldName: 'reviewId', fieldType: 'hiddenField', fieldValue: String(review.id) },
		{ fieldName: 'seen', fieldType: 'hiddenField', fieldValue: seenOf(review) },
	];
	return { ...body, choices, form: formJson(fields) };
}

/** What the answer was about: a newer offer must not be taken by an answer to an older one. */
export function seenOf({ question }: ReviewRow): string {
	return question.value?.candidateSource.eventId ?? '';
}

function writtenValue({ question }: ReviewRow): FormField[] {
	const { value } = question;
	if (value === undefined || !canBeTyped(value.field)) return [];
	const { field, candidate } = value;
	const label = `Another ${fieldLabel(field)} (only if you chose Neither)`;
	const named = { fieldLabel: label, fieldName: 'value' };
	if (isListField(field)) {
		const placeholder = 'One a line, the main one first';
		return [
			{ ...named, fieldType: 'textarea', placeholder, defaultValue: typedLines(field, candidate) },
		];
	}
	return [{ ...named, fieldType: field === 'birthDate' ? 'date' : 'text' }];
}

/** The Form node puts the text in with String.replace, to which $ and {{ mean something. */
export function formJson(fields: FormField[]): string {
	return JSON.stringify(fields).replace(/[$]/g, '\\u0024').replace(/\{\{/g, '{\\u007b');
}
