/** What came of push calls. */

/** Why a call is refused; `accepted` is none. */
export type PushOutcome =
	| 'accepted'
	| 'unconfigured'
	| 'malformed'
	| 'late'
	| 'forged'
	| 'replayed'
	| 'busy';

export interface PushCount {
	system: string;
	outcome: PushOutcome;
	calls: number;
	/** Of the last of them, ms since the epoch. */
	lastAt: number;
}
