/** All resources and operations of the node, in the order of the panel. */
import { history } from './audit/history.operation';
import { whoChanged } from './audit/whoChanged.operation';
import { get as getClient } from './client/get.operation';
import { discard } from './deadLetter/discard.operation';
import { getAll as getDeadLetters } from './deadLetter/getAll.operation';
import { retry } from './deadLetter/retry.operation';
import { deliveryResult } from './delivery/result.operation';
import { get as getMetrics } from './metrics/get.operation';
import type { Resource } from './operation';
import { approve } from './review/approve.operation';
import { getAll as getReviews } from './review/getAll.operation';
import { reject } from './review/reject.operation';

export const RESOURCES: Resource[] = [
	{ label: 'Audit', value: 'audit', operations: { history, whoChanged }, first: 'whoChanged' },
	{ label: 'Client', value: 'client', operations: { get: getClient }, first: 'get' },
	{
		label: 'Dead Letter',
		value: 'deadLetter',
		operations: { discard, getAll: getDeadLetters, retry },
		first: 'getAll',
	},
	{
		label: 'Delivery',
		value: 'delivery',
		operations: { deliveryResult },
		first: 'deliveryResult',
	},
	{ label: 'Metrics', value: 'metrics', operations: { get: getMetrics }, first: 'get' },
	{
		label: 'Review',
		value: 'review',
		operations: { approve, getAll: getReviews, reject },
		first: 'getAll',
	},
];
