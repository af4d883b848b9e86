/** What is told of a delivery that was carried out, and what was recorded of it. */
import type { DeliveryOutcome } from '../model/delivery';
import type { ConnectorOf } from './mark';

export interface DeliveryReport {
	deliveryId: number;
	claimToken: string;
	outcome: DeliveryOutcome;
}

export interface RecordedResult {
	deliveryId: number;
	/** `stale`: the claim had run out and another one took over; the report changed nothing. */
	state: 'confirmed' | 'retry' | 'dead' | 'unlinked' | 'stale';
	unifiedId: string | null;
	system: string | null;
	crmId: string | null;
	reason?: string;
	/** ISO time of the next try. */
	nextTryAt?: string;
	/** Of a dead create: notes, tasks and so on of this client that wait until it is there (./waiting.ts). */
	waiting?: number;
}

export interface ResultOptions {
	connectorOf: ConnectorOf;
	now: number;
	random: () => number;
}

/** With what is known of the CRMs at this moment. */
export interface RecorderOptions extends ResultOptions {
	/** The system's circuit breaker is not closed. */
	isDown: (system: string) => boolean;
}
