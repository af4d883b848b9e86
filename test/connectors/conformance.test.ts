/** The conformance suite finds what it is there for: each check fails for a connector that breaks its law. */
import type { Connector, ConnectorContext } from '../../lib/connectors/connector';
import { fetchPort } from '../../lib/connectors/fetch-port';
import type { DeliveryJob, DeliveryOutcome } from '../../lib/model/delivery';
import { contextOf } from '../unit/connectors/harness';
import { checkNamed, checksOf, describeConnector, runCheck } from './conformance';
import type { ConformanceOptions } from './conformance';
import { pocket } from './pocket';
import { API_KEY, KEY_HEADER, startPocketCrm } from './pocket/pocket-crm';

function optionsFor(broken: Partial<Connector>): ConformanceOptions {
	const connector = { ...pocket, ...broken };
	return {
		connector,
		start: async (contacts) => {
			const crm = await startPocketCrm({ contacts });
			const http = fetchPort({ baseUrl: crm.url, headers: () => ({ [KEY_HEADER]: API_KEY }) });
			return { ...crm, context: (settings = {}) => contextOf(connector, http, settings) };
		},
		smallPages: { pageSize: 2 },
	};
}

type Deliver = Connector['deliver'];
const withJob =
	(change: (job: DeliveryJob) => Partial<DeliveryJob>): Deliver =>
	(context, job) =>
		pocket.deliver(context, { ...job, ...change(job) });
const withOutcome =
	(change: (outcome: DeliveryOutcome, job: DeliveryJob) => DeliveryOutcome): Deliver =>
	async (context, job) =>
		change(await pocket.deliver(context, job), job);
const unverified = (context: ConnectorContext): ConnectorContext => ({
	...context,
	settings: { ...context.settings, verifyBeforeWrite: false },
});
const anyErrorIsGone: Connector['isGone'] = (context, crmId) =>
	pocket.contacts.get(context, crmId).then(
		() => false,
		() => true,
	);

async function* endsQuietly(...given: Parameters<Connector['readAll']>) {
	try {
		yield* pocket.readAll(...given);
	} catch {
		// As if there were no more.
	}
}
async function* firstPageOnly(...given: Parameters<Connector['readAll']>) {
	for await (const page of pocket.readAll(...given)) {
		yield page;
		return;
	}
}

const sourceWith =
	(
		change: Partial<Parameters<Connector['runChangeSource']>[1]>,
	): Partial<Connector>['runChangeSource'] =>
	(context, options) =>
		pocket.runChangeSource(context, { ...options, ...change });
let serial = 0;
const withNewEventIds: Connector['runChangeSource'] = (context, options) =>
	pocket.runChangeSource(context, {
		...options,
		commit: (batch) => {
			const renamed = (eventId: string) => `${eventId}:${(serial += 1)}`;
			const events = batch.events.map((one) => ({ ...one, eventId: renamed(one.eventId) }));
			return options.commit({ ...batch, events });
		},
	});
const isConfirmed = ({ status }: DeliveryOutcome) => status === 'confirmed';

/** What is wrong with the connector, the check that finds it, and the connector. */
const DEFECTS: Array<[defect: string, check: string, broken: Partial<Connector>]> = [
	[
		'its check never fails',
		'the check passes, and tells a refused credential from a wrong address',
		{ check: () => Promise.resolve() },
	],
	[
		'it describes too little',
		'describe names every field of the default map, each once',
		{ describe: async (...given) => (await pocket.describe(...given)).slice(1) },
	],
	[
		'its listing stops after a page',
		'readAll gives every record once, as a record that is read by itself',
		{ readAll: firstPageOnly },
	],
	[
		'its listing hides an error',
		'readAll that breaks off ends with an error',
		{ readAll: endsQuietly },
	],
	[
		'it takes any failure for a record that is gone',
		'isGone tells a record that is gone from one that cannot be asked for',
		{ isGone: anyErrorIsGone },
	],
	[
		'it promises a field that it does not hold',
		'what is read after a write is what project said, and what the outcome says is known',
		{ project: (desired, ...rest) => ({ ...pocket.project(desired, ...rest), nickname: 'Addie' }) },
	],
	[
		'its outcomes tell what was wanted before, not what is held',
		'what is read after a write is what project said, and what the outcome says is known',
		{
			deliver: withOutcome((outcome, { known }) =>
				isConfirmed(outcome) ? { ...outcome, known } : outcome,
			),
		},
	],
	[
		'it writes without a look',
		'an edit made there since the last read is not written over',
		{ deliver: (context, job) => pocket.deliver(unverified(context), job) },
	],
	[
		'it writes again what is there',
		'what the record holds already is not written again',
		{ deliver: (context, job) => pocket.deliver(unverified(context), { ...job, attempt: 1 }) },
	],
	...['timeoutAfterCommit', 'statusAfterCommit'].map(
		(kind): [string, string, Partial<Connector>] => [
			'it creates without looking for an earlier try',
			`a create that was done but not answered is found again (${kind})`,
			{ deliver: withJob(() => ({ attempt: 1 })) },
		],
	),
	[
		'it takes a refusal of the address for a record that is gone',
		'a record that is gone is told as gone, a wrong address is not',
		{
			deliver: withOutcome((outcome) =>
				outcome.status === 'rejected' && outcome.code === '404'
					? { status: 'gone', reason: outcome.reason, code: '404' }
					: outcome,
			),
		},
	],
	[
		'it deletes what it has not seen',
		'a delete waits for an edit that it has not seen, is done once, and again is no failure',
		{ deliver: withJob(() => ({ known: {} })) },
	],
	[
		'it throws',
		'what the CRM or the network did is an outcome, never an error',
		{
			deliver: withOutcome((outcome) => {
				if (outcome.status === 'retry') throw new Error(outcome.reason);
				return outcome;
			}),
		},
	],
	[
		'it goes on calling after a 429',
		'a 429 holds everybody back for as long as it says',
		{
			deliver: (context, job) => {
				const budget = { ...context.budget, pauseFor: () => undefined };
				return pocket.deliver({ ...context, budget }, job);
			},
		},
	],
	[
		'its reasons repeat the value',
		'a refusal says what is wrong without the value',
		{
			deliver: withOutcome((outcome, { changes }) =>
				outcome.status === 'rejected'
					? { ...outcome, reason: `${outcome.reason} ${JSON.stringify(changes)}` }
					: outcome,
			),
		},
	],
	[
		'it reads everything although it shall start from now',
		'a start from now tells only what changes then',
		{ runChangeSource: sourceWith({ start: 'everything' }) },
	],
	[
		'it names one observation differently each time',
		'a source that is started again goes on where it stood',
		{ runChangeSource: withNewEventIds },
	],
	[
		'it knows other values than those that come back',
		'what the fabric wrote comes back as nothing new',
		{
			deliver: withOutcome((outcome) =>
				outcome.status === 'confirmed'
					? { ...outcome, known: { ...outcome.known, lastName: 'HOLLIS-ELSEWHERE' } }
					: outcome,
			),
		},
	],
	[
		'its source hides a refused credential',
		'a refused credential ends the source with an error',
		{ runChangeSource: (...given) => pocket.runChangeSource(...given).catch(() => undefined) },
	],
	[
		'it makes a note twice',
		'note: a create whose answer got lost is found again',
		{ deliver: withJob(() => ({ attempt: 1 })) },
	],
	[
		'it loses whom a note is about',
		'note: what is read after a write is what project said',
		{
			project: (desired, ...rest) => ({
				...pocket.project(desired, ...rest),
				...('client' in desired ? { client: 'contact:1' } : {}),
			}),
		},
	],
];

test.each(DEFECTS)('%s: "%s" fails', async (_defect, check, broken) => {
	const options = optionsFor(broken);
	await expect(runCheck(checkNamed(options, check), options)).rejects.toThrow();
});

test('all checks have names of their own, and a reason to skip must name one', () => {
	const options = optionsFor({});
	const names = checksOf(options).flatMap(([, checks]) => checks.map(({ name }) => name));
	expect(new Set(names).size).toBe(names.length);
	const cannot = { 'no such check': 'it is none' };
	expect(() => describeConnector({ ...options, cannot })).toThrow('No check is named');
});
