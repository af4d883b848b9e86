/** What the panel loads from the store, and the test of the store's credential. */
import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	ILoadOptionsFunctions,
	INodeCredentialTestResult,
	INodeListSearchResult,
	INodePropertyOptions,
} from 'n8n-workflow';
import { ConfigurationFailure, openFabric, type ReviewRow } from '../../lib';
import { fabricOf, storeLocation } from '../shared/store';
import { getFields, getFilterFields, getRuleFields, getSystems } from '../shared/store-options';
import { MAX_ROWS } from './limits';
import { getMappedFields, getMappingRows } from './mapping/mapper';
import { nameOf, questionText } from './review/question-text';

const MAX_LISTED = 200;

export const fabricMethods = {
	credentialTest: { crmFabricStoreTest },
	listSearch: { searchClosedReviews, searchDeadLetters, searchReviews },
	loadOptions: {
		getCandidates,
		getFields,
		getFilterFields,
		getMappedFields,
		getRuleFields,
		getSystems,
	},
	resourceMapping: { getMappingRows },
};

/** Opens the store: that fails where the file cannot be written, or the server does not let us in. */
async function crmFabricStoreTest(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	try {
		const fabric = await openFabric(storeLocation(credential.data ?? {}));
		await fabric.systems();
		return { status: 'OK', message: 'The store can be read and written' };
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		const hint =
			error instanceof ConfigurationFailure
				? error.hint
				: 'If the store was damaged, put a backup in its place, or choose another one.';
		return { status: 'Error', message: `${reason} ${hint}` };
	}
}

async function searchDeadLetters(
	this: ILoadOptionsFunctions,
	filter = '',
): Promise<INodeListSearchResult> {
	const fabric = await fabricOf(this);
	const letters = await fabric.desk.deadLetters('open', MAX_LISTED);
	const rows = letters.map(({ id, system, kind, reason }) => ({
		name: `${id}: ${kind}, ${system}. ${reason}`,
		value: String(id),
	}));
	return { results: containing(rows, filter) };
}

async function searchReviews(
	this: ILoadOptionsFunctions,
	filter = '',
): Promise<INodeListSearchResult> {
	const fabric = await fabricOf(this);
	return reviewList(await fabric.desk.reviews('open', MAX_LISTED), filter);
}

/** What can be opened again: the newest first. */
async function searchClosedReviews(
	this: ILoadOptionsFunctions,
	filter = '',
): Promise<INodeListSearchResult> {
	const fabric = await fabricOf(this);
	const all = await fabric.desk.reviews(undefined, MAX_ROWS, { putOff: true });
	const closed = all.filter(
		({ kind, state, snoozedUntil }) =>
			(snoozedUntil ?? 0) > Date.now() ||
			(kind === 'identity' && (state === 'decided' || state === 'ignored')),
	);
	return reviewList(closed.slice(-MAX_LISTED).reverse(), filter);
}

function reviewList(reviews: ReviewRow[], filter: string): INodeListSearchResult {
	const rows = reviews.map((review) => ({
		name: `${review.id}: ${questionText(review)}`,
		value: String(review.id),
	}));
	return { results: containing(rows, filter) };
}

/** The clients that the chosen review names, the likeliest first. */
async function getCandidates(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const chosen = this.getCurrentNodeParameter('reviewId', { extractValue: true });
	const fabric = await fabricOf(this);
	const reviews = await fabric.desk.reviews('open', MAX_LISTED);
	const review = reviews.find(({ id }) => String(id) === String(chosen));
	return (review?.question.candidates ?? []).map(({ unifiedId, score, fields }) => ({
		name: `${unifiedId}: ${nameOf(fields)} (${score})`,
		value: unifiedId,
	}));
}

function containing<T extends { name: string }>(rows: T[], filter: string): T[] {
	return rows.filter(({ name }) => name.toLowerCase().includes(filter.trim().toLowerCase()));
}
