/** The one door from the nodes to the library: built once into dist/lib, so that connections and caches exist once. */
export * from './model/canonical';
export * from './model/delivery';
export * from './model/delivery-schema';
export * from './model/event';
export * from './model/field-map';
export * from './model/fields';
export * from './model/list-diff';
export * from './model/objects';
export * from './model/local-time';
export * from './model/mapping';
export * from './model/rows';
export * from './mapping/slots';
export { describes, type DriftReport, type MappingView } from './mapping/mappings';
export type { MappingAsked, SaveAsked } from './mapping/saving';
export { suggest, type Suggestion } from './mapping/suggest';
export type { Problem } from './mapping/validate';
export * from './model/transform';
export * from './connectors';
export * from './connectors/connector';
export * from './connectors/http';
export { BudgetFull, createRateBudget, type BudgetOptions } from './connectors/budget';
export { deliverAndLook, deliverManyAndLook } from './connectors/deliver-and-look';
export { Circuit, guarded } from './connectors/circuit';
export { ChangeHints, type ChangeHint } from './connectors/poll-hints';
export { withDefaults } from './connectors/settings';
export { capabilityOf, writesAtOnce } from './connectors/capability';
export { chosenMap, chosenObjects, offeredObjects } from './connectors/objects/chosen';
export {
	createSharedBudget,
	type BudgetPort,
	type SharedBudgetOptions,
} from './connectors/shared-budget';
export * from './clock';
export * from './fabric';
export * from './open';
export { DeskError } from './desk/errors';
export type { Answer } from './desk/answer';
export type { ClientMove, MergeAsked, SplitAsked } from './desk/clients';
export type { PauseRequest } from './desk/pauses';
export type { EntityView, Metrics } from './desk/views';
export type { OpenedQuestion } from './merge/question-book';
export { DESK_SYSTEM } from './merge/clock';
export type { PauseRow } from './store/pauses';
export type { DeliveryReport, RecordedResult } from './delivery/result';
export { backoffMs, DELIVERY_RETRY, EVENT_RETRY, type RetryPolicy } from './delivery/retry';
export type { IdentityDecision } from './identity/resolve';
export { DEFAULT_THRESHOLDS, type Thresholds } from './identity/bands';
export type { RuleOptions } from './identity/rules';
export type { PastEntity } from './history/entity-at';
export type { PastLink } from './history/fold';
export type { UndoReport } from './history/undo';
export type { SkippedField, UndoneField } from './history/undo-plan';
export type { AuditProof } from './history/verify';
export type { WhatIf, WhatIfField } from './history/what-if';
export type { EventBatch, ExecutionEnd } from './inbox/emission';
export type { IntakeResult } from './inbox/intake';
export { ANY_FIELD, fieldRuleSchema, POLICIES, type FieldRule, type Policy } from './merge/rules';
export type { Approval } from './backfill/approval';
export type { Terms } from './backfill/page';
export type { PlanAsked } from './backfill/planning';
export type { BackfillProgress, SystemProgress } from './backfill/progress';
export {
	MODES,
	type Backfill,
	type Caps,
	type Conflict,
	type Estimate,
	type Filter,
	type Findings,
	type Mode,
	type Phase,
	type PlanSample,
} from './backfill/report';
export * from './quality';
export { hintSignal, type PushCall, type PushCount } from './push/desk';
export { MAX_PUSH_BYTES } from './push/hint';
export { sign, type PushOutcome } from './push/signature';
export type { ReconcileEnd, ReconcileStart } from './reconcile/reconcile';
export { FINDINGS, type Finding, type ReconcileReport, type Sample } from './reconcile/report';
export type { SystemRegistration } from './store/systems';
export { backupStore, type BackupReport } from './store/backup';
export { BackupError } from './store/backup-format';
export { openBackend } from './store/open-backend';
