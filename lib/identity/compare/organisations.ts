/** Names of organisations, trusts and households, and the company a person works for. */
import type { CanonicalFields, FieldValue } from '../../model/fields';
import { foldName } from '../names';
import { comparison, type Comparison } from './comparison';
import { textLevel } from './text';

/** Legal forms and filler words: Hale Partners, LLC is Hale Partners. */
const FILLERS = new Set(
	'inc incorporated llc llp lp ltd limited co corp corporation company the of and pllc pc plc gmbh'.split(
		' ',
	),
);

export function foldCompany(name: FieldValue | undefined): string {
	const words = foldName(name).split(' ');
	const telling = words.filter((word) => !FILLERS.has(word));
	return (telling.length > 0 ? telling : words).join(' ');
}

export function compareOrganisations(a: CanonicalFields, b: CanonicalFields): Comparison[] {
	return [...names(a, b), ...companies(a, b)];
}

function names(a: CanonicalFields, b: CanonicalFields): Comparison[] {
	const [mine, theirs] = [foldCompany(a.name), foldCompany(b.name)];
	if (mine === '' || theirs === '') return [];
	const level = textLevel(mine, theirs);
	return [comparison('name', level, level === 'same' ? `org:${mine}` : undefined)];
}

function companies(a: CanonicalFields, b: CanonicalFields): Comparison[] {
	const [mine, theirs] = [foldCompany(a.companyName), foldCompany(b.companyName)];
	if (mine === '' || theirs === '') return [];
	const level = textLevel(mine, theirs);
	return [comparison('companyName', level === 'typo' ? 'similar' : level)];
}
