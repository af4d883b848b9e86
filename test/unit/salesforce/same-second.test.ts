/**
 * Salesforce tells the time of a change in whole seconds: edits of the second in which the fabric itself
 * read or wrote the record, told as the stream tells them, on a real hub.
 */
import {
	changeEvent,
	eventMaker,
	snapshotEvent,
} from '../../../lib/connectors/salesforce/change-events';
import { readDelivery } from '../../../lib/connectors/salesforce/stream-change';
import { changeEventSchema, type ChangeEvent } from '../../../lib/model/event';
import { iso, snapshot, START, TestHub } from '../support/hub';

const ID = '0035g00000LmQ7xAAF';
const MAP = [
	{ field: 'lastName', crmField: 'LastName', direction: 'both' as const },
	{ field: 'jobTitle', crmField: 'Title', direction: 'both' as const },
	{ field: 'emails.work', crmField: 'Email', direction: 'both' as const },
];
const NO_ARCHIVE = {
	archiveField: '',
	archiveValue: '',
	archiveIsRemoval: false,
	unarchiveValue: '',
};
const CLIENT = 'fabric-client';
const MAKER = eventMaker(
	'salesforce',
	MAP,
	{},
	{ externalIdField: '', clientId: CLIENT, ...NO_ARCHIVE },
);

/** The second in which all of it happens. */
const SECOND = START + 60_000;
const held = {
	type: 'person' as const,
	lastName: 'Adler',
	jobTitle: 'Clerk',
	emails: [{ address: 'ada@example.com', kind: 'work', primary: true }],
};

let serial = 0;

interface Told {
	title: string | null;
	/** When the stream's reply came, ms. */
	toldAt: number;
	ours?: boolean;
	type?: 'UPDATE' | 'DELETE';
}

/** A change that was committed in SECOND. */
function told({ title, toldAt, ours = false, type = 'UPDATE' }: Told): ChangeEvent {
	serial += 1;
	const ChangeEventHeader = {
		entityName: 'Contact',
		recordIds: [ID],
		changeType: type,
		changeOrigin: ours ? `com/salesforce/api/rest/61.0;client=${CLIENT}` : '',
		transactionKey: `transaction-${serial}`,
		sequenceNumber: 1,
		commitTimestamp: SECOND,
		changedFields: ['Title', 'LastModifiedDate'],
	};
	const read = readDelivery({
		channel: '/data/ContactChangeEvent',
		replayId: String(serial),
		payload: { ChangeEventHeader, Title: title, LastModifiedDate: iso(SECOND) },
	});
	const [change] = read.type === 'changes' ? read.changes : [];
	if (change === undefined) throw new Error('The change event cannot be read.');
	const arrival = { toldAt, receivedAt: toldAt + 20 };
	return changeEventSchema.parse(changeEvent(MAKER, change, true, undefined, arrival));
}

let hub: TestHub;

beforeEach(async () => {
	hub = await TestHub.open(['wealthbox', 'salesforce']);
	await hub.take(snapshot('wealthbox', 'w1', held), snapshot('salesforce', ID, held));
	await hub.deliverAll(['wealthbox', 'salesforce']);
});

afterEach(() => hub.close());

/** Edited in Wealthbox and confirmed in Salesforce within SECOND. */
async function broughtOver(title: string): Promise<void> {
	hub.now = SECOND + 400;
	await hub.take(
		snapshot(
			'wealthbox',
			'w1',
			{ ...held, jobTitle: title },
			{
				editedAt: iso(SECOND),
				unchangedUntil: iso(SECOND + 100),
				readAt: iso(SECOND + 350),
				receivedAt: iso(SECOND + 400),
			},
		),
	);
	hub.now = SECOND + 600;
	expect(await hub.deliverAll(['salesforce'])).toMatchObject([{ changes: { jobTitle: title } }]);
}

/** What is written to a system from here on, until nothing is due. */
async function written(): Promise<Record<string, unknown>> {
	hub.now += 10_000;
	const jobs = await hub.deliverAll(['wealthbox', 'salesforce']);
	return Object.fromEntries(jobs.map(({ system, changes }) => [system, changes.jobTitle]));
}

test("a person's edit of what we have just written wins, although its time looks earlier", async () => {
	await broughtOver('Early');
	hub.now = SECOND + 1_200;
	await hub.take(told({ title: 'Early', toldAt: SECOND + 1_150, ours: true }));
	await hub.take(told({ title: 'Late', toldAt: SECOND + 1_150 }));
	expect(await written()).toEqual({ wealthbox: 'Late' });
});

test('also if it is told before the rest of the second is over', async () => {
	await broughtOver('Early');
	hub.now = SECOND + 950;
	await hub.take(told({ title: 'Late', toldAt: SECOND + 900 }));
	expect(await written()).toEqual({ wealthbox: 'Late' });
});

test('an edit that our write took the place of is brought back, and all agree', async () => {
	await broughtOver('Early');
	hub.now = SECOND + 1_200;
	await hub.take(
		told({ title: 'Hidden', toldAt: SECOND + 1_150 }),
		told({ title: 'Early', toldAt: SECOND + 1_150, ours: true }),
	);
	expect(await written()).toEqual({ wealthbox: 'Hidden', salesforce: 'Hidden' });
});

test('an edit after a read of the same second is no old news', async () => {
	const record = { Id: ID, LastName: 'Adler', Title: 'Clerk', Email: 'ada@example.com' };
	const read = { record, readAt: SECOND + 500 };
	hub.now = SECOND + 700;
	await hub.take(changeEventSchema.parse(snapshotEvent(MAKER, read, SECOND + 600)));
	hub.now = SECOND + 1_200;
	await hub.take(told({ title: 'Painter', toldAt: SECOND + 1_150 }));
	expect(await written()).toEqual({ wealthbox: 'Painter' });
});

test('an edit is dated to the end of its second or when it was told, a removal to the beginning', () => {
	const edit = told({ title: 'Painter', toldAt: SECOND + 5_000 });
	expect([edit.editedAt, edit.readAt]).toEqual([iso(SECOND + 999), iso(SECOND + 999)]);
	const quick = told({ title: 'Painter', toldAt: SECOND + 300 });
	expect([quick.editedAt, quick.readAt]).toEqual([iso(SECOND + 300), iso(SECOND + 300)]);
	const removal = told({ title: null, toldAt: SECOND + 5_000, type: 'DELETE' });
	expect([removal.editedAt, removal.readAt]).toEqual([iso(SECOND), iso(SECOND + 999)]);
});
