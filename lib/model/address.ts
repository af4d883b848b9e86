/**
 * When do two postal addresses mean the same place? Spelling that CRMs and people vary (St and
 * Street, ME and Maine, ZIP+4) is brought to one form for comparison; what was typed is kept.
 */
import { canonicalText } from './canonical-text';
import type { AddressItem } from './fields';
import { remembered } from './remember';

/** Suffixes and directions as the United States Postal Service abbreviates them (Publication 28). */
const STREET_WORDS: Record<string, string> = {
	street: 'st',
	avenue: 'ave',
	av: 'ave',
	road: 'rd',
	lane: 'ln',
	drive: 'dr',
	boulevard: 'blvd',
	court: 'ct',
	place: 'pl',
	square: 'sq',
	terrace: 'ter',
	circle: 'cir',
	parkway: 'pkwy',
	highway: 'hwy',
	apartment: 'apt',
	suite: 'ste',
	floor: 'fl',
	north: 'n',
	south: 's',
	east: 'e',
	west: 'w',
};

/** Name -> code of the United States, in small letters. */
export const STATES: Record<string, string> = Object.fromEntries(
	(
		'al:alabama ak:alaska az:arizona ar:arkansas ca:california co:colorado ct:connecticut de:delaware dc:district of columbia ' +
		'fl:florida ga:georgia hi:hawaii id:idaho il:illinois in:indiana ia:iowa ks:kansas ky:kentucky la:louisiana me:maine ' +
		'md:maryland ma:massachusetts mi:michigan mn:minnesota ms:mississippi mo:missouri mt:montana ne:nebraska nv:nevada ' +
		'nh:new hampshire nj:new jersey nm:new mexico ny:new york nc:north carolina nd:north dakota oh:ohio ok:oklahoma ' +
		'or:oregon pa:pennsylvania pr:puerto rico ri:rhode island sc:south carolina sd:south dakota tn:tennessee tx:texas ' +
		'ut:utah vt:vermont va:virginia wa:washington wv:west virginia wi:wisconsin wy:wyoming'
	)
		.split(/ (?=[a-z]{2}:)/)
		.map((entry) => entry.split(':').reverse() as [string, string]),
);

const HOME_COUNTRY = new Set(['us', 'usa', 'united states', 'united states of america']);

function words(text: string | undefined): string {
	return canonicalText(text ?? '')
		.toLowerCase()
		.replace(/[.,#]/g, ' ')
		.replace(/\s+/g, ' ')
		.trim();
}

function street(text: string | undefined): string {
	return words(text)
		.split(' ')
		.map((word) => STREET_WORDS[word] ?? word)
		.join(' ');
}

/** The parts of an address in the form in which they are compared; empty: not said. */
export interface FoldedAddress {
	streetNumber: string;
	/** Without the number. */
	street: string;
	street2: string;
	city: string;
	postalCode: string;
	state: string;
}

export function foldedAddress(item: AddressItem): FoldedAddress {
	const line = street(item.street);
	const [, number = '', rest = line] = /^(\d+[a-z]?) (.+)$/.exec(line) ?? [];
	const state = words(item.state);
	return {
		streetNumber: number,
		street: rest,
		street2: street(item.street2),
		city: words(item.city),
		postalCode: words(item.postalCode).replace(/^(\d{5})[- ]?\d{4}$/, '$1'),
		state: STATES[state] ?? state,
	};
}

/** Two addresses with one key are the same place. */
export function addressKey(item: AddressItem): string {
	const { street: line, street2, city, state, postalCode, country } = item;
	return keyOfParts(JSON.stringify({ street: line, street2, city, state, postalCode, country }));
}

const keyOfParts = remembered((parts) => {
	const item = JSON.parse(parts) as AddressItem;
	const state = words(item.state);
	const country = words(item.country);
	return [
		[street(item.street), street(item.street2)].filter(Boolean).join(' '),
		words(item.city),
		STATES[state] ?? state,
		words(item.postalCode).replace(/^(\d{5})[- ]?\d{4}$/, '$1'),
		HOME_COUNTRY.has(country) ? '' : country,
	].join('|');
});
