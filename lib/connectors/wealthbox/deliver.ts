/**
 * Writes one delivery to Wealthbox. An update is one PUT with only what differs; entries of nested
 * arrays go by their id, tags as the whole list (reference/wealthbox.md, section 8.4).
 */
import type { DeliveryJob, DeliveryOutcome } from '../../model/delivery';
import { isEmpty } from '../../model/canonical';
import type { CanonicalFields, ListItem } from '../../model/fields';
import type { ConnectorContext, CrmRecord } from '../connector';
import { confirmed, noRecord, urgencyOf, wantedOf, writeHeadersByCall } from '../deliver-common';
import { mapped } from '../field-codec';
import { requireGone } from '../gone';
import {
	changedMeanwhile,
	customFieldGone,
	failureOutcome,
	goneOutcome,
	unknownValue,
} from '../outcomes';
import { isNothing, listAfter, planUpdate, type UpdatePlan } from '../update-plan';
import { accountOf } from './account';
import { CRM, wealthboxClient } from './client';
import { deliverItemTo } from './deliver-item';
import { createBody, knownOf, project, scalarBody } from './fields';
import { changesMembership, writeMembership } from './membership';
import { NESTED, planBody } from './nested';
import { itemOf } from './objects';
import { asHousehold, untyped } from './objects/household';
import { HOUSEHOLD } from './objects/wealthbox-object';
import { goneCheck } from './reader';
import { sendTolerantly, silentlyLost, type Sent } from './refused';
import type { Desk } from './desk';
import { archive, remove } from './remove';
import { wealthboxSettings } from './settings';

export async function deliver(
	context: ConnectorContext,
	job: DeliveryJob,
): Promise<DeliveryOutcome> {
	const client = wealthboxClient(context, {
		writeHeaders: writeHeadersByCall(job),
		priority: urgencyOf(job),
	});
	const desk: Desk = { context, job, settings: wealthboxSettings(context.settings), client };
	const item = itemOf(job.object);
	if (item !== undefined) return deliverItemTo(desk, item);
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
	const desired = projected(desk, job.desired);
	const body = {
		...createBody(desired, job.fieldMap, settings),
		...(job.object === 'household' ? { type: HOUSEHOLD } : {}),
		external_unique_id: job.unifiedId,
	};
	const sent = await sendTolerantly(desk, body, (part) => desk.client.create(part));
	const record = sent.record ?? {};
	const crmId = String(record.id);
	accountOf(context).noteKind(crmId, job.object === 'household');
	const known = held(desk, record);
	if (isEmpty(desired.household)) return finish(desk, crmId, sent, desired, known);
	try {
		const home = await writeMembership(desk, crmId, desired, known);
		return await finish(desk, crmId, sent, desired, { ...known, ...mappedPart(desk, home) });
	} catch (error) {
		return failureOutcome(error, CRM, { crmId, known });
	}
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
	const { job, settings } = desk;
	const wanted = wantedOf(job, (fields) => projected(desk, fields));
	try {
		const mustRead = settings.verifyBeforeWrite || job.attempt > 1;
		let fresh = mustRead ? held(desk, await desk.client.get(crmId)) : null;
		let planned = planUpdate(wanted, job.known, fresh, job.unanswered);
		if (planned.status === 'needsRead') {
			fresh = held(desk, await desk.client.get(crmId));
			planned = planUpdate(wanted, job.known, fresh, job.unanswered);
		}
		if (planned.status !== 'plan') {
			return changedMeanwhile(CRM, planned.status === 'conflict' ? planned.field : 'list');
		}
		const { plan } = planned;
		const body = updateBody(desk, plan);
		const sent = await sendTolerantly(desk, body, (part) => desk.client.update(crmId, part));
		const now = sent.record === null ? (fresh ?? job.known) : held(desk, sent.record);
		const after = { ...now, ...(await membershipAfter(desk, crmId, plan, now)) };
		const known = { ...knownAfter(desk, plan, after), ...endedRole(desk, plan) };
		return await finish(desk, crmId, sent, plan.scalars, known);
	} catch (error) {
		await requireGone(error, goneCheck(desk.client, crmId));
		return goneOutcome(CRM);
	}
}

/** What the contact's household and role are then; nothing if neither is to be written. */
async function membershipAfter(
	desk: Desk,
	crmId: string,
	{ scalars }: UpdatePlan,
	now: CanonicalFields,
): Promise<CanonicalFields> {
	if (!changesMembership(scalars)) return {};
	const before = { ...desk.job.known, ...now };
	return mappedPart(desk, await writeMembership(desk, crmId, scalars, before));
}

/** Who leaves a household has no role in it any more. */
function endedRole(desk: Desk, { scalars }: UpdatePlan): CanonicalFields {
	const isLeft = scalars.household !== undefined && isEmpty(scalars.household);
	return isLeft ? mappedPart(desk, { householdRole: null }) : {};
}

/** Only what the map names is known. */
function held({ job, context }: Desk, record: CrmRecord): CanonicalFields {
	return knownOf(record, job.fieldMap, context.settings);
}

function mappedPart({ job }: Desk, fields: CanonicalFields): CanonicalFields {
	const names = new Set(mapped(job.fieldMap).map(({ field }) => field));
	return Object.fromEntries(Object.entries(fields).filter(([field]) => names.has(field)));
}

function projected({ job, context }: Desk, fields: CanonicalFields): CanonicalFields {
	if (job.object !== 'household') return project(fields, job.fieldMap, context.settings);
	return untyped(project(asHousehold(fields), job.fieldMap, context.settings));
}

function updateBody({ job, settings }: Desk, plan: UpdatePlan): CrmRecord {
	const body = scalarBody(plan.scalars, job.fieldMap, settings);
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
