/** All resources and operations of the node, in the order of the panel. */
import { history as auditHistory } from './audit/history.operation';
import { verify } from './audit/verify.operation';
import { whoChanged } from './audit/whoChanged.operation';
import { cancel as cancelBackfill } from './backfill/cancel.operation';
import { getAll as getBackfills } from './backfill/getAll.operation';
import { pause as pauseBackfill } from './backfill/pause.operation';
import { plan as planBackfill } from './backfill/plan.operation';
import { progress as getProgress } from './backfill/progress.operation';
import { resume as resumeBackfill } from './backfill/resume.operation';
import { start as startBackfill } from './backfill/start.operation';
import { create as createBackup } from './backup/create.operation';
import { get as getClient } from './client/get.operation';
import { merge } from './client/merge.operation';
import { split } from './client/split.operation';
import { undoMove } from './client/undoMove.operation';
import { discard } from './deadLetter/discard.operation';
import { getAll as getDeadLetters } from './deadLetter/getAll.operation';
import { retry } from './deadLetter/retry.operation';
import { apply } from './decision/apply.operation';
import { getWaiting } from './delivery/getWaiting.operation';
import { deliveryResult } from './delivery/result.operation';
import { clientAt } from './history/clientAt.operation';
import { undoField } from './history/undoField.operation';
import { undoRecord } from './history/undoRecord.operation';
import { undoRun } from './history/undoRun.operation';
import { whatIf } from './history/whatIf.operation';
import { get as getMapping } from './mapping/get.operation';
import { listVersions } from './mapping/listVersions.operation';
import { reportDrift } from './mapping/reportDrift.operation';
import { restore as restoreMapping } from './mapping/restore.operation';
import { save as saveMapping } from './mapping/save.operation';
import { suggest } from './mapping/suggest.operation';
import { validate as validateMapping } from './mapping/validate.operation';
import { get as getMetrics } from './metrics/get.operation';
import type { Resource } from './operation';
import { getAll as getPauses } from './pause/getAll.operation';
import { pause } from './pause/pause.operation';
import { resume } from './pause/resume.operation';
import { findDuplicates } from './quality/findDuplicates.operation';
import { normalise } from './quality/normalise.operation';
import { answerForm } from './review/answerForm.operation';
import { approve } from './review/approve.operation';
import { getAll as getReviews } from './review/getAll.operation';
import { getNext } from './review/getNext.operation';
import { ignore } from './review/ignore.operation';
import { postpone } from './review/postpone.operation';
import { reject } from './review/reject.operation';
import { reopen } from './review/reopen.operation';
import { getAll as getRuns } from './run/getAll.operation';

export const RESOURCES: Resource[] = [
	{
		label: 'Audit',
		value: 'audit',
		operations: { history: auditHistory, verify, whoChanged },
		first: 'whoChanged',
	},
	{
		label: 'Backfill',
		value: 'backfill',
		operations: {
			cancel: cancelBackfill,
			getAll: getBackfills,
			pause: pauseBackfill,
			plan: planBackfill,
			progress: getProgress,
			resume: resumeBackfill,
			start: startBackfill,
		},
		first: 'progress',
	},
	{ label: 'Backup', value: 'backup', operations: { create: createBackup }, first: 'create' },
	{
		label: 'Client',
		value: 'client',
		operations: { get: getClient, merge, split, undoMove },
		first: 'get',
	},
	{
		label: 'Data Quality',
		value: 'quality',
		operations: { findDuplicates, normalise },
		first: 'findDuplicates',
	},
	{
		label: 'Dead Letter',
		value: 'deadLetter',
		operations: { discard, getAll: getDeadLetters, retry },
		first: 'getAll',
	},
	{ label: 'Decision', value: 'decision', operations: { apply }, first: 'apply' },
	{
		label: 'Delivery',
		value: 'delivery',
		operations: { deliveryResult, getWaiting },
		first: 'deliveryResult',
	},
	{
		label: 'History',
		value: 'history',
		operations: { clientAt, whatIf, undoField, undoRecord, undoRun },
		first: 'clientAt',
	},
	{
		label: 'Mapping',
		value: 'mapping',
		operations: {
			get: getMapping,
			listVersions,
			reportDrift,
			restore: restoreMapping,
			save: saveMapping,
			suggest,
			validate: validateMapping,
		},
		first: 'get',
	},
	{ label: 'Metrics', value: 'metrics', operations: { get: getMetrics }, first: 'get' },
	{
		label: 'Pause',
		value: 'pause',
		operations: { getAll: getPauses, pause, resume },
		first: 'getAll',
	},
	{
		label: 'Review',
		value: 'review',
		operations: {
			answerForm,
			approve,
			getAll: getReviews,
			getNext,
			ignore,
			postpone,
			reject,
			reopen,
		},
		first: 'getAll',
	},
	{ label: 'Run', value: 'run', operations: { getAll: getRuns }, first: 'getAll' },
];
