/** Writes one delivery to Pocket CRM. An update is one PUT with only what differs. */
import type { ConnectorContext, CrmRecord } from '../../../lib/connectors/connector';
import {
	confirmed,
	noRecord,
	urgencyOf,
	wantedOf,
	writeHeaders,
} from '../../../lib/connectors/deliver-common';
import { requireGone } from '../../../lib/connectors/gone';
import { changedMeanwhile, failureOutcome, goneOutcome } from '../../../lib/connectors/outcomes';
import { planUpdate } from '../../../lib/connectors/update-plan';
import { deliverItem } from '../../../lib/connectors/objects/deliver-item';
import type { ItemPort } from '../../../lib/connectors/objects/item-port';
import { isEmpty } from '../../../lib/model/canonical';
import type { DeliveryJob, DeliveryOutcome } from '../../../lib/model/delivery';
import { baseField } from '../../../lib/model/field-map';
import type { CanonicalFields } from '../../../lib/model/fields';
import { parseLocalReference } from '../../../lib/model/objects';
import { CRM, pocketClient } from './client';
import { bodyOf, knownOf, project, slotValues } from './fields';
import { note } from './objects/note';
import { goneCheck, timeOf } from './reader';
import { cannotArchive, remove, type Desk } from './remove';
import { pocketSettings } from './settings';

/** See `Connector.deliver`. */
export async function deliver(
	context: ConnectorContext,
	job: DeliveryJob,
): Promise<DeliveryOutcome> {
	const client = pocketClient(context, {
		writeHeaders: () => writeHeaders(job),
		priority: urgencyOf(job),
	});
	const desk: Desk = { context, job, settings: pocketSettings(context.settings), client };
	if (job.object === 'note') return deliverItem(context, job, notePort(desk));
	try {
		if (job.operation === 'create') return await create(desk);
		if (job.crmId === null) return noRecord();
		if (job.operation === 'delete') return await remove(desk, job.crmId);
		if (job.operation === 'update') return await update(desk, job.crmId);
		return cannotArchive();
	} catch (error) {
		return failureOutcome(error, CRM);
	}
}

async function create(desk: Desk): Promise<DeliveryOutcome> {
	const { job, client, settings } = desk;
	if (job.attempt > 1 || settings.alwaysLookBeforeCreate) {
		const there = await findOwn(desk);
		if (there !== undefined) return confirmed(desk, String(there.id), held(desk, there), true);
	}
	const values = slotValues(projected(desk, job.desired), job.fieldMap);
	const said = Object.fromEntries(Object.entries(values).filter(([, value]) => !isEmpty(value)));
	const body = { ...bodyOf(said, job.fieldMap), ref: job.unifiedId };
	const record = await client.create('contact', body);
	return confirmed(desk, String(record.id), held(desk, record));
}

/** The record that an earlier try made. A CRM that ignores the filter answers others, too. */
async function findOwn({ job, client, settings }: Desk): Promise<CrmRecord | undefined> {
	const { rows } = await client.page('contact', { ref: job.unifiedId }, settings.pageSize);
	const own = rows.filter(({ ref }) => ref === job.unifiedId);
	return own.sort((a, b) => Number(a.id) - Number(b.id))[0];
}

async function update(desk: Desk, crmId: string): Promise<DeliveryOutcome> {
	const { job, client, settings } = desk;
	const wanted = wantedOf(job, (fields) => projected(desk, fields));
	const values = (fields: CanonicalFields) => slotValues(fields, job.fieldMap);
	try {
		const mustRead = settings.verifyBeforeWrite || job.attempt > 1;
		const record = mustRead ? await client.get('contact', crmId) : null;
		const fresh = record === null ? null : values(held(desk, record));
		// One field holds one entry: lists are planned by the slots that they stand in.
		const planned = planUpdate(values(wanted), values(job.known), fresh);
		if (planned.status !== 'plan')
			return changedMeanwhile(
				CRM,
				planned.status === 'conflict' ? baseField(planned.field) : 'list',
			);
		const body = bodyOf(planned.plan.scalars, job.fieldMap);
		const isDone = Object.keys(body).length === 0;
		const now = isDone ? record : await client.update('contact', crmId, body);
		return confirmed(desk, crmId, now === null ? wanted : picked(held(desk, now), wanted));
	} catch (error) {
		await requireGone(error, goneCheck(client, 'contact', crmId));
		return goneOutcome(CRM);
	}
}

function held({ job }: Desk, record: CrmRecord): CanonicalFields {
	return knownOf(record, job.fieldMap);
}

/** What this delivery did not write is left to the change source: it may be a person's edit. */
function picked(now: CanonicalFields, wanted: CanonicalFields): CanonicalFields {
	return Object.fromEntries(Object.keys(wanted).map((field) => [field, now[field] ?? null]));
}

function projected({ job }: Desk, fields: CanonicalFields): CanonicalFields {
	return project(fields, job.fieldMap);
}

/** Edit times are whole seconds, and its clock is not ours. */
const CLOCK_SLACK_MS = 180_000;

function notePort(desk: Desk): ItemPort {
	const { job, settings, client } = desk;
	return {
		crm: CRM,
		object: note,
		verifyBeforeWrite: settings.verifyBeforeWrite,
		alwaysLookBeforeCreate: settings.alwaysLookBeforeCreate,
		get: (crmId) => client.get('note', crmId),
		create: async (body) => {
			const record = await client.create('note', body);
			return { record, crmId: String(record.id) };
		},
		update: async (crmId, body) => ({ record: await client.update('note', crmId, body) }),
		remove: (crmId) => client.remove('note', crmId),
		candidates: async ({ client: about }) => {
			const since = Date.parse(job.openedAt) - CLOCK_SLACK_MS;
			const contact = typeof about === 'string' ? parseLocalReference(about)?.crmId : undefined;
			const query = { contact_id: contact, updated_since: Math.floor(since / 1_000) };
			const { rows } = await client.page('note', query, settings.pageSize);
			return rows
				.filter(({ created_at: at }) => (timeOf(at) ?? 0) >= since)
				.map((record) => ({ crmId: String(record.id), record }));
		},
		goneCheck: (crmId) => goneCheck(client, 'note', crmId),
		calls: client.calls,
		withJob: (other) => notePort({ ...desk, job: other }),
	};
}
