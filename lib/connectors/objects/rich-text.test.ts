import fc from 'fast-check';
import { canonicalText } from '../../model/canonical';
import { htmlOfText, looksLikeHtml, textOfHtml } from './rich-text';

const unit = fc.constantFrom(
	'a',
	'Z',
	'&',
	'<',
	'>',
	'"',
	"'",
	' ',
	'\n',
	';',
	'é',
	'&amp;',
	'<p>',
);

test('a plain text that went through HTML comes back with its words and line breaks', () => {
	fc.assert(
		fc.property(fc.string({ unit, maxLength: 60 }), (text) => {
			const back = textOfHtml(htmlOfText(text));
			expect(canonicalText(back)).toBe(canonicalText(text));
			expect(textOfHtml(htmlOfText(back))).toBe(back);
			expect(back.split('\n').length).toBe(text.replace(/^\s+|\s+$/g, '').split('\n').length);
		}),
	);
});

test.each([
	[
		'<div>Called &amp; met.</div><div>Again on <b>Monday</b></div>',
		'Called & met.\nAgain on Monday',
	],
	['<p>One</p>\n<ul><li>a</li><li>b</li></ul>', 'One\n- a\n- b'],
	['a<br/>b<br><br>c', 'a\nb\n\nc'],
	['<style>p{}</style><p>&#8364;5 &lt; 6&nbsp;&unknown;</p>', '€5 < 6 &unknown;'],
])('%s', (html, text) => {
	expect(textOfHtml(html)).toBe(text);
	expect(looksLikeHtml(html)).toBe(true);
	expect(looksLikeHtml(htmlOfText(text).replace(/<br>/g, ''))).toBe(false);
});

test('a comparison or an address in brackets is no HTML', () => {
	expect(['5 < 6 > 4', 'Ada <ada@hollis.example>', 'a <- b'].map(looksLikeHtml)).toEqual([
		...[false, false, false],
	]);
});
