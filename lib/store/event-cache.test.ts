import fc from 'fast-check';
import type { ChangeEvent } from '../model/event';
import { EventCache, isAsParsed } from './event-cache';

function event(fields: ChangeEvent['fields']): ChangeEvent {
	return {
		eventId: 'e1',
		system: 'redtail',
		object: 'contact',
		crmId: '7',
		change: 'upsert',
		kind: 'snapshot',
		fields,
		externalKeys: {},
		editedAt: '2026-03-02T09:00:00.000Z',
		readAt: '2026-03-02T09:00:00.000Z',
		receivedAt: '2026-03-02T09:00:00.000Z',
		ownWrite: false,
	};
}

describe('EventCache', () => {
	it('hands an event out once', () => {
		const cache = new EventCache();
		const one = event({ firstName: 'Ann' });
		const text = JSON.stringify(one);
		cache.note(one, text);
		expect(cache.take('e1', text)).toBe(one);
		expect(cache.take('e1', text)).toBeUndefined();
	});

	it('hands out nothing for a row with another text', () => {
		const cache = new EventCache();
		const one = event({ firstName: 'Ann' });
		cache.note(one, JSON.stringify(one));
		expect(cache.take('e1', JSON.stringify(event({ firstName: 'Anna' })))).toBeUndefined();
	});

	it('keeps nothing that its text does not say', () => {
		const cache = new EventCache();
		const one = { ...event({}), origin: undefined };
		const text = JSON.stringify(one);
		cache.note(one, text);
		expect(cache.take('e1', text)).toBeUndefined();
	});
});

describe('isAsParsed', () => {
	it('is true only of what JSON gives back as it was', () => {
		const anything = fc.anything({
			withDate: true,
			withMap: true,
			withNullPrototype: true,
			withSparseArray: true,
		});
		fc.assert(
			fc.property(anything, (value) => {
				if (isAsParsed(value)) expect(JSON.parse(JSON.stringify(value))).toStrictEqual(value);
			}),
		);
		fc.assert(
			fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
				expect(isAsParsed(JSON.parse(JSON.stringify(value)))).toBe(true);
			}),
		);
	});

	it.each([undefined, -0, NaN, Infinity, new Date(0), [undefined], { a: undefined }])(
		'%p is not',
		(value) => expect(isAsParsed(value)).toBe(false),
	);
});
