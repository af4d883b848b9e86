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
import { checkedId, connect, CRM, OBJECT, soqlText } from './client';
import { crmFieldsOf, effectiveMap, project, toCanonical, toCrmValues } from './fields';
import { findEarlierTry } from './find-created';
import { archive, confirmed, remove, requireGone, type Work } from './remove';
import { withoutEmployer } from './household-account';
import { deliverItemJob } from './items/deliver';
import { runQuery } from './reader';
import { settingsOf } from './settings';
import { planWrite } from './write-plan';

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
	const work: Work = { context, settings, job, connection, calls: () => calls };
	try {
		if (job.operation === 'create') return await create(work);
		return await written(work, checkedId(job.crmId ?? ''));
	} catch (error) {
		return failureOutcome(error, CRM);
	}
}

function written(work: Work, crmId: string): Promise<DeliveryOutcome> {
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
	const mappings = writableMap(work).filter(({ field }) => baseField(field) in wanted);
	try {
		const fresh = await look(work, crmId, mappings);
		const plan = planWrite(job.changes, job.known, fresh, mappings);
		if (plan.status === 'conflict') return changedMeanwhile(CRM, plan.field);
		if (Object.keys(plan.values).length > 0) {
			const headers = unmodifiedSince(fresh);
			await connection.update(OBJECT, { Id: crmId, ...plan.values }, { headers });
		}
	} catch (error) {
		if (error instanceof CrmError && error.status === PRECONDITION_FAILED)
			return changedMeanwhile(CRM, 'LastModifiedDate');
		await requireGone(work, crmId, error);
		return goneOutcome(CRM);
	}
	return confirmed(work, crmId, wanted);
}

const PRECONDITION_FAILED = 412;

/** The record's present values of the fields to be written; null if it is not to be looked at. */
async function look(work: Work, crmId: string, mappings: FieldMap): Promise<CrmRecord | null> {
	if (!work.settings.verifyBeforeWrite || mappings.length === 0) return null;
	const fields = [...new Set(['Id', 'LastModifiedDate', ...mappings.flatMap(crmFieldsOf)])];
	if (!fields.some((name) => name.includes('.')))
		return (await work.connection.retrieve(OBJECT, crmId, { fields })) as CrmRecord;
	const soql = `SELECT ${fields.join(', ')} FROM ${OBJECT} WHERE Id = ${soqlText(crmId)}`;
	const [record] = await runQuery(work.connection, soql, 1);
	if (record !== undefined) return withoutEmployer(record, mappings);
	throw new CrmError('Salesforce has no such contact', 404, 'NOT_FOUND', { retryable: false });
}

/** Closes the time between look and write, to the second that Salesforce compares in. */
function unmodifiedSince(fresh: CrmRecord | null): Record<string, string> {
	const at = Date.parse(String(fresh?.['LastModifiedDate'] ?? ''));
	return Number.isNaN(at) ? {} : { 'if-unmodified-since': new Date(at).toUTCString() };
}

export function writableMap({ job, context }: Work): FieldMap {
	return effectiveMap(job.fieldMap, context.settings).filter(writesOut);
}

async function create(work: Work): Promise<DeliveryOutcome> {
	const { job, context, connection } = work;
	const wanted = project(job.desired, job.fieldMap, context.settings);
	const all = Object.entries(toCrmValues(wanted, writableMap(work)));
	const values = Object.fromEntries(all.filter(([, value]) => value !== null));
	if (Object.keys(values).length === 0) return nothingToCreate();
	if (job.attempt > 1) {
		const found = await findEarlierTry(context, connection, job, work.settings.externalIdField);
		if (found !== undefined) return asFound(work, found);
	}
	if (work.settings.externalIdField !== '') return upsert(work, wanted, values);
	const result = await connection.create(OBJECT, values);
	return confirmed(work, newId(result.id), wanted);
}

export function nothingToCreate(): DeliveryOutcome {
	return {
		status: 'rejected',
		reason: 'Salesforce contacts are persons, and nothing of this client has a place in one',
		code: 'nothing-to-write',
	};
}

/** An earlier try made it. What it holds may be older or newer than what is wanted now. */
export function asFound(work: Work, record: CrmRecord): DeliveryOutcome {
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
			const found = await findEarlierTry(work.context, connection, job, externalIdField);
			if (found !== undefined) return confirmed(work, newId(found['Id']), wanted, true);
		}
		return confirmed(work, newId(result.id), wanted, result.created === false);
	} catch (error) {
		if (error instanceof CrmError && error.code === 'NOT_FOUND') return missingKey(externalIdField);
		throw error;
	}
}

export function missingKey(field: string): DeliveryOutcome {
	return {
		status: 'rejected',
		reason:
			`Salesforce has no external-id field ${field} on Contact. Create it as a unique external id, ` +
			'or clear the setting External ID Field.',
		code: 'external-id-field-missing',
		field,
	};
}

function newId(id: unknown): string {
	if (typeof id === 'string' && id !== '') return id;
	throw new CrmError('Salesforce confirmed the contact without its id', 500, 'unexpected-answer', {
		retryable: true,
	});
}
