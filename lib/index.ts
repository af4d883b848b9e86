/** The one door from the nodes to the library: built once into dist/lib, so that connections and caches exist once. */

// What travels between the parts.
export * from './model/canonical';
export * from './model/delivery';
export * from './model/delivery-schema';
export * from './model/event';
export { DeskError } from './model/failures';
export * from './model/field-map';
export * from './model/fields';
export * from './model/list-diff';
export * from './model/local-time';
export * from './model/mapping';
export * from './model/objects';
export type { PushOutcome } from './model/push';
export * from './model/rows';
export * from './model/transform';

// Field maps: suggested, checked, brought into other forms.
export { canonicalFields, fits, kindOf } from './mapping/kinds';
export type { DriftReport, MappingView } from './mapping/mappings';
export { withForms as keepForms, type RowDifference } from './mapping/panel';
export type { BesidePanel, MappingAsked, SaveAsked } from './mapping/saving';
export * from './mapping/slots';
export { describes } from './mapping/standing';
export { suggest, type Suggestion } from './mapping/suggest';
export type { Problem } from './mapping/validate';

// The CRMs, and how they are called.
export * from './connectors';
export { BudgetFull, createRateBudget } from './connectors/budget';
export { capabilityOf, handedOutTogether, writesAtOnce } from './connectors/capability';
export { Circuit, guarded } from './connectors/circuit';
export * from './connectors/connector';
export { deliverAndLook, deliverManyAndLook } from './connectors/deliver-and-look';
export * from './connectors/http';
export { listsOf } from './connectors/lists';
export { moveMember, type MemberMove } from './connectors/move-member';
export { notesOf } from './connectors/notes';
export { chosenMap, chosenObjects, offeredObjects } from './connectors/objects/chosen';
export { ChangeHints } from './connectors/poll-hints';
export { withDefaults } from './connectors/settings';
export { createSharedBudget, type BudgetPort } from './connectors/shared-budget';

// The hub, and the store it opens.
export * from './clock';
export * from './fabric';
export * from './open';
export { backupStore } from './store/backup';
export { BackupError } from './store/backup-format';
export { openBackend } from './store/open-backend';
export type { PauseRow } from './store/pauses';
export type { SystemRegistration } from './store/systems';

// What the hub is asked, and what it answers.
export type { Approval } from './backfill/approval';
export { counted } from './backfill/end-notes';
export type { Terms } from './backfill/terms';
export type { PlanAsked } from './backfill/planning';
export type { BackfillProgress, PartProgress, SystemProgress } from './backfill/progress';
export { readSystem } from './backfill/read-system';
export {
	MODES,
	type Backfill,
	type Caps,
	type Conflict,
	type Estimate,
	type Filter,
	type Findings,
	type Mode,
	type PerObject,
	type Phase,
	type PlanSample,
} from './backfill/report';
export type { DeliveryReport, RecordedResult } from './delivery/report';
export type { WaitingRecord } from './delivery/waiting';
export type { Answer } from './desk/answers/answer-review';
export type { ClientMove } from './desk/clients';
export type { EntityView, Metrics } from './desk/views';
export type { UndoReport } from './history/undo';
export { DEFAULT_THRESHOLDS, type Thresholds } from './identity/bands';
export type { IdentityDecision } from './identity/decision';
export type { RuleOptions } from './identity/rules';
export type { EventBatch, ExecutionEnd } from './inbox/emission';
export { ANY_FIELD, fieldRuleSchema, POLICIES, type FieldRule, type Policy } from './merge/rules';
export { hintSignal, type PushCall } from './push/desk';
export { MAX_PUSH_BYTES } from './push/hint';
export { sign } from './push/signature';
export * from './quality';
export type { ReconcileReport } from './reconcile/report';
