import fc from 'fast-check';
import { parsePhoneNumberFromString } from 'libphonenumber-js';
import {
	canonicalEmail,
	canonicalPhone,
	canonicalText,
	isEmpty,
	listItemKey,
	sameAttributes,
	sameContent,
	sameValue,
} from './canonical';

test('one American number has one form, however it is typed', () => {
	const typed = [
		'(207) 555-0148',
		'207.555.0148',
		'+1 207 555 0148',
		'1-207-555-0148',
		'2075550148',
	];
	for (const number of typed) expect(canonicalPhone(number)).toBe('+12075550148');
	expect(canonicalPhone('+44 20 7946 0018')).toBe('+442079460018');
});

test('numbers that need no parsing come out as parsing them would', () => {
	const prefix = fc.constantFrom('', '1', '+1', '1-', '+1 ', '+1.');
	const typed = fc
		.tuple(
			prefix,
			fc.stringMatching(/^[2-9]\d{2}$/),
			fc.constantFrom('', ' ', '-', '.', ') '),
			fc.stringMatching(/^\d{3}$/),
			fc.constantFrom('', ' ', '-', '.'),
			fc.stringMatching(/^\d{4}$/),
		)
		.map(([head, area, gap, exchange, second, line]) =>
			[head, gap === ') ' ? '(' : '', area, gap, exchange, second, line].join(''),
		);
	fc.assert(
		fc.property(typed, (number) => {
			const parsed = parsePhoneNumberFromString(number, 'US');
			expect(parsed?.isPossible()).toBe(true);
			expect(canonicalPhone(number)).toBe(parsed?.number);
		}),
		{ numRuns: 2_000 },
	);
});

test('what is no phone number keeps its digits, else its text', () => {
	expect(canonicalPhone('12')).toBe('12');
	expect(canonicalPhone(' ask  the office ')).toBe('ask the office');
});

test('e-mails differ neither by case nor by blanks around them', () => {
	expect(canonicalEmail(' Ada@Example.COM ')).toBe('ada@example.com');
});

test('composed and decomposed letters are one text', () => {
	expect(canonicalText('Zoe\u0308')).toBe('Zo\u00eb');
	expect(canonicalText(' a \n b\t')).toBe('a b');
});

test('canonical forms are their own canonical forms', () => {
	fc.assert(
		fc.property(fc.string(), (text) => {
			expect(canonicalText(canonicalText(text))).toBe(canonicalText(text));
			expect(canonicalEmail(canonicalEmail(text))).toBe(canonicalEmail(text));
		}),
	);
	fc.assert(
		fc.property(fc.stringMatching(/^[2-9]\d{2}[2-9]\d{6}$/), (number) => {
			expect(canonicalPhone(canonicalPhone(number))).toBe(canonicalPhone(number));
		}),
	);
});

test('nothing is nothing: absent, null, empty text, empty list', () => {
	for (const nothing of [undefined, null, '', '  ', []]) expect(isEmpty(nothing)).toBe(true);
	for (const something of [0, false, 'x', [{ name: 'vip' }]])
		expect(isEmpty(something)).toBe(false);
	expect(sameValue('firstName', null, ' ')).toBe(true);
	expect(sameValue('firstName', undefined, null)).toBe(true);
	expect(sameValue('firstName', 'Ada', null)).toBe(false);
	expect(sameValue('emails', null, [])).toBe(true);
	expect(sameValue('custom.score', 0, null)).toBe(false);
});

test('a silent kind agrees with any, a silent extension with none', () => {
	const plain = { number: '207-555-0148' };
	expect(sameAttributes('phones', plain, { ...plain, kind: 'home' })).toBe(true);
	expect(sameAttributes('phones', { ...plain, kind: 'work' }, { ...plain, kind: 'home' })).toBe(
		false,
	);
	expect(sameAttributes('phones', plain, { ...plain, extension: '5' })).toBe(false);
	expect(sameAttributes('phones', plain, { ...plain, extension: ' ' })).toBe(true);
});

test('an address is all its parts, a tag its name', () => {
	const street = { street: '1 Main St', city: 'Bath', postalCode: '04530' };
	expect(listItemKey('addresses', { ...street, street: '1  MAIN st' })).toBe(
		listItemKey('addresses', street),
	);
	expect(listItemKey('addresses', { ...street, postalCode: '04531' })).not.toBe(
		listItemKey('addresses', street),
	);
	expect(listItemKey('tags', { name: 'VIP ' })).toBe('vip');
});

test('lists mean the same in any order', () => {
	const [a, b] = [{ address: 'a@x.io' }, { address: 'b@x.io', kind: 'work' }];
	expect(sameValue('emails', [a, b], [b, a])).toBe(true);
	expect(sameValue('emails', [a, b], [a])).toBe(false);
	expect(sameValue('emails', [a], [b])).toBe(false);
});

test('content is the same only if the nested ids are', () => {
	const known = { firstName: 'Ada', emails: [{ address: 'a@x.io', ref: '7' }] };
	expect(sameContent({ firstName: 'Ada ' }, known)).toBe(true);
	expect(sameContent({ emails: [{ address: 'A@x.io', ref: '7' }] }, known)).toBe(true);
	expect(sameContent({ emails: [{ address: 'a@x.io', ref: '8' }] }, known)).toBe(false);
	expect(sameContent({ jobTitle: 'CFO' }, known)).toBe(false);
});
