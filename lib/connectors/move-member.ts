/**
 * A contact joins a household or leaves it, as an operation by itself: what a delivery of that change would do,
 * so that each CRM's own way (members, families, accounts, relations) is known in one place only.
 */
import { randomUUID } from 'node:crypto';
import { isEmpty } from '../model/canonical';
import type { DeliveryJob, DeliveryOutcome } from '../model/delivery';
import { mapOfObject } from '../model/field-map';
import type { CanonicalFields, FieldValue } from '../model/fields';
import { localReference, parseLocalReference } from '../model/objects';
import { CrmError, type Connector, type ConnectorContext } from './connector';

const FIELDS = ['type', 'household', 'householdRole'];

export interface MemberMove {
	contactId: string;
	householdId: string;
	/** In the CRM's own word; absent: as the CRM gives it by itself. */
	role?: string;
	/** `join`: whichever household the contact was in before. `leave`: this household only. */
	step: 'join' | 'leave';
}

export interface Membership {
	contactId: string;
	householdId: string | null;
	/** null: none, or the CRM keeps no roles. */
	role: string | null;
}

/** Throws CrmError, HttpFailure, AuthenticationFailure or ConfigurationFailure. */
export async function moveMember(
	connector: Connector,
	given: ConnectorContext,
	move: MemberMove,
): Promise<Membership> {
	const context = { ...given, settings: { ...given.settings, objects: ['contact', 'household'] } };
	const own = [...connector.defaultFieldMap, ...(connector.objectFieldMap ?? [])];
	const fieldMap = mapOfObject(own, 'contact').filter(({ field }) => FIELDS.includes(field));
	const known = await fieldsOf(connector, context, fieldMap, move.contactId);
	const changes = changesOf(known, move);
	requireRole(connector.project(changes, fieldMap, context.settings), changes);
	const job = jobOf(context, { fieldMap, known, changes, crmId: move.contactId });
	requireDone(await connector.deliver(context, job));
	// What the CRM made of it, such as the role that it gives by itself.
	const now = await fieldsOf(connector, context, fieldMap, move.contactId);
	return membershipOf(move.contactId, now);
}

async function fieldsOf(
	connector: Connector,
	context: ConnectorContext,
	fieldMap: DeliveryJob['fieldMap'],
	crmId: string,
): Promise<CanonicalFields> {
	const { signal } = new AbortController();
	for await (const [event] of connector.readAll(context, { fieldMap, crmIds: [crmId], signal }))
		if (event !== undefined) return event.fields;
	throw new CrmError('There is no contact with this ID', 404, '404', { retryable: false });
}

function changesOf(known: CanonicalFields, { step, householdId, role }: MemberMove) {
	const household = localReference('household', householdId);
	if (step === 'join')
		return { household, ...(role !== undefined && role !== '' && { householdRole: role }) };
	if (known.household === household) return { household: null };
	throw new CrmError('The contact does not belong to this household', 409, 'no-member', {
		retryable: false,
		hint: 'Choose the household that the contact is in.',
	});
}

function requireRole(held: CanonicalFields, changes: CanonicalFields): void {
	if (changes.householdRole === undefined || !isEmpty(held.householdRole ?? null)) return;
	throw new CrmError('The CRM knows no such role in a household', 422, 'unknown-role', {
		retryable: false,
		hint: "Take one of the CRM's own words, such as Head, Spouse or Child, or leave the role empty.",
	});
}

function jobOf(
	{ system, now }: ConnectorContext,
	job: Pick<DeliveryJob, 'fieldMap' | 'known' | 'changes' | 'crmId'>,
): DeliveryJob {
	const id = randomUUID();
	return {
		...job,
		...{ deliveryId: 0, claimToken: id, attempt: 1, system, object: 'contact' as const },
		...{ operation: 'update' as const, unifiedId: '', desired: { ...job.known, ...job.changes } },
		...{ gonePolicy: 'unlink' as const, idempotencyKey: `n8n-${id}`, syncOrigin: 'n8n' },
		openedAt: new Date(now()).toISOString(),
	};
}

/** What the outcome of a delivery is to somebody who waits for it. */
function requireDone(outcome: DeliveryOutcome): void {
	if (outcome.status === 'confirmed') return;
	const { status, reason, code } = outcome;
	if (status === 'gone') throw new CrmError(reason, 404, code, { retryable: false });
	if (status === 'retry') throw new CrmError(reason, 0, code, { retryable: true });
	throw new CrmError(reason, 422, code, { retryable: false, field: outcome.field });
}

function membershipOf(contactId: string, fields: CanonicalFields): Membership {
	const text = (value: FieldValue | undefined) =>
		typeof value === 'string' && value !== '' ? value : undefined;
	const household = parseLocalReference(text(fields.household) ?? '');
	const role = household === undefined ? undefined : text(fields.householdRole);
	return { contactId, householdId: household?.crmId ?? null, role: role ?? null };
}
