/** The one door from the nodes to the library: built once into dist/lib, so that connections and caches exist once. */
export * from './model/canonical';
export * from './model/delivery';
export * from './model/delivery-schema';
export * from './model/event';
export * from './model/field-map';
export * from './model/fields';
export * from './model/list-diff';
export * from './model/local-time';
export * from './model/rows';
export * from './mapping/slots';
export * from './connectors';
export * from './connectors/connector';
export * from './connectors/http';
export { BudgetFull, createRateBudget, type BudgetOptions } from './connectors/budget';
export { deliverAndLook } from './connectors/deliver-and-look';
export { withDefaults } from './connectors/settings';
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
export * from './quality';
export type { ReconcileEnd, ReconcileStart } from './reconcile/reconcile';
export { FINDINGS, type Finding, type ReconcileReport, type Sample } from './reconcile/report';
export type { SystemRegistration } from './store/systems';
export { backupStore, type BackupReport } from './store/backup';
export { BackupError } from './store/backup-format';
export { openBackend } from './store/open-backend';
