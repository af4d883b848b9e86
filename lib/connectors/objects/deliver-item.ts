/**
 * Writes one delivery of a note, task, event, opportunity or (where it is no contact) household: the same
 * steps in every CRM, with the CRM's own calls behind a port.
 */
import type { DeliveryJob, DeliveryOutcome } from '../../model/delivery';
import { listItemKey, sameValue } from '../../model/canonical';
import type { CanonicalFields, ListField, ListItem } from '../../model/fields';
import type { ConnectorContext, CrmRecord } from '../connector';
import {
	changedField,
	confirmedOutcome,
	contentsTried,
	noRecord,
	saidOf,
	wantedOf,
} from '../deliver-common';
import { requireGone } from '../gone';
import { changedMeanwhile, failureOutcome, goneOutcome } from '../outcomes';
import { listAfter, planUpdate, type ListPlan, type UpdatePlan } from '../update-plan';
import { archiveItem } from './archive-item';
import { itemBody, itemToCanonical, projectItem } from './crm-object';
import type { ItemPort, SentItem } from './item-port';

interface Desk {
	context: ConnectorContext;
	job: DeliveryJob;
	port: ItemPort;
}

export async function deliverItem(
	context: ConnectorContext,
	job: DeliveryJob,
	port: ItemPort,
): Promise<DeliveryOutcome> {
	const desk = { context, job, port };
	try {
		if (job.operation === 'create') return await create(desk);
		if (job.crmId === null) return noRecord();
		if (job.operation === 'delete') return await remove(desk, job.crmId);
		if (job.operation === 'update') return await update(desk, job.crmId);
		return await archiveItem(desk, job.crmId);
	} catch (error) {
		return failureOutcome(error, port.crm);
	}
}

function held({ context, job, port }: Desk, record: CrmRecord): CanonicalFields {
	return itemToCanonical(port.object, record, job.fieldMap, context.settings, true);
}

function projected({ context, job, port }: Desk, fields: CanonicalFields): CanonicalFields {
	return projectItem(port.object, fields, job.fieldMap, context.settings);
}

async function create(desk: Desk): Promise<DeliveryOutcome> {
	const { job, port, context } = desk;
	const desired = projected(desk, job.desired);
	if (job.attempt > 1 || port.alwaysLookBeforeCreate) {
		const there = await findMade(desk);
		if (there !== undefined) return confirmed(desk, there.crmId, held(desk, there.record), true);
	}
	const said = saidOf(desired);
	const scope = { settings: context.settings, current: null };
	const body = itemBody(port.object, said, job.fieldMap, scope);
	const { crmId, ...sent } = await port.create(body, desired);
	const known = sent.record === null ? said : held(desk, sent.record);
	return finish(desk, crmId, sent, known);
}

/** What tells one item of a client from another one; the rest may be what the CRM makes of it. */
const TELLING = ['client', 'name', 'subject', 'text', 'dueDate', 'startsAt', 'closeDate'];

interface Made {
	crmId: string;
	record: CrmRecord;
}

/** The record that an earlier try made, as it was tried then or as it is wanted now. */
async function findMade(desk: Desk): Promise<Made | undefined> {
	for (const content of contentsTried(desk.job, (fields) => projected(desk, fields))) {
		const made = await findLike(desk, content);
		if (made !== undefined) return made;
	}
	return undefined;
}

/** Nothing that tells it apart differs, and most of the rest is the same. */
async function findLike(desk: Desk, content: CanonicalFields): Promise<Made | undefined> {
	const candidates = await desk.port.candidates(content);
	const wanted = Object.entries(saidOf(content));
	let best: (Made & { same: number }) | undefined;
	for (const { crmId, record } of candidates) {
		const fields = held(desk, record);
		const isSame = ([field, value]: (typeof wanted)[number]) =>
			fields[field] === undefined || sameValue(field, fields[field], value);
		const telling = wanted.filter(([field]) => TELLING.includes(field));
		if (telling.length === 0 || !telling.every(isSame)) continue;
		const same = wanted.filter(isSame).length;
		if (best === undefined || same > best.same) best = { crmId, record, same };
	}
	return best;
}

async function update(desk: Desk, crmId: string): Promise<DeliveryOutcome> {
	const { job, port, context } = desk;
	const wanted = wantedOf(job, (fields) => projected(desk, fields));
	try {
		const mustRead = port.verifyBeforeWrite || job.attempt > 1 || 'client' in wanted;
		const current = mustRead ? await port.get(crmId) : null;
		const fresh = current === null ? null : held(desk, current);
		const planned = planUpdate(wanted, job.known, fresh, job.unanswered);
		if (planned.status !== 'plan')
			return changedMeanwhile(port.crm, planned.status === 'conflict' ? planned.field : 'list');
		const { plan } = planned;
		const values = { ...plan.scalars, ...wholeLists(plan) };
		const body = itemBody(port.object, values, job.fieldMap, {
			settings: context.settings,
			current,
		});
		if (Object.keys(body).length === 0)
			return confirmed(desk, crmId, knownAfter(desk, plan, fresh ?? job.known));
		const sent = await port.update(crmId, body, current);
		const now = sent.record === null ? { ...fresh, ...values } : held(desk, sent.record);
		return finish(desk, crmId, sent, knownAfter(desk, plan, now));
	} catch (error) {
		await requireGone(error, port.goneCheck(crmId));
		return goneOutcome(port.crm);
	}
}

/** What somebody changed since it was last read is not deleted before the fabric has seen it. */
async function remove(desk: Desk, crmId: string): Promise<DeliveryOutcome> {
	const { job, port } = desk;
	try {
		if (port.verifyBeforeWrite || job.attempt > 1) {
			const changed = changedField(job.known, held(desk, await port.get(crmId)));
			if (changed !== undefined) return changedMeanwhile(port.crm, changed);
		}
		await port.remove(crmId);
	} catch (error) {
		await requireGone(error, port.goneCheck(crmId));
	}
	return confirmed(desk, crmId, {});
}

/** Lists of items are replaced whole: what there is, without the removed, with the added. */
function wholeLists({ lists }: UpdatePlan): CanonicalFields {
	const changed = [...lists].filter(
		([, { add, change, remove: gone }]) => add.length + change.length + gone.length > 0,
	);
	return Object.fromEntries(changed.map(([field, plan]) => [field, wholeList(field, plan)]));
}

function wholeList(field: ListField, plan: ListPlan): ListItem[] {
	const keyOf = (item: ListItem) => listItemKey(field, item);
	const gone = new Set([...plan.remove, ...plan.change].map(({ from }) => keyOf(from)));
	const kept = plan.before.filter((item) => !gone.has(keyOf(item)));
	return [...kept, ...plan.change.map(({ to }) => to), ...plan.add];
}

/** What was written, as the CRM answered; the rest is left to the change source. */
function knownAfter({ job }: Desk, plan: UpdatePlan, answer: CanonicalFields): CanonicalFields {
	const known: CanonicalFields = { ...plan.settled };
	for (const [field, value] of Object.entries(plan.scalars)) {
		const isTold = Object.hasOwn(answer, field);
		known[field] = isTold ? (answer[field] ?? null) : value;
	}
	for (const [field, list] of plan.lists) {
		const before = (job.known[field] ?? []) as ListItem[];
		known[field] = listAfter(field, before, list, (answer[field] ?? []) as ListItem[]);
	}
	return known;
}

function finish(
	desk: Desk,
	crmId: string,
	{ refused }: SentItem,
	known: CanonicalFields,
): DeliveryOutcome {
	if (refused === undefined) return confirmed(desk, crmId, known);
	const rest = Object.entries(known).filter(([field]) => field !== refused.field);
	return { ...refused, known: Object.fromEntries(rest), crmId };
}

function confirmed(
	{ context, port }: Desk,
	crmId: string,
	known: CanonicalFields,
	found?: boolean,
): DeliveryOutcome {
	return confirmedOutcome({ crmId, known, at: context.now(), calls: port.calls(), found });
}
