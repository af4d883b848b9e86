/**
 * Writes one delivery. Updates send only what differs, after a look at the record (setting
 * `verifyBeforeWrite`) and on the condition that it has not been modified since. Creates are
 * upserts where an external-id field is set up, else they look for an earlier try's record first.
 */
import { CrmError, type ConnectorContext, type CrmRecord } from '../connector';
import { urgencyOf, wantedOf, writeHeaders } from '../deliver-common';
import { changedMeanwhile, failureOutcome, goneOutcome } from '../outcomes';
import type { DeliveryJob, DeliveryOutcome } from '../../model/delivery';
import type { CanonicalFields } from '../../model/fields';
import { baseField, writesOut, type FieldMap } from '../../model/field-map';
import { checkedId, connect, CRM, OBJECT } from './client';
import { crmFieldsOf, effectiveMap, project, projectNew, toCanonical, toCrmValues } from './fields';
import { findEarlierTry } from './find-created';
import { archive, confirmed, remove, requireGone, type Work } from './remove';
import { withoutEmployer } from './household-account';
import { deliverItemJob } from './items/deliver';
import { orgModel } from './org-model';
import { readContact } from './read-contact';
import { settingsOf } from './settings';
import type { CrmValues } from './values';
import { planWrite } from './write-plan';
import {
	ACCOUNT,
	contactsBehind,
	newTarget,
	rowOf,
	targetOf,
	type WriteTarget,
} from './write-target';
import { A_PERSON, ownMappings, placeConflict, withoutPlace, withPlace } from './place';
import { missingKey, written } from './written';

/** See `Connector.deliver`. */
export async function deliver(
	context: ConnectorContext,
	job: DeliveryJob,
): Promise<DeliveryOutcome> {
	if (job.object !== 'contact') return deliverItemJob(context, job);
	let calls = 0;
	const connection = connect(context, {
		priority: urgencyOf(job),
		writeHeaders: writeHeaders(job),
		onCall: () => (calls += 1),
	});
	const settings = settingsOf(context);
	try {
		const model = await orgModel(context);
		const work: Work = { context, settings, model, job, connection, calls: () => calls };
		if (job.operation === 'create') return await create(work);
		return await carriedOut(work, checkedId(job.crmId ?? ''));
	} catch (error) {
		return failureOutcome(error, CRM);
	}
}

function carriedOut(work: Work, crmId: string): Promise<DeliveryOutcome> {
	switch (work.job.operation) {
		case 'delete':
			return remove(work, crmId);
		case 'archive':
		case 'unarchive':
			return archive(work, crmId, update);
		default:
			return update(work, crmId);
	}
}

async function update(work: Work, crmId: string): Promise<DeliveryOutcome> {
	const { job, context, connection } = work;
	const wanted = wantedOf(job, (fields) => project(fields, job.fieldMap, context.settings));
	const all = writableMap(work).filter(({ field }) => baseField(field) in wanted);
	try {
		const seen = await look(work, crmId, all);
		const isVerified = work.settings.verifyBeforeWrite && seen !== null;
		const fresh = isVerified ? withoutEmployer(seen, all) : null;
		const mappings = ownMappings(work.model, seen, all);
		const place = fresh && placeConflict(work, fresh, all, wanted);
		if (place) return changedMeanwhile(CRM, place);
		const plan = planWrite(job.changes, job.known, fresh, mappings);
		if (plan.status === 'conflict') return changedMeanwhile(CRM, plan.field);
		const target = targetOf(work.model, crmId, seen);
		const { row, homeless } = rowOf(target, plan.values);
		if (Object.keys(row).length > 0) {
			const headers = unmodifiedSince(fresh);
			await connection.update(target.sobject, { Id: target.id, ...row }, { headers });
		}
		const outcome = written(work, crmId, wanted, { mappings, homeless });
		return await withPlace(work, seen, outcome, wanted);
	} catch (error) {
		if (error instanceof CrmError && error.status === PRECONDITION_FAILED)
			return changedMeanwhile(CRM, 'LastModifiedDate');
		await requireGone(work, crmId, error);
		return goneOutcome(CRM);
	}
}

const PRECONDITION_FAILED = 412;

/** The record's present values of the fields to be written; null if it is not to be looked at. */
async function look(work: Work, crmId: string, mappings: FieldMap): Promise<CrmRecord | null> {
	const { settings, model } = work;
	const isWanted = settings.verifyBeforeWrite || model.person !== null;
	if (!isWanted || mappings.length === 0) return null;
	const names = ['Id', 'LastModifiedDate', ...mappings.flatMap(crmFieldsOf)];
	return readContact(work, crmId, names);
}

/** Closes the time between look and write, to the second that Salesforce compares in. */
function unmodifiedSince(fresh: CrmRecord | null): Record<string, string> {
	const at = Date.parse(String(fresh?.['LastModifiedDate'] ?? ''));
	return Number.isNaN(at) ? {} : { 'if-unmodified-since': new Date(at).toUTCString() };
}

export function writableMap({ job, context }: Pick<Work, 'job' | 'context'>): FieldMap {
	return effectiveMap(job.fieldMap, context.settings).filter(writesOut);
}

async function create(work: Work): Promise<DeliveryOutcome> {
	const { job, context } = work;
	const wanted = projectNew(job.desired, job.fieldMap, context.settings);
	const mappings = writableMap(work);
	const all = Object.entries(toCrmValues(wanted, mappings));
	const values = Object.fromEntries(all.filter(([, value]) => value !== null));
	if (Object.keys(values).length === 0) return nothingToCreate();
	if (job.attempt > 1) {
		const found = await findEarlierTry(work, job);
		if (found !== undefined) return asFound(work, found);
	}
	const target = newTarget(context, work.model);
	const made =
		target.sobject === ACCOUNT
			? await createPerson(work, target, { values, wanted, mappings })
			: await createContact(work, wanted, withoutPlace(work.model, values));
	return withPlace(work, target.sobject === ACCOUNT ? A_PERSON : {}, made, wanted);
}

async function createContact(
	work: Work,
	wanted: CanonicalFields,
	values: CrmValues,
): Promise<DeliveryOutcome> {
	if (work.settings.externalIdField !== '') return upsert(work, wanted, values);
	const result = await work.connection.create(OBJECT, values);
	return confirmed(work, newId(result.id), wanted);
}

interface NewPerson {
	values: CrmValues;
	wanted: CanonicalFields;
	mappings: FieldMap;
}

/**
 * An account that is a person; the fabric knows it by the contact behind it. Its external id stands at the contact
 * (`__pc`), by which an account is not upserted: what is there already shows as a duplicate value.
 */
async function createPerson(
	work: Work,
	target: WriteTarget,
	{ values, wanted, mappings }: NewPerson,
): Promise<DeliveryOutcome> {
	const { connection, job } = work;
	const { row, homeless } = rowOf(target, keyed(work, values));
	try {
		const { id } = await connection.create(target.sobject, row);
		const accountId = newId(id);
		// It is made: what hinders the second call is no reason to give it up.
		const behind = contactsBehind(connection, [accountId]).catch(() => new Map<string, string>());
		const crmId = (await behind).get(accountId);
		return written(work, newId(crmId), wanted, { mappings, homeless });
	} catch (error) {
		if (!(error instanceof CrmError) || error.code !== 'DUPLICATE_VALUE') throw error;
		const found = await findEarlierTry(work, job);
		if (found === undefined) throw error;
		return asFound(work, found);
	}
}

/** With the unified id where a field for it is set up. */
export function keyed(
	{ settings, job }: Pick<Work, 'settings' | 'job'>,
	values: CrmValues,
): CrmValues {
	const { externalIdField } = settings;
	return externalIdField === '' ? values : { ...values, [externalIdField]: job.unifiedId };
}

export function nothingToCreate(): DeliveryOutcome {
	return {
		status: 'rejected',
		reason: 'Salesforce contacts are persons, and nothing of this client has a place in one',
		code: 'nothing-to-write',
	};
}

/** An earlier try made it. What it holds may be older or newer than what is wanted now. */
export function asFound(work: Omit<Work, 'model'>, record: CrmRecord): DeliveryOutcome {
	const { job, context } = work;
	const known = toCanonical(record, job.fieldMap, context.settings);
	return confirmed(work, newId(record['Id']), known, true);
}

/** Repeating it cannot make a second record. */
async function upsert(
	work: Work,
	wanted: CanonicalFields,
	values: CrmRecord,
): Promise<DeliveryOutcome> {
	const { job, connection, settings } = work;
	const { externalIdField } = settings;
	// jsforce puts the value into the path as it is.
	const record = { ...values, [externalIdField]: encodeURIComponent(job.unifiedId) };
	try {
		const result = await connection.upsert(OBJECT, record, externalIdField);
		if (result.id === undefined || result.id === null) {
			// Old versions answer an upsert that updated without a body.
			const found = await findEarlierTry(work, job);
			if (found !== undefined) return confirmed(work, newId(found['Id']), wanted, true);
		}
		return confirmed(work, newId(result.id), wanted, result.created === false);
	} catch (error) {
		if (error instanceof CrmError && error.code === 'NOT_FOUND') return missingKey(externalIdField);
		throw error;
	}
}

function newId(id: unknown): string {
	if (typeof id === 'string' && id !== '') return id;
	throw new CrmError('Salesforce confirmed the contact without its id', 500, 'unexpected-answer', {
		retryable: true,
	});
}
