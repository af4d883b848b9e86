import type { IDataObject } from 'n8n-workflow';
import type { ReviewRow } from '../../../lib';
import { MAX_ROWS } from '../limits';
import type { ItemOperation, OperationCall } from '../operation';
import { KIND_OPTIONS } from './kinds';
import type { KnownClients } from './page/body';
import { paragraph, text } from './page/html';
import { pageOf } from './page/page';
import { reviewRow } from './rows';

/** The oldest open question as a page of an n8n form; without one, an item that says so. */
export const getNext: ItemOperation = {
	option: {
		name: 'Get Next',
		value: 'getNext',
		description: 'Retrieve the next open question as a form page: HTML to read, answers to choose',
		action: 'Get the next review',
	},
	properties: [
		{
			displayName: 'Kinds',
			name: 'kinds',
			type: 'multiOptions',
			options: KIND_OPTIONS.filter(({ value }) => value !== 'new-entity'),
			default: [],
			description: 'Which questions to ask. None chosen: all of them.',
		},
		{
			displayName: 'After',
			name: 'after',
			type: 'number',
			default: 0,
			description: 'Passes over the reviews up to this number, for example those put off before',
		},
		{
			displayName: 'Notice',
			name: 'notice',
			type: 'string',
			default: '',
			description: 'Shown above the question, for example what came of the answer before',
		},
	],

	async forItem(call) {
		const { node, index, fabric } = call;
		const kinds = node.getNodeParameter('kinds', index, []) as string[];
		const after = Number(node.getNodeParameter('after', index, 0)) || 0;
		const all = await fabric.desk.reviews('open', MAX_ROWS);
		const open = all.filter(({ kind }) => kinds.length === 0 || kinds.includes(kind));
		const [review, ...others] = open.filter(({ id }) => id > after);
		const notice = String(node.getNodeParameter('notice', index, '') ?? '').trim();
		if (review === undefined) return [nothingLeft(open, notice)];
		const { title, html, form, choices, suggestion } = pageOf(
			review,
			await knownClients(call, review),
		);
		const page = { title, description: intro(notice, others.length), html, form };
		return [
			{ found: true, ...reviewRow(review), ...page, choices, suggestion, left: others.length },
		];
	},
};

/** HTML */
function intro(notice: string, left: number): string {
	const more = left === 0 ? 'This is the last one.' : `${left} more after this one.`;
	return notice === '' ? text(more) : `<strong>${text(notice)}</strong><br>${text(more)}`;
}

function nothingLeft(open: readonly ReviewRow[], notice: string): IDataObject {
	const count = open.length === 1 ? '1 question is' : `${open.length} questions are`;
	const message =
		open.length === 0
			? 'No question is open.'
			: `${count} put off for later: start again to see what is left.`;
	const html = [notice, message].filter((line) => line !== '').map(paragraph);
	return { found: false, open: open.length, message, html: html.join('') };
}

async function knownClients({ fabric }: OperationCall, review: ReviewRow): Promise<KnownClients> {
	const named = review.question.candidates.map(({ unifiedId }) => unifiedId);
	const ids = [...new Set([...named, ...(review.entityId === null ? [] : [review.entityId])])];
	const views = await Promise.all(
		ids.map(async (id) => [id, await fabric.desk.findEntity(id)] as const),
	);
	return new Map(views.flatMap(([id, view]) => (view === undefined ? [] : [[id, view] as const])));
}
