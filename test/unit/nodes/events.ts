/** Change events as triggers emit them. */
import type { IDataObject } from 'n8n-workflow';
import { openFabric, type Fabric } from '../../../lib';

/** A snapshot of a contact; `minute` is when it was edited. */
export function snapshot(
	system: string,
	crmId: string,
	fields: IDataObject,
	minute = 0,
): IDataObject {
	const at = new Date(Date.UTC(2026, 10, 22, 8, minute)).toISOString();
	return {
		eventId: `${system}:${crmId}:${minute}`,
		system,
		object: 'contact',
		crmId,
		change: 'upsert',
		kind: 'snapshot',
		fields,
		editedAt: at,
		readAt: at,
		receivedAt: at,
	};
}

export const JANE = { type: 'person', firstName: 'Jane', lastName: 'Doe' };
export const JANE_MAIL = { ...JANE, emails: [{ address: 'jane@example.com', primary: true }] };

/** A store with registered systems, both read completely. */
export async function fabricWith(path: string, ...kinds: string[]): Promise<Fabric> {
	const fabric = await openFabric({ type: 'sqlite', path });
	for (const [place, kind] of kinds.entries()) {
		await fabric.registerSystem({
			name: kind,
			connector: kind,
			priority: kinds.length - place,
			fieldMap: fabric.connector(kind).defaultFieldMap,
			settings: fabric.connector(kind).defaultSettings,
			creates: true,
			gonePolicy: 'createAgain',
		});
		await fabric.accept(kind, { events: [], cursor: null, complete: true });
	}
	return fabric;
}
