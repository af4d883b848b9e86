/** Rows that the calls of the store are made with. */
import type { Register } from '../../../../lib/merge/register';
import type { Shadow } from '../../../../lib/merge/shadow';
import type { ChangeEvent } from '../../../../lib/model/event';
import type { Evidence, Link } from '../../../../lib/model/rows';
import type { NewDelivery } from '../../../../lib/store/deliveries';
import type { StoreTransaction } from '../../../../lib/store/store';
import { snapshot, START } from '../../support/hub';

export type Call = [method: string, work: (tx: StoreTransaction) => Promise<unknown>];

export const contact = (crmId: string, system = 'wealthbox') => ({
	system,
	object: 'contact',
	crmId,
});

export const evidence: Evidence = { by: 'email', score: 0.9, fields: [] };

export const link = (crmId: string, entityId: string, system?: string): Link => ({
	...contact(crmId, system),
	entityId,
	state: 'active',
	evidence,
	recreated: 0,
});

export const event = (crmId: string, eventId: string, system = 'wealthbox'): ChangeEvent =>
	snapshot(system, crmId, { firstName: 'Zoë \u0000 \u{1F600}' }, { eventId });

export const delivery = (target: string, more: Partial<NewDelivery> = {}): NewDelivery => ({
	...contact(target),
	target,
	entityId: 'U1001',
	operation: 'update',
	priority: 0,
	syncOrigin: 'salesforce/contact/9',
	nextAt: START,
	...more,
});

export const register = (value: string): Register =>
	({
		value,
		at: START,
		system: 'wealthbox',
		crmId: '1',
		eventId: 'e1',
		rule: 'lastWriteWins',
	}) as unknown as Register;

export const shadow = (value: string, inFlight?: string): Shadow =>
	({ fields: { firstName: { value, seenAt: START, ...(inFlight && { inFlight }) } } }) as Shadow;

export const question = (...unifiedIds: string[]) => ({
	reason: 'Two look alike.',
	record: { firstName: 'Ada' },
	candidates: unifiedIds.map((unifiedId) => ({ unifiedId, score: 0.8, evidence, fields: {} })),
});

/** Of answers whose order nobody asked for. */
export function sorted<T>(rows: readonly T[]): T[] {
	return [...rows].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
