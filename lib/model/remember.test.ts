import { remembered } from './remember';

test('a result is worked out once, and the same again after it was forgotten', () => {
	const asked: string[] = [];
	const upper = remembered((text) => {
		asked.push(text);
		return text.toUpperCase();
	}, 2);
	for (const text of ['a', 'b', 'a', 'b']) expect(upper(text)).toBe(text.toUpperCase());
	expect(asked).toEqual(['a', 'b']);
	for (const text of ['c', 'd', 'e', 'f', 'a']) expect(upper(text)).toBe(text.toUpperCase());
	expect(asked).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'a']);
});

test('what is in use stays known, however many others come by', () => {
	let count = 0;
	const upper = remembered((text) => {
		count += text === 'a' ? 1 : 0;
		return text.toUpperCase();
	}, 10);
	for (let other = 0; other < 100; other += 1) {
		upper('a');
		upper(`other ${other}`);
	}
	expect(count).toBe(1);
});
