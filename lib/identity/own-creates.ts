/** Records that a create of ours has just made, or made before its answer was lost. */
import { isEmpty, sameValue } from '../model/canonical';
import type { CanonicalFields } from '../model/fields';
import { recordKey, type ChangeEvent } from '../model/event';
import type { DeliveryRow } from '../model/rows';
import type { StoreTransaction } from '../store/store';
import { loadCandidates, type Candidate } from './clients';
import type { Known } from './known';

/** Issuer of the unified ids that our own creates leave in a CRM's external-id field. */
export const OWN_ISSUER = 'fabric';

export class OwnCreates {
	private constructor(
		private readonly known: Known,
		private readonly candidates: ReadonlyMap<string, Candidate>,
	) {}

	static async load(
		tx: StoreTransaction,
		events: readonly ChangeEvent[],
		known: Known,
	): Promise<OwnCreates> {
		const ids = events.flatMap((event) => {
			const named = event.externalKeys[OWN_ISSUER];
			const made = createsOf(event, known).map(({ entityId }) => entityId);
			return named === undefined ? made : [named, ...made];
		});
		return new OwnCreates(known, ids.length === 0 ? new Map() : await loadCandidates(tx, ids));
	}

	/** The client that the record was made for; with the create, if it is not known to be done. */
	of(event: ChangeEvent): { candidate: Candidate; delivery?: DeliveryRow } | undefined {
		const named = this.candidates.get(event.externalKeys[OWN_ISSUER] ?? '');
		if (named !== undefined && this.isFree(named, event)) {
			const creates = this.known.creates.get(event.system) ?? [];
			const delivery = creates.find(({ entityId }) => entityId === named.unifiedId);
			return delivery === undefined ? { candidate: named } : { candidate: named, delivery };
		}
		const matching = createsOf(event, this.known);
		const [delivery] = matching;
		const entities = new Set(matching.map(({ entityId }) => entityId));
		if (delivery === undefined || entities.size !== 1) return undefined;
		const candidate = this.candidates.get(delivery.entityId);
		if (candidate === undefined || !this.isFree(candidate, event)) return undefined;
		return { candidate, delivery };
	}

	/** It has no record there, and no person said that this one is another client. */
	private isFree(candidate: Candidate, event: ChangeEvent): boolean {
		const rejected = this.known.neverAgain.get(recordKey(event));
		return !hasLinkIn(candidate, event) && rejected?.has(candidate.unifiedId) !== true;
	}
}

function hasLinkIn({ links }: Candidate, { system, object }: ChangeEvent): boolean {
	return links.some(
		(link) => link.state === 'active' && link.system === system && link.object === object,
	);
}

function createsOf(event: ChangeEvent, { creates }: Known): DeliveryRow[] {
	return (creates.get(event.system) ?? []).filter(
		(delivery) => delivery.object === event.object && isMadeBy(delivery, event),
	);
}

/** The record holds what a try of the create sent, as far as both speak of it, and at least a name or an e-mail. */
function isMadeBy(delivery: DeliveryRow, event: ChangeEvent): boolean {
	return delivery.tried.some((changes) => {
		const sent = Object.entries(changes).filter(([field]) => field in event.fields);
		if (event.object !== 'contact') return isItemMadeBy(changes, event);
		const names = sent.some(([field]) => ['lastName', 'name', 'emails'].includes(field));
		return names && sent.every(([field, value]) => sameValue(field, value, event.fields[field]));
	});
}

/** Somebody may have edited it since; nothing but this create says the same of the same client. */
function isItemMadeBy(sent: CanonicalFields, { fields }: ChangeEvent): boolean {
	const isSame = (field: string) =>
		!isEmpty(sent[field]) && sameValue(field, sent[field], fields[field]);
	const ofClient = isEmpty(sent['client']) || isSame('client');
	return ofClient && ['subject', 'text', 'name'].some(isSame);
}
