import { snapshot } from '../../test/unit/support/hub';
import { memoryConnector } from '../../test/unit/support/memory-connector';
import type { DeliveryJob, DeliveryOutcome } from '../model/delivery';
import type { Connector, ConnectorContext } from './connector';
import { deliverAndLook, LOOKS_FROM_ATTEMPT } from './deliver-and-look';
import { changedMeanwhile } from './outcomes';

const STUCK = changedMeanwhile('Memory', 'status');
const READ = snapshot('redtail', '7', { status: 'Lost' });
const context = { log: () => undefined } as unknown as ConnectorContext;

function connectorThat(outcome: DeliveryOutcome, read: () => typeof READ): Connector {
	return {
		...memoryConnector('memory'),
		deliver: () => Promise.resolve(outcome),
		async *readAll(_context, { crmIds }) {
			expect(crmIds).toEqual(['7']);
			yield [read()];
		},
	};
}

const job = (attempt: number) => ({ attempt, crmId: '7', fieldMap: [] }) as unknown as DeliveryJob;

test('after some tries that found the record changed, it is read and given back', async () => {
	const connector = connectorThat(STUCK, () => READ);
	const early = await deliverAndLook(connector, context, job(LOOKS_FROM_ATTEMPT - 1));
	expect(early).toEqual(STUCK);
	const late = await deliverAndLook(connector, context, job(LOOKS_FROM_ATTEMPT));
	expect(late).toEqual({ ...STUCK, read: READ });
});

test('a read that fails leaves the outcome as it was', async () => {
	const connector = connectorThat(STUCK, () => {
		throw new Error('503');
	});
	expect(await deliverAndLook(connector, context, job(9))).toEqual(STUCK);
});

test('any other outcome is answered as it is', async () => {
	const gone: DeliveryOutcome = { status: 'gone', reason: 'Gone.', code: '404' };
	expect(
		await deliverAndLook(
			connectorThat(gone, () => READ),
			context,
			job(9),
		),
	).toEqual(gone);
});
