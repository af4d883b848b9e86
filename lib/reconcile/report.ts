/** What a reconcile found and did: counts, and some samples by name of record and field. No values. */

export const FINDINGS = [
	/** The CRM holds a record that nothing is known of: taken in as a change event. */
	'newRecord',
	/** The record differs from its shadow: taken in as a change event, and merged by the rules. */
	'missedEdit',
	/** The record was gone or put away and is there again, or the other way round: taken in as a change event. */
	'returned',
	'putAway',
	/** Missing in a complete listing, and gone by a read of its own: taken in as its deletion. */
	'gone',
	/** Missing in a complete listing, but a read of its own found it, or could not tell. */
	'notListed',
	'unconfirmed',
	/** Registers and shadow differ and no delivery was open: opened anew. */
	'lostDelivery',
	/** They differ, and a dead letter of the client waits for a person. */
	'deadLetter',
	/** A linked record of which nothing is known; taken in if the CRM holds it. */
	'linkWithoutShadow',
	/** A known record that belongs to nobody: taken in if the CRM holds it, else forgotten. */
	'shadowWithoutLink',
	/** A write noted as under way that no claim makes: noted as over. */
	'stuckFlight',
	/** An open delivery that its record does not want, or of a record that belongs to nobody: withdrawn. */
	'strayDelivery',
	/** Identity keys of a record or client that is not known: forgotten. */
	'strayKeys',
	/** A record that does not fit the change event. */
	'unreadable',
] as const;
export type Finding = (typeof FINDINGS)[number];

/** `accepted`: a change event in the inbox. In a dry run: what would be done. */
export type Repair = 'accepted' | 'delivery' | 'repaired' | 'none';

export interface Sample {
	finding: Finding;
	system: string;
	/** contact, household, ... */
	object: string;
	crmId: string | null;
	unifiedId: string | null;
	/** Names of the fields that differ. */
	fields: string[];
	done: Repair;
}

export interface Progress {
	scope: 'full' | 'slice';
	dryRun: boolean;
	/** Records read from the CRM. */
	records: number;
	/** Of these: records whose latest event is not settled yet; they are left to it. */
	waiting: number;
	/** Said at the end: the listing was complete and without an error. */
	complete: boolean | null;
	counts: Record<Finding, number>;
	samples: Sample[];
	/** Sentences for a person. */
	notes: string[];
}

export interface ReconcileReport extends Progress {
	/** `reconcile/<n>` */
	run: string;
	system: string;
	state: 'running' | 'finished' | 'closed';
	/** ISO */
	startedAt: string;
	endedAt: string | null;
}

const MAX_SAMPLES = 100;
const MAX_NOTES = 20;

export function newProgress(scope: 'full' | 'slice', dryRun: boolean): Progress {
	const counts = Object.fromEntries(FINDINGS.map((finding) => [finding, 0]));
	return {
		scope,
		dryRun,
		records: 0,
		waiting: 0,
		complete: null,
		counts: counts as Record<Finding, number>,
		samples: [],
		notes: [],
	};
}

/** The progress with these findings added. */
export function withFindings(progress: Progress, found: readonly Sample[]): Progress {
	const counts = { ...progress.counts };
	for (const { finding } of found) counts[finding] += 1;
	const samples = [...progress.samples, ...found].slice(0, MAX_SAMPLES);
	return { ...progress, counts, samples };
}

export function withNote(progress: Progress, note: string): Progress {
	return { ...progress, notes: [...progress.notes, note].slice(0, MAX_NOTES) };
}
