/**
 * Letter case of names. Only what was typed all in capitals or all in small letters is repaired:
 * mixed case (DeShawn, van der Berg, McDonald) is how its owner writes it. The forms of particles and
 * of Mc, Mac and O' follow the usual rules of name-casing tools (Lingua::EN::NameCase).
 */

/** Small unless they are the last word: Ludwig van der Rohe, Maria de la Cruz. */
const PARTICLES = new Set(
	'af av bin binti da das de del della dello den der des di do dos du ibn ter und van vom von y zu zum zur'.split(
		' ',
	),
);
/** Small behind a particle only: de la Cruz, but La Rue. */
const AFTER_PARTICLE = new Set(['la', 'las', 'lo', 'los', 'le', 'el']);
/** Typed in full: Mackie, Macy and Machado are no Mac names. */
const MAC_NAMES = new Set(
	(
		'alister allister arthur askill beth bride callum carthy cormack diarmid donald donnell dougall dowell duff ' +
		'eachern elroy ewan ewen fadyen farlane gill gillivray gowan gregor guire innes innis intosh intyre isaac iver ivor kay ' +
		'kenzie kinley kinnon lachlan laren laughlin lean lellan lennan leod mahon master millan mullen nab namara naughton neal ' +
		'neil neill nicol phail pherson quarrie queen rae tavish vicar william williams'
	)
		.split(' ')
		.map((rest) => `mac${rest}`),
);
const NUMERALS = /^(?:ii|iii|iv)$/;

/** True if all letters are capitals, or all small. */
function isOneCase(text: string): boolean {
	const hasCase = text.toLowerCase() !== text.toUpperCase();
	return hasCase && (text === text.toLowerCase() || text === text.toUpperCase());
}

/** JP, TJ, CJ: initials that stand for a first name. Al, Ed and Jo are names. */
function isInitials(word: string): boolean {
	return /^[A-Z]{2}$/.test(word) && (/^[^AEIOUY]{2}$/.test(word) || word.endsWith('J'));
}

/** `text` trimmed, with single blanks. */
export function repairCase(text: string): string {
	if (!isOneCase(text)) return text;
	const words = text.split(' ');
	return words
		.map((word, place) => {
			if (isInitials(word)) return word;
			const small = word.toLowerCase();
			const isLast = place === words.length - 1;
			if (!isLast && isParticle(small, words[place - 1])) return small;
			if (place > 0 && NUMERALS.test(small)) return small.toUpperCase();
			return small.split('-').map(capitalised).join('-');
		})
		.join(' ');
}

function isParticle(word: string, before: string | undefined): boolean {
	if (PARTICLES.has(word)) return true;
	return AFTER_PARTICLE.has(word) && PARTICLES.has(before?.toLowerCase() ?? '');
}

function capitalised(word: string): string {
	const [, elided = '', rest = word] = /^([odl]['\u2019])(.+)$/.exec(word) ?? [];
	if (elided !== '') return elided.toUpperCase() + capitalised(rest);
	const [, mc = '', clan = word] = /^(mc)(\p{Letter}{2,})$/u.exec(word) ?? [];
	if (mc !== '') return `Mc${firstUpper(clan)}`;
	if (MAC_NAMES.has(word)) return `Mac${firstUpper(word.slice(3))}`;
	return firstUpper(word);
}

/** The first letter, behind an opening bracket or quote if there is one. */
function firstUpper(word: string): string {
	return word.replace(/\p{Letter}/u, (letter) => {
		const upper = letter.toUpperCase();
		// One letter stays one: a capital of \u00df would be two.
		return [...upper].length === 1 ? upper : letter;
	});
}
