/**
 * Texts of notes, tasks and events: canonical is plain text, some CRMs keep HTML. A plain text that went
 * through HTML comes back as it was; of an HTML text its layout is lost, its words and line breaks stay. Pure.
 */

/** Elements that begin on a line of their own. */
const BLOCKS = /^(p|div|li|ul|ol|h[1-6]|tr|table|blockquote|pre|section|article|header|footer)$/i;
const KNOWN =
	/<\/?(p|div|br|b|i|u|strong|em|ul|ol|li|a|span|h[1-6]|font|table|tr|td|img)\b[^<>]*>/i;

/** Stands for the border of a block; of the private use area, where no text has a character. */
const BREAK = '\ue000';
const BREAKS = /[ \ue000]*\ue000[ \ue000]*/g;

const ENTITIES: Record<string, string> = {
	amp: '&',
	lt: '<',
	gt: '>',
	quot: '"',
	apos: "'",
	nbsp: ' ',
	ndash: '–',
	mdash: '—',
	hellip: '…',
	lsquo: '‘',
	rsquo: '’',
	ldquo: '“',
	rdquo: '”',
	bull: '•',
	copy: '©',
	reg: '®',
	trade: '™',
	euro: '€',
	pound: '£',
};

/** Is the text written in HTML? A lone `<` or an address in angle brackets is none. */
export function looksLikeHtml(text: string): boolean {
	return KNOWN.test(text);
}

export function textOfHtml(html: string): string {
	const withoutHidden = html
		.replace(/<!--[\s\S]*?-->/g, '')
		.replace(/<(script|style)\b[\s\S]*?<\/\1\s*>/gi, '');
	const lines = withoutHidden
		.replace(/\s+/g, ' ')
		.replace(/<br\s*\/?>/gi, '\n')
		.replace(/<(\/?)([a-z][a-z0-9]*)\b[^<>]*>/gi, (_tag, close: string, name: string) => {
			if (!BLOCKS.test(name)) return /^t[dh]$/i.test(name) && close !== '' ? ' ' : '';
			return close === '' && name.toLowerCase() === 'li' ? `${BREAK}- ` : BREAK;
		})
		// Where one block ends and the next begins is one new line; those of <br> are kept as they are.
		.replace(BREAKS, '\n')
		.split('\n')
		.map((line) => line.replace(/^ +| +$/g, ''));
	return decoded(lines.join('\n')).replace(/^\n+|\n+$/g, '');
}

export function htmlOfText(text: string): string {
	return text
		.replace(/\r\n?/g, '\n')
		.replace(/&/g, '&amp;')
		.replace(/</g, '&lt;')
		.replace(/>/g, '&gt;')
		.replace(/"/g, '&quot;')
		.replace(/ (?= )/g, '&nbsp;')
		.replace(/\n/g, '<br>');
}

function decoded(text: string): string {
	return text.replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]{2,8});/gi, (whole, name: string) => {
		const isCode = name.startsWith('#');
		if (!isCode) return ENTITIES[name.toLowerCase()] ?? whole;
		const isHex = name[1]?.toLowerCase() === 'x';
		const code = isHex ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10);
		return code > 0 && code <= 0x10_ff_ff ? String.fromCodePoint(code) : whole;
	});
}
