/** Identifiers that somebody issued: tax ids and external keys. */
import type { CanonicalFields } from '../../model/fields';
import { comparison, type Comparison } from './comparison';
import type { FoldedProfile } from './profile';
import { editDistance } from './text';

const SHORTEST_TAX_ID = 5;

/** Digits and letters only; empty if it is none (000-00-0000, 999999999). */
export function taxIdOf(fields: CanonicalFields): string {
	const value = fields.taxId;
	if (typeof value !== 'string') return '';
	const id = value.replace(/[^\p{Letter}\p{Number}]/gu, '').toLowerCase();
	return id.length < SHORTEST_TAX_ID || /^(.)\1*$/.test(id) ? '' : id;
}

export function compareIdentifiers(a: FoldedProfile, b: FoldedProfile): Comparison[] {
	return [...taxIds(a.taxId, b.taxId), ...externalKeys(a.externalKeys, b.externalKeys)];
}

function taxIds(mine: string, theirs: string): Comparison[] {
	if (mine === '' || theirs === '') return [];
	if (mine === theirs) return [comparison('taxId', 'same', `tax:${mine}`)];
	return [comparison('taxId', editDistance(mine, theirs, 1) === 1 ? 'typo' : 'differs')];
}

function externalKeys(a: Record<string, string>, b: Record<string, string>): Comparison[] {
	const shared = Object.keys(a).filter((issuer) => issuer in b);
	if (shared.length === 0) return [];
	const differs = shared.some((issuer) => a[issuer] !== b[issuer]);
	return [comparison('externalKeys', differs ? 'differs' : 'same')];
}
