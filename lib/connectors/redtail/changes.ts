/**
 * Redtail's change source: polling of the search, and a regular full comparison, since editing a
 * phone may leave the contact's edit time as it was and no list of deleted contacts is known
 * (reference/redtail.md, section 5).
 */
import { objectsOf, type FieldMap } from '../../model/field-map';
import type { ChangeSourceOptions, ConnectorContext } from '../connector';
import { runObjectPolling, type PolledObjects } from '../poll-objects';
import type { PollingSettings } from '../poll-reader';
import { paced, pollTimes } from '../poll-settings';
import type { RecordReader } from '../read-all';
import { FamilyMembers } from './family-members';
import { itemReader, type Listed } from './item-reader';
import { noteReader } from './note-reader';
import { redtailReader } from './reader';
import { redtailSettings, type RedtailSettings } from './settings';

export async function runChangeSource(
	context: ConnectorContext,
	options: ChangeSourceOptions,
	random?: () => number,
): Promise<void> {
	const settings = redtailSettings(context.settings);
	const { fieldMap, cursor } = options;
	const own = paced(context, settings);
	const members = objectsOf(fieldMap).includes('household')
		? new FamilyMembers(own, fieldMap, cursor === null)
		: undefined;
	const contacts = redtailReader(own, fieldMap, settings);
	await runObjectPolling({
		context,
		options: members === undefined ? options : withMembers(options, members, contacts),
		lists: listsOf({ context: own, fieldMap, settings, members, contacts }),
		random,
	});
}

interface ListParts {
	context: ConnectorContext;
	fieldMap: FieldMap;
	settings: RedtailSettings;
	members: FamilyMembers | undefined;
	contacts: RecordReader;
}

/** Contacts, and what is chosen of the rest, in the order in which they are read first. */
function listsOf(parts: ListParts): [PolledObjects, ...PolledObjects[]] {
	const { context, fieldMap, settings } = parts;
	const contacts: PolledObjects = {
		objects: ['contact'],
		reader: parts.contacts,
		settings: contactPolling(settings),
	};
	const notes: PolledObjects = {
		objects: ['note'],
		reader: noteReader({ context, fieldMap, settings }),
		settings: notePolling(settings),
	};
	const areNotesChosen = objectsOf(fieldMap).includes('note');
	return [
		contacts,
		...itemList(parts, ['household']),
		...itemList(parts, ['opportunity']),
		...(areNotesChosen ? [notes] : []),
		// Tasks and events share one list in Redtail.
		...itemList(parts, ['task', 'event']),
	];
}

function itemList(
	{ context, fieldMap, settings, members }: ListParts,
	all: readonly Listed[],
): PolledObjects[] {
	const chosen = objectsOf(fieldMap);
	const [main, ...others] = all.filter((object) => chosen.includes(object));
	if (main === undefined) return [];
	const objects = [main, ...others] as const;
	const told = main === 'household' ? { members } : {};
	const reader = itemReader({ context, objects, fieldMap, settings, ...told });
	return [{ objects, reader, settings: itemPolling(settings) }];
}

/** What the families told of their members travels with whatever is committed next. */
function withMembers(
	options: ChangeSourceOptions,
	members: FamilyMembers,
	contacts: RecordReader,
): ChangeSourceOptions {
	const { commit, knowsRecord, signal } = options;
	const isGone = (contactId: string) => contacts.isGone(contactId, signal);
	return {
		...options,
		commit: async (one) => {
			const { batch, done } = await members.added(one, knowsRecord, isGone);
			const news = await commit(batch);
			done();
			return news;
		},
	};
}

function contactPolling(settings: RedtailSettings): PollingSettings {
	return {
		...pollTimes(settings),
		deletedEveryPolls: 1,
		editsAlwaysTouch: settings.subRecordEditsTouchContact,
	};
}

function itemPolling(settings: RedtailSettings): PollingSettings {
	return {
		...contactPolling(settings),
		minPollMs: settings.minItemPollSeconds * 1_000,
		maxPollMs: settings.maxItemPollSeconds * 1_000,
		editsAlwaysTouch: true,
	};
}

/** The search that polls use is cheap; reading the notes of all contacts is not. */
function notePolling(settings: RedtailSettings): PollingSettings {
	return {
		...itemPolling(settings),
		fullScanMs: settings.noteScanMinutes * 60_000,
		editsAlwaysTouch: false,
	};
}
