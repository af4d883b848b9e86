/** What a duplicate search is told of one record or item, and what it answers. */
import type { CanonicalFields, FieldValue } from '../../model/fields';
import type { Evidence } from '../../model/rows';

export interface QualityItem {
	/** Names it in the report; no two have the same. */
	id: string;
	fields: CanonicalFields;
	/** Issuer -> key. */
	externalKeys?: Record<string, string>;
	/** When it was last changed, ms. */
	changedAt?: number;
	/** When each field was last changed, ms. */
	fieldChangedAt?: Record<string, number>;
	/** The more, the more it is used: notes, orders, or the time of the last one. */
	activity?: number;
	/** Items with the same mark are known to be one client (linked to one entity). */
	sameAs?: string;
}

/** Two items of a cluster that were found to be alike. */
export interface DuplicateLink {
	a: string;
	b: string;
	evidence: Evidence;
	/** `sure`: alike enough by every rule. `doubtful`: a rule or a lower score leaves it to a person. */
	confidence: 'sure' | 'doubtful';
}

export interface MergedField {
	value: FieldValue;
	/** The items that it comes from; several for lists. */
	from: string[];
	because: 'only value' | 'same everywhere' | 'most recent' | 'most complete' | 'master' | 'union';
}

export interface MasterChoice {
	id: string;
	/** Every member's score, 0 to 1, best first. */
	scores: Array<{ id: string; score: number }>;
	/** Why this one, for a person. */
	reasons: string[];
}

export interface DuplicateCluster {
	/** `D1`, `D2`... in the order of their first members in the list. */
	id: string;
	/** Ids of the members, the master first. */
	members: string[];
	/** `doubtful` if it hangs together by a doubtful pair. */
	confidence: 'sure' | 'doubtful';
	links: DuplicateLink[];
	master: MasterChoice;
	merged: Record<string, MergedField>;
}

export interface DuplicateReport {
	items: number;
	/** Pairs that were compared field by field. */
	compared: number;
	clusters: DuplicateCluster[];
	/** Pairs that were kept apart although alike, with the rule that says so. */
	keptApart: Array<{ a: string; b: string; rule: string; sentence: string }>;
	/** Items in more than one record a client: what merging would save. */
	surplus: number;
}
