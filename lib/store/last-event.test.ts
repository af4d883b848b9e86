import { event } from '../../test/unit/store/calls/samples';
import { storedEvent } from './last-event';

test('it tells the kind of change without the rest, and the whole event when asked', () => {
	for (const change of ['upsert', 'delete', 'archive'] as const) {
		const told = { ...event('1', 'e1'), change };
		const last = storedEvent(JSON.stringify(told), 'applied');
		expect([last.change, last.event, last.state]).toEqual([change, told, 'applied']);
	}
});

test('an external key of that name does not pass for the kind of change', () => {
	const { change, ...rest } = event('1', 'e1');
	const [first, last] = [{ externalKeys: { change: 'delete' } }, { change }];
	for (const told of [
		{ ...first, ...rest, ...last },
		{ ...last, ...rest, ...first },
	])
		expect(storedEvent(JSON.stringify({ ...told, ...first, change }), 'noop').change).toBe(change);
	expect(storedEvent(JSON.stringify({ ...first, ...last }), 'noop').change).toBe(change);
});
