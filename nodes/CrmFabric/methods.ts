/** What the panel loads from the store, and the test of the store's credential. */
import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	ILoadOptionsFunctions,
	INodeCredentialTestResult,
	INodeListSearchResult,
	INodePropertyOptions,
} from 'n8n-workflow';
import { ConfigurationFailure, openFabric, type CanonicalFields } from '../../lib';
import { fabricOf, storeLocation } from '../shared/store';
import { getFields, getSystems } from '../shared/store-options';

const MAX_LISTED = 200;

export const fabricMethods = {
	credentialTest: { crmFabricStoreTest },
	listSearch: { searchDeadLetters, searchReviews },
	loadOptions: { getCandidates, getFields, getSystems },
};

/** Opens the store: that fails where the file cannot be written. */
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
				: 'If the file was damaged, put a backup in its place, or choose another file.';
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
	const reviews = await fabric.desk.reviews('open', MAX_LISTED);
	const rows = reviews.map(({ id, system, crmId, question }) => ({
		name: `${id}: ${nameOf(question.record)} (${system} ${crmId})`,
		value: String(id),
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

function nameOf({ firstName, lastName, name }: CanonicalFields): string {
	const parts = [firstName, lastName].filter((part) => typeof part === 'string' && part !== '');
	if (parts.length > 0) return parts.join(' ');
	return typeof name === 'string' && name !== '' ? name : 'without a name';
}
