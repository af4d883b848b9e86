import { NodeOperationError } from 'n8n-workflow';
import type { FieldValue } from '../../../lib';
import { requiredNumber, type ItemOperation, type OperationCall } from '../operation';
import { decidedByProperty, personOf } from '../person';
import { reviewLocator, reviewRow } from '../review/rows';

const VERDICTS = ['keep', 'take', 'set'] as const;
type Verdict = (typeof VERDICTS)[number];

/** Answers which value counts: a question of Field Merge's output Decide, or a review of that kind. */
export const apply: ItemOperation = {
	option: {
		name: 'Apply',
		value: 'apply',
		description: 'Say which value of a field counts: the current one, the new one, or another',
		action: 'Apply a decision',
	},
	properties: [
		{ ...reviewLocator, default: { mode: 'id', value: '={{ $json.reviewId }}' } },
		{
			displayName: 'Verdict',
			name: 'verdict',
			type: 'options',
			options: [
				{ name: 'Keep Current', value: 'keep', description: 'What stands counts' },
				{ name: 'Set Value', value: 'set', description: 'Neither: the value below counts' },
				{ name: 'Take New', value: 'take', description: 'What was offered counts' },
			],
			default: 'take',
			description:
				'Which value counts. As an expression: keep, take or set, such as a Code node has found.',
		},
		{
			displayName: 'Value',
			name: 'value',
			type: 'string',
			default: '',
			displayOptions: { show: { verdict: ['set'] } },
			description:
				'The value to set. Of e-mails, phones, addresses and tags: the whole list as JSON, or an expression that gives one. Empty clears the field.',
		},
		decidedByProperty,
	],

	async forItem(call) {
		const id = requiredNumber(call, 'reviewId', 'Review');
		const verdict = verdictOf(call);
		const answer = {
			verdict,
			...(verdict === 'set' && { value: valueOf(call) }),
			candidateEventId: seenCandidate(call, id),
		};
		const by = personOf(call, 'decidedBy');
		return [reviewRow(await call.fabric.desk.decide(id, answer, by))];
	},
};

function verdictOf({ node, index }: OperationCall): Verdict {
	const given: unknown = node.getNodeParameter('verdict', index, 'take');
	const verdict = VERDICTS.find((known) => known === given);
	if (verdict !== undefined) return verdict;
	throw new NodeOperationError(
		node.getNode(),
		`'Verdict' must be keep, take or set [item ${index}]`,
		{ itemIndex: index, description: 'Choose one, or correct the expression that gives it.' },
	);
}

function valueOf({ node, index }: OperationCall): FieldValue {
	const given: unknown = node.getNodeParameter('value', index, '');
	if (typeof given !== 'string') return (given ?? null) as FieldValue;
	const text = given.trim();
	if (text === '') return null;
	return text.startsWith('[') ? (listOf(text, node.getNode(), index) as FieldValue) : text;
}

function listOf(
	text: string,
	node: ReturnType<OperationCall['node']['getNode']>,
	itemIndex: number,
): unknown {
	try {
		return JSON.parse(text);
	} catch {
		throw new NodeOperationError(node, `'Value' is no JSON list [item ${itemIndex}]`, {
			itemIndex,
			description: 'Write a list as [{ "address": "jane@example.com" }] or ["gold"].',
		});
	}
}

/**
 * The item of *Decide* says which offer it was about: if another one has come since, the library
 * refuses the answer instead of applying it to a value that nobody looked at.
 */
function seenCandidate({ node, index }: OperationCall, id: number): string | undefined {
	const json = node.getInputData()[index]?.json;
	const source: unknown = json?.candidateSource;
	if (Number(json?.reviewId) !== id || typeof source !== 'object' || source === null) {
		return undefined;
	}
	return 'eventId' in source ? String(source.eventId) : undefined;
}
