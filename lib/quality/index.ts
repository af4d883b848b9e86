/** Data quality, as nodes use it. */
export {
	checkRecord,
	rejectionReason,
	type CheckedRecord,
	type CheckOptions,
	type Finding,
} from './rules/check-record';
export {
	ACTIONS,
	CHECKS,
	readRuleSet,
	RuleSetError,
	type Action,
	type Check,
	type Rule,
	type RuleSet,
	type RuleSetInput,
} from './rules/rule-set';
export type { Repair } from './rules/standard';
export { isRuleField, ruleFieldLabel } from './leaves';
export { FORMATS, type Format } from './normalise';
export {
	FULL_NAME,
	guessMapping,
	isMappable,
	MAPPABLE_FIELDS,
	type KeyMapping,
} from './items/mapping';
export { readItem, writeItem, type PlainItem, type ReadItem } from './items/plain-item';
export { findDuplicates, MAX_ITEMS, type DuplicateOptions } from './duplicates/find-duplicates';
export type {
	DuplicateCluster,
	DuplicateLink,
	DuplicateReport,
	MasterChoice,
	MergedField,
	QualityItem,
} from './duplicates/item';
export type { NormalisedClient } from './hub/normalise-clients';
export type { DuplicateSearch, SystemCluster, SystemDuplicates } from './quality';
