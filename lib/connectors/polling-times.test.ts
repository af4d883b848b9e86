/** The polling loop: when an edit was made, as far as a poll can tell. */
import { Source } from '../../test/unit/connectors/harness';
import { MINUTE, STARTED, Desk } from '../../test/unit/connectors/polled-desk';

let desk: Desk;
let source: Source | undefined;

beforeEach(() => {
	desk = new Desk();
});

afterEach(async () => {
	const running = source;
	source = undefined;
	await running?.stop();
});

describe('what an event says of its time', () => {
	test('unchangedUntil is the start of the last complete poll before the change was first seen', async () => {
		source = desk.start();
		await source.rounds(3);
		const lastQuiet = desk.polls.at(-1) ?? 0;
		desk.edit('1', 'Brandt');
		await source.until(() => (source?.events.length ?? 0) >= 2);
		const [first, second] = source.events;
		expect(Date.parse(first?.unchangedUntil ?? '')).toBe(lastQuiet);
		expect(second).toMatchObject({
			eventId: first?.eventId,
			unchangedUntil: first?.unchangedUntil,
		});
		expect(first?.eventId).toMatch(/^wealthbox:contact:1:2026-.*Z:[0-9a-f]{16}$/);
		expect(Date.parse(first?.readAt ?? '')).toBe(desk.polls.find((at) => at > lastQuiet));
	});

	test('where an edit may leave the edit time alone, only a full listing bounds it', async () => {
		source = desk.start({ editsAlwaysTouch: false });
		await source.rounds(3);
		desk.edit('1', 'Brandt');
		await source.until(() => (source?.events.length ?? 0) > 0);
		expect(source.events[0]).not.toHaveProperty('unchangedUntil');
	});

	test('the same record edited twice in one minute is two observations', async () => {
		source = desk.start();
		await source.rounds(1);
		const at = desk.clock.now();
		desk.rows.set('1', { at, name: 'One' });
		await source.until(() => (source?.events.length ?? 0) > 0);
		desk.rows.set('1', { at, name: 'Two' });
		await source.until(
			() => source?.events.some(({ fields }) => fields.lastName === 'Two') === true,
		);
		expect(new Set(source.events.map(({ eventId }) => eventId)).size).toBe(2);
	});
});

test('after a bulk edit the same rows are not read forever, where the clocks agree', async () => {
	const read = desk.read.bind(desk);
	desk.read = async (query) => ({ ...(await read(query)), serverTime: desk.clock.now() });
	source = desk.start();
	await source.rounds(1);
	for (let index = 0; index < 50; index += 1) desk.edit(String(index), 'bulk');
	await source.until(() => (source?.events.length ?? 0) >= 50);
	await source.rounds(100);
	const before = source.events.length;
	await source.rounds(5);
	expect(source.events).toHaveLength(before);
	desk.edit('7', 'again');
	await source.until(() => (source?.events.length ?? 0) > before);
});

test('what was edited while a long poll went on is read again by the next one', async () => {
	const read = desk.read.bind(desk);
	desk.read = async (query) => {
		if (query.page === 2) {
			desk.clock.at += MINUTE;
			desk.edit('late', 'Edited');
			desk.clock.at += 10 * MINUTE;
			desk.edit('last', 'Edited');
		}
		return { ...(await read(query)), serverTime: desk.clock.now() };
	};
	desk.pageSize = 2;
	for (const crmId of ['1', '2', '3']) desk.edit(crmId, 'Before');
	source = desk.start({}, { cursor: STARTED });
	const seen = () => source?.events.filter(({ crmId }) => crmId === 'late') ?? [];
	await source.until(() => seen().length >= 1);
	const [first] = seen();
	desk.read = read;
	const polls = desk.polls.length;
	await source.until(() => desk.polls.length >= polls + 2);
	const again = seen().filter(({ readAt }) => readAt > (first?.editedAt ?? ''));
	expect(Date.parse(first?.readAt ?? '')).toBeLessThan(Date.parse(first?.editedAt ?? ''));
	expect(again).not.toHaveLength(0);
});

describe('a CRM whose lists lag behind', () => {
	const LAG = 90_000;

	test('shows an edit late: it is found, and dated no later than it was made', async () => {
		desk.lagMs = LAG;
		source = desk.start({ listLagMs: LAG, maxPollMs: 10_000, overlapMs: 10_000 });
		await source.rounds(3);
		const editedAt = desk.clock.now();
		desk.edit('late', 'Edited');
		await source.until(() => (source?.events.length ?? 0) > 0);
		const [event] = source.events;
		const at = (time: string | undefined) => Date.parse(time ?? '');
		expect(at(event?.receivedAt) - editedAt).toBeGreaterThanOrEqual(LAG);
		expect(at(event?.unchangedUntil)).toBeLessThanOrEqual(editedAt);
		expect(at(event?.readAt)).toBeGreaterThanOrEqual(editedAt);
	});

	test('may show what was before a write that it already holds: that is not taken for news of now', async () => {
		source = desk.start({ listLagMs: LAG }, { start: 'everything' });
		desk.rows.set('old', { at: desk.clock.now() - 30 * MINUTE, name: 'Before' });
		await source.until(() => (source?.events.length ?? 0) > 0);
		const [event] = source.events;
		const read = Date.parse(event?.receivedAt ?? '') - Date.parse(event?.readAt ?? '');
		expect(read).toBeGreaterThanOrEqual(LAG);
	});
});
