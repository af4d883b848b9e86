/** The kinds of reviews as the panel names them, and what approve and reject mean for each. */
import type { INodePropertyOptions } from 'n8n-workflow';
import type { ReviewDecision, ReviewKind } from '../../../lib';

type Verdict = ReviewDecision['verdict'];

interface KindOfReview {
	label: string;
	description: string;
	/** Absent: answered with Decision, Apply. */
	verdicts?: { approve: Verdict; reject: Verdict };
}

const BY_CLIENT = { approve: 'link', reject: 'new' } as const;
const YES_OR_NO = { approve: 'approve', reject: 'reject' } as const;

export const KINDS: Record<ReviewKind, KindOfReview> = {
	breaker: {
		label: 'Breaker',
		description: 'A run wants more than its limit: let its writes go out, or drop them?',
		verdicts: YES_OR_NO,
	},
	duplicate: {
		label: 'Duplicate',
		description: 'One system holds two records of a client',
		verdicts: YES_OR_NO,
	},
	identity: {
		label: 'Identity',
		description: 'Which client is this record?',
		verdicts: BY_CLIENT,
	},
	'new-entity': {
		label: 'New Client',
		description: 'Made without asking, to look over',
		verdicts: BY_CLIENT,
	},
	removal: {
		label: 'Removal',
		description: 'A record is gone in one CRM: may it be removed here, too?',
		verdicts: YES_OR_NO,
	},
	value: { label: 'Value', description: 'Which value? (policy Ask a Person)' },
	custom: {
		label: 'Value From the Canvas',
		description: 'Which value? (policy Decide on the Canvas, without an answer so far)',
	},
};

export const KIND_OPTIONS: INodePropertyOptions[] = Object.entries(KINDS).map(
	([value, { label, description }]) => ({ name: label, value, description }),
);
