/** What a person is asked about a record, and what is told of the clients that came near. */
import type { ChangeEvent } from '../model/event';
import type { CanonicalFields } from '../model/fields';
import type { Evidence, ReviewQuestion } from '../model/rows';
import { desiredFields } from '../merge/register';
import type { StoreTransaction } from '../store/store';
import type { Candidate } from './clients';
import type { Bar } from './cluster';

/** A client that the record was compared with. */
export interface Fit {
	candidate: Candidate;
	evidence: Evidence;
}

/** The same for the canvas and the audit trail. */
export interface Near {
	unifiedId: string;
	score: number;
	evidence: Evidence;
}

export function nearOf({ candidate: { unifiedId }, evidence }: Fit): Near {
	return { unifiedId, score: evidence.score, evidence };
}

const MAX_IN_QUESTION = 10;

export async function question(
	tx: StoreTransaction,
	event: ChangeEvent,
	fits: readonly Fit[],
	reason: string,
): Promise<ReviewQuestion> {
	const asked = fits.slice(0, MAX_IN_QUESTION);
	const ids = asked.map(({ candidate }) => candidate.unifiedId);
	const registers = await tx.registers.registers(ids);
	const candidates = asked.map((fit) => {
		const desired = desiredFields(registers.get(fit.candidate.unifiedId) ?? {});
		const fields = Object.keys(desired).length > 0 ? desired : said(fit.candidate);
		return { ...nearOf(fit), fields };
	});
	return { reason, record: event.fields, candidates };
}

/** For the log: nobody is asked. */
export function noClientFits(event: ChangeEvent, fits: readonly Fit[]): ReviewQuestion {
	const candidates = fits.map((fit) => ({ ...nearOf(fit), fields: said(fit.candidate) }));
	return { reason: 'No known client fits.', record: event.fields, candidates };
}

/** What its records say, as long as nothing was merged. */
function said({ records }: Candidate): CanonicalFields {
	return Object.assign({}, ...records) as CanonicalFields;
}

export function reasonFor({ system }: ChangeEvent, bar: Bar | undefined): string {
	switch (bar) {
		case 'same system':
			return `${system} already has a record of this client: this may be a duplicate inside ${system}.`;
		case 'equal fit':
			return 'More than one client fits equally well.';
		case 'rule':
			return 'One record of the client fits, but another one speaks against it.';
		case 'two clients':
		case undefined:
			return 'It may be the same client, but the evidence is not enough to link it.';
	}
}
