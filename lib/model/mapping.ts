/**
 * Shapes around field maps: their versions, what a CRM's own fields were and are, how they have
 * drifted apart, and what is held until a person has looked.
 */
import type { CrmField } from './crm-field';
import type { FieldMap } from './field-map';
import type { ObjectName } from './objects';

/** `panel`: set in the trigger's panel. `drift`: a field was dropped by the policy. */
export type MappingOrigin = 'panel' | 'desk' | 'restore' | 'drift';

/** One version of the mappings of one object of one system; the newest is the one in force. */
export interface MappingVersion {
	system: string;
	object: ObjectName;
	/** From 1. */
	version: number;
	/** Only mappings of this object. */
	map: FieldMap;
	origin: MappingOrigin;
	note: string | null;
	savedBy: string | null;
	/** ms */
	savedAt: number;
}

/**
 * What becomes of a field that has drifted: it is held until somebody mends the mapping; it is
 * switched off for good; or the whole system is written no more until it is mended.
 */
export const DRIFT_POLICIES = ['hold', 'drop', 'fail'] as const;
export type DriftPolicy = (typeof DRIFT_POLICIES)[number];

export interface DriftSettings {
	policy: DriftPolicy;
	/** A field that is the same to the API but bears another label: it may have been given another meaning. */
	relabelled: 'hold' | 'report';
}

export const DEFAULT_DRIFT: DriftSettings = { policy: 'hold', relabelled: 'hold' };

/** A CRM's own fields of one object. */
export interface CrmSchema {
	/** Of mapped fields: as they were when somebody last agreed to them. */
	accepted: CrmField[];
	/** As they were last described. */
	current: CrmField[];
	/** Field -> values that its list had and has no more. */
	lost: Record<string, string[]>;
	/** ms */
	seenAt: number;
}

/** `renamed`: it vanished, and one that is new looks like it. */
export type DriftKind =
	| 'vanished'
	| 'renamed'
	| 'relabelled'
	| 'retyped'
	| 'readOnly'
	| 'valuesLost';

/** A mapped field that is not what it was, as long as that stands. */
export interface Drift {
	system: string;
	object: ObjectName;
	kind: DriftKind;
	crmField: string;
	label: string;
	/** Canonical fields that stand in it, without slots. */
	fields: string[];
	/** What has changed and what to do, for a person. No client data. */
	sentence: string;
	/** Of `renamed`: the field that looks like it, the likeliest first. */
	suggestions?: Array<{ crmField: string; label: string; confidence: number; reasons: string[] }>;
	/** Of `valuesLost`. */
	values?: string[];
	/** What this system does about it. */
	policy: DriftPolicy | 'report';
}

/** A field, or some of its values, that is not written, and unless `side` is `out` not read either. */
export interface FieldHold {
	object: ObjectName;
	/** Canonical, without slot: a list is held as a whole, or what stood in a lost slot would seem removed. */
	field: string;
	crmField: string;
	side: 'both' | 'out';
	/** Only these of the CRM's values. */
	values?: string[];
	/** Nothing at all is written to the system. */
	stops?: true;
}
