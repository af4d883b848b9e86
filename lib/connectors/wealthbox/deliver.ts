/**
 * Writes one delivery to Wealthbox. An update is one PUT with only what differs; entries of nested
 * arrays go by their id, tags as the whole list (reference/wealthbox.md, section 8.4).
 */
import type { DeliveryJob, DeliveryOutcome } from '../../model/delivery';
import type { CanonicalFields, ListItem } from '../../model/fields';
import type { ConnectorContext, CrmRecord } from '../connector';
import { noRecord, wantedOf, writeHeadersByCall } from '../deliver-common';
import { requireGone } from '../gone';
import {
	changedMeanwhile,
	customFieldGone,
	failureOutcome,
	goneOutcome,
	unknownValue,
} from '../outcomes';
import { isNothing, listAfter, planUpdate, type UpdatePlan } from '../update-plan';
import { CRM, wealthboxClient } from './client';
import { createBody, project, scalarBody } from './fields';
import { NESTED, planBody } from './nested';
import { goneCheck } from './reader';
import { sendTolerantly, silentlyLost, type Desk, type Sent } from './refused';
import { archive, confirmed, held, remove } from './remove';
import { wealthboxSettings } from './settings';

export async function deliver(
	context: ConnectorContext,
	job: DeliveryJob,
): Promise<DeliveryOutcome> {
	const client = wealthboxClient(context, {
		writeHeaders: writeHeadersByCall(job),
		priority: job.attempt > 1 ? 'retry' : 'live',
	});
	const desk: Desk = { context, job, settings: wealthboxSettings(context.settings), client };
	try {
		if (job.operation === 'create') return await create(desk);
		if (job.crmId === null) return noRecord();
		return await written(desk, job.crmId);
	} catch (error) {
		return failureOutcome(error, CRM);
	}
}

async function written(desk: Desk, crmId: string): Promise<DeliveryOutcome> {
	switch (desk.job.operation) {
		case 'delete':
			return remove(desk, crmId);
		case 'archive':
		case 'unarchive':
			return archive(desk, crmId, update);
		default:
			return update(desk, crmId);
	}
}

async function create(desk: Desk): Promise<DeliveryOutcome> {
	const { job, context, settings } = desk;
	if (job.attempt > 1 || settings.alwaysLookBeforeCreate) {
		const there = await findOwn(desk);
		if (there !== undefined) return confirmed(desk, String(there.id), held(desk, there), true);
	}
	const desired = project(job.desired, job.fieldMap, context.settings);
	const body = {
		...createBody(desired, job.fieldMap, context.settings),
		external_unique_id: job.unifiedId,
	};
	const sent = await sendTolerantly(desk, body, (part) => desk.client.create(part));
	const record = sent.record ?? {};
	return finish(desk, String(record.id), sent, desired, held(desk, record));
}

/** Confirmed, or rejected for the one field that could not be written although the others were. */
async function finish(
	desk: Desk,
	crmId: string,
	sent: Sent,
	values: CanonicalFields,
	known: CanonicalFields,
): Promise<DeliveryOutcome> {
	const silent = sent.record === null ? [] : await silentlyLost(desk, values, sent.record);
	const [lost] = [...sent.lost, ...silent];
	const [unknown] = desk.settings.unknownPicklistValue === 'reject' ? sent.unknown : [];
	const culprit = lost ?? unknown;
	if (culprit === undefined) return confirmed(desk, crmId, known);
	const { field, crmField } = culprit;
	const outcome = lost ? customFieldGone(CRM, field, crmField) : unknownValue(CRM, field);
	const rest = Object.fromEntries(Object.entries(known).filter(([name]) => name !== field));
	return { ...outcome, known: rest, crmId };
}

/** The record that an earlier try made. Unknown filters are ignored by Wealthbox: the answer is checked. */
async function findOwn({ job, client, settings }: Desk): Promise<CrmRecord | undefined> {
	const query = { external_unique_id: job.unifiedId, order: 'created' };
	const { rows } = await client.page(query, settings.pageSize);
	const own = rows.filter((row) => row.external_unique_id === job.unifiedId);
	return own.sort((a, b) => Number(a.id) - Number(b.id))[0];
}

async function update(desk: Desk, crmId: string): Promise<DeliveryOutcome> {
	const { job, context, settings } = desk;
	const wanted = wantedOf(job, (fields) => project(fields, job.fieldMap, context.settings));
	try {
		const mustRead = settings.verifyBeforeWrite || job.attempt > 1;
		let fresh = mustRead ? held(desk, await desk.client.get(crmId)) : null;
		let planned = planUpdate(wanted, job.known, fresh);
		if (planned.status === 'needsRead') {
			fresh = held(desk, await desk.client.get(crmId));
			planned = planUpdate(wanted, job.known, fresh);
		}
		if (planned.status !== 'plan') {
			return changedMeanwhile(CRM, planned.status === 'conflict' ? planned.field : 'list');
		}
		const { plan } = planned;
		const body = updateBody(desk, plan);
		const sent = await sendTolerantly(desk, body, (part) => desk.client.update(crmId, part));
		const now = sent.record === null ? (fresh ?? job.known) : held(desk, sent.record);
		return await finish(desk, crmId, sent, plan.scalars, knownAfter(desk, plan, now));
	} catch (error) {
		await requireGone(error, goneCheck(desk.client, crmId));
		return goneOutcome(CRM);
	}
}

function updateBody({ job, settings }: Desk, plan: UpdatePlan): CrmRecord {
	const body = scalarBody(plan.scalars, job.fieldMap);
	for (const [field, list] of plan.lists) {
		if (!isNothing(list)) body[NESTED[field]] = planBody(field, list, settings);
	}
	return body;
}

/**
 * What was written, as the CRM answered. The answer holds the whole contact; fields and entries that
 * this delivery did not write are left to the change source, as they may be a person's edits.
 */
function knownAfter({ job }: Desk, plan: UpdatePlan, answer: CanonicalFields): CanonicalFields {
	const known: CanonicalFields = { ...plan.settled };
	for (const field of Object.keys(plan.scalars)) known[field] = answer[field] ?? null;
	for (const [field, list] of plan.lists) {
		const before = (job.known[field] ?? []) as ListItem[];
		known[field] = listAfter(field, before, list, (answer[field] ?? []) as ListItem[]);
	}
	return known;
}
