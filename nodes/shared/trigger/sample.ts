/** What the editor's test step shows: a few contacts as they are, apart from inbox and cursor. */
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import type { ChangeEvent, Connector, ConnectorContext, CrmRecord, FieldMap } from '../../../lib';

const SAMPLE_SIZE = 3;

export async function sampleItems(
	connector: Connector,
	context: ConnectorContext,
	fieldMap: FieldMap,
): Promise<INodeExecutionData[]> {
	const readAt = new Date(context.now()).toISOString();
	const records = await connector.contacts.list(context, { limit: SAMPLE_SIZE });
	return records.slice(0, SAMPLE_SIZE).map((record) => {
		const crmId = connector.contacts.idOf(record);
		const event: ChangeEvent = {
			eventId: `sample/${context.system}/${crmId}/${readAt}`,
			system: context.system,
			object: 'contact',
			crmId,
			change: 'upsert',
			kind: 'snapshot',
			fields: connector.toCanonical(record, fieldMap, context.settings),
			externalKeys: {},
			editedAt: editTimeOf(record),
			readAt,
			receivedAt: readAt,
			ownWrite: false,
		};
		const json: IDataObject = { ...event };
		return { json };
	});
}

const TIME_FIELDS = ['updated_at', 'SystemModstamp', 'LastModifiedDate'];

/** The record's own time; a record without one counts as old, so that a test overrules nothing. */
function editTimeOf(record: CrmRecord): string {
	const times = TIME_FIELDS.map((name) => record[name])
		.filter((value) => typeof value === 'string')
		.map((value) => Date.parse(value));
	const known = times.find((time) => Number.isFinite(time));
	return new Date(known ?? 0).toISOString();
}
