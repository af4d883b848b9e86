/**
 * Writes one delivery to Redtail: the contact's own fields with one PUT, then each sub-record and
 * user defined field by a call of its own. What was done before a failure is reported.
 */
import type { DeliveryJob, DeliveryOutcome } from '../../model/delivery';
import type { ConnectorContext } from '../connector';
import {
	confirmed,
	noRecord,
	saidOf,
	urgencyOf,
	wantedOf,
	writeHeadersByCall,
} from '../deliver-common';
import { requireGone } from '../gone';
import {
	changedMeanwhile,
	customFieldGone,
	failureOutcome,
	goneOutcome,
	unknownValue,
} from '../outcomes';
import { planUpdate } from '../update-plan';
import { CRM, redtailClient } from './client';
import { createBody, knownOf, ownType, project, udfMappings } from './fields';
import { deliverRecord } from './item-port';
import { findCreated } from './lookup';
import { hasMembership } from './membership';
import { withIds } from './picklists';
import { goneCheck } from './reader';
import { archive, remove } from './remove';
import { redtailSettings } from './settings';
import { SubRecordGone } from './sub-records';
import { carryOut, newProgress, readHeld, writeFamily, writeUdfs, type Progress } from './update';
import type { Desk } from './desk';

export async function deliver(
	context: ConnectorContext,
	job: DeliveryJob,
): Promise<DeliveryOutcome> {
	const client = redtailClient(context, {
		writeHeaders: writeHeadersByCall(job),
		priority: urgencyOf(job),
		families: hasMembership(job.fieldMap),
	});
	if (job.object !== 'contact') return deliverRecord(context, job, job.object, client);
	const desk: Desk = { context, job, settings: redtailSettings(context.settings), client };
	const progress = newProgress();
	try {
		if (job.operation === 'create') return await create(desk, progress);
		if (job.crmId === null) return noRecord();
		return await written(desk, job.crmId, progress);
	} catch (error) {
		return failureOutcome(error, CRM, progress);
	}
}

async function written(desk: Desk, crmId: string, progress: Progress): Promise<DeliveryOutcome> {
	switch (desk.job.operation) {
		case 'delete':
			return remove(desk, crmId);
		case 'archive':
		case 'unarchive':
			return archive(desk, crmId, (one) => update(one, crmId, newProgress()));
		default:
			return update(desk, crmId, progress);
	}
}

/** Confirmed, or rejected for the one field that could not be written although the others were. */
function finish(desk: Desk, crmId: string, progress: Progress): DeliveryOutcome {
	const [lost] = progress.lost;
	const [unknown] = desk.settings.unknownPicklistValue === 'reject' ? progress.unknown : [];
	const culprit = lost ?? unknown;
	if (culprit === undefined) return confirmed(desk, crmId, progress.known);
	const { field, crmField } = culprit;
	const outcome = lost ? customFieldGone(CRM, field, crmField) : unknownValue(CRM, field);
	const rest = Object.fromEntries(
		Object.entries(progress.known).filter(([name]) => name !== field),
	);
	return { ...outcome, known: rest, crmId };
}

async function create(desk: Desk, progress: Progress): Promise<DeliveryOutcome> {
	const { job, context, settings, client } = desk;
	const desired = project(job.desired, job.fieldMap, context.settings);
	if (ownType(desired.type, settings) === undefined) return unsupportedType();
	if (job.attempt > 1 || settings.alwaysLookBeforeCreate) {
		const there = await findCreated(context, client, job);
		if (there !== undefined) {
			return confirmed(
				desk,
				String(there.id),
				knownOf(there, job.fieldMap, context.settings),
				true,
			);
		}
	}
	const texts = createBody(desired, job.fieldMap, settings);
	const { body, unknown } = await withIds(context, client, texts);
	const made = await client.create(body);
	progress.crmId = made.crmId;
	progress.unknown = job.fieldMap.filter(({ crmField }) => unknown.includes(crmField));
	const isWhole =
		made.record !== null &&
		['phones', 'emails', 'addresses'].every((part) => part in (made.record ?? {}));
	const record = isWhole ? made.record : await client.get(made.crmId);
	Object.assign(progress.known, knownOf(record ?? {}, job.fieldMap, context.settings));
	const udfs = udfMappings(job.fieldMap).filter(({ field }) => desired[field] !== undefined);
	await writeUdfs(desk, made.crmId, udfs, desired, [], progress);
	await writeFamily(desk, made.crmId, saidOf(desired), newcomer(made.crmId), progress);
	return finish(desk, made.crmId, progress);
}

/** Nobody belongs to a family from the beginning. */
function newcomer(crmId: string) {
	return { record: { id: crmId, family: null } };
}

function unsupportedType(): DeliveryOutcome {
	return {
		status: 'rejected',
		reason:
			'Redtail keeps households as families, not as contacts. Exclude households from Redtail with a ' +
			'rule, or choose a contact type for them in the setting householdType.',
		code: 'unsupported-type',
		field: 'type',
	};
}

async function update(desk: Desk, crmId: string, progress: Progress): Promise<DeliveryOutcome> {
	const { job, context, settings } = desk;
	const wanted = wantedOf(job, (fields) => project(fields, job.fieldMap, context.settings));
	try {
		let fresh =
			settings.verifyBeforeWrite || job.attempt > 1 ? await readHeld(desk, crmId, wanted) : null;
		let planned = planUpdate(wanted, job.known, fresh?.fields ?? null, job.unanswered);
		if (planned.status === 'needsRead') {
			fresh = await readHeld(desk, crmId, wanted);
			planned = planUpdate(wanted, job.known, fresh?.fields ?? null, job.unanswered);
		}
		if (fresh?.deleted) return goneOutcome(CRM);
		if (planned.status !== 'plan') {
			return changedMeanwhile(CRM, planned.status === 'conflict' ? planned.field : 'list');
		}
		await carryOut(desk, crmId, planned.plan, fresh, progress);
		return finish(desk, crmId, progress);
	} catch (error) {
		if (error instanceof SubRecordGone) {
			const known = Object.keys(progress.known).length > 0 ? { known: progress.known } : {};
			return { ...changedMeanwhile(CRM, error.field), ...known };
		}
		await requireGone(error, goneCheck(desk.client, crmId));
		return goneOutcome(CRM);
	}
}
