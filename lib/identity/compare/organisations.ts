/** Names of organisations, trusts and households, and the company a person works for. */
import type { FieldValue } from '../../model/fields';
import { foldName } from '../names';
import { comparison, type Comparison } from './comparison';
import type { FoldedProfile } from './profile';
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

export function compareOrganisations(a: FoldedProfile, b: FoldedProfile): Comparison[] {
	return [...names(a.name, b.name), ...companies(a.companyName, b.companyName)];
}

function names(mine: string, theirs: string): Comparison[] {
	if (mine === '' || theirs === '') return [];
	const level = textLevel(mine, theirs);
	return [comparison('name', level, level === 'same' ? `org:${mine}` : undefined)];
}

function companies(mine: string, theirs: string): Comparison[] {
	if (mine === '' || theirs === '') return [];
	const level = textLevel(mine, theirs);
	return [comparison('companyName', level === 'typo' ? 'similar' : level)];
}
