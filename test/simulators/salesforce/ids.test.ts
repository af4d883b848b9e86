import { checksum, makeId, toId18 } from './ids';

test('the checksum is that of Salesforce', () => {
	expect(checksum('0035g00000LmQ7x')).toBe('AAF');
	expect(checksum('0015g00000Zt4Kd')).toBe('AAJ');
	expect(checksum('000000000000000')).toBe('AAA');
	expect(checksum('A0000B0000C0000')).toBe('BBB');
	expect(checksum('ABCDEabcdeABcde')).toBe('5AD');
});

test('15 and 18 characters name one record, whatever the case of the 18', () => {
	const id = makeId('003', 987_654_321);
	expect(id).toMatch(/^0035g0[0-9A-Za-z]{9}[A-Z0-5]{3}$/);
	expect(toId18(id.slice(0, 15))).toBe(id);
	expect(toId18(id.toLowerCase())).toBe(id);
	expect(toId18(id.toUpperCase())).toBe(id);
});

test('what is no id is none', () => {
	expect(toId18('003')).toBeUndefined();
	expect(toId18("003' OR Id != '")).toBeUndefined();
	expect(toId18('0035g00000LmQ7x999')).toBeUndefined();
});
